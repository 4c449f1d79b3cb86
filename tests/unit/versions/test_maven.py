"""The order of Maven itself, written as nested lists like `ComparableVersion`, and where it has none."""

import re
from typing import TypeAlias

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from tests.unit.versions.schemes import order, sign

from hullcheck.versions.maven import MAVEN

Item: TypeAlias = "int | str | list[Item]"
ItemOrNothing: TypeAlias = "Item | None"

NUMBER = st.sampled_from(["0", "1", "2", "10", "01"])
WORD = st.sampled_from(
    ["alpha", "beta", "M", "rc", "CR", "SNAPSHOT", "Final", "GA", "RELEASE", "sp", "jre", "redhat", "a", "b", "x"]
)
SEPARATOR = st.sampled_from(["", ".", "-"])
VERSIONS = st.builds(
    lambda numbers, tail: ".".join(numbers) + "".join(tail),
    st.lists(NUMBER, min_size=1, max_size=4),
    st.lists(SEPARATOR | WORD | NUMBER, max_size=6),
)
RELEASES = st.builds(
    lambda numbers, qualifier: ".".join(numbers) + qualifier,
    st.lists(NUMBER, min_size=1, max_size=4),
    st.just("")
    | st.builds(lambda separator, word, count: separator + word + count, SEPARATOR, WORD, st.just("") | NUMBER),
)

RANKS = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"]


def maven_order(left: str, right: str) -> int:
    return compare(parse(left), parse(right))


def parse(version: str) -> list[Item]:
    """Build the lists: each "-" and each change between digits and letters begins one inside the current one."""
    pieces = re.findall(r"[0-9]+|[^0-9.-]+|[.-]", version.lower())
    outermost: list[Item] = []
    current = outermost
    separated = True
    for piece, following in zip(pieces, [*pieces[1:], ""], strict=True):
        if piece in {".", "-"}:
            if separated:
                current.append(0)
            if piece == "-":
                current = nest(current)
            separated = True
            continue
        separated = False
        if piece.isdecimal():
            current.append(int(piece))
            if following not in {"", ".", "-"}:
                current = nest(current)
            continue
        if (following.isdecimal() or not following) and current:
            current = nest(current)
        current.append(spelled(piece, before_number=following.isdecimal()))
        if following.isdecimal():
            current = nest(current)
    trim(outermost)
    return outermost


def nest(current: list[Item]) -> list[Item]:
    inner: list[Item] = []
    current.append(inner)
    return inner


def spelled(word: str, *, before_number: bool) -> str:
    if before_number:
        word = {"a": "alpha", "b": "beta", "m": "milestone"}.get(word, word)
    return {"cr": "rc", "ga": "", "final": "", "release": ""}.get(word, word)


def trim(items: list[Item]) -> None:
    """Remove what says nothing from the ends of the lists, and from before the lists inside."""
    for index in range(len(items) - 1, -1, -1):
        item = items[index]
        if isinstance(item, list):
            trim(item)
        if item in (0, "", []):
            del items[index]
        elif not isinstance(item, list):
            break


def compare(left: ItemOrNothing, right: ItemOrNothing) -> int:
    if left is None or right is None:
        return 0 if left is right else against_nothing(left) if right is None else -against_nothing(right)
    if isinstance(left, list) and isinstance(right, list):
        return lists(left, right)
    if isinstance(left, int) and isinstance(right, int):
        return sign(left, right)
    if isinstance(left, str) and isinstance(right, str):
        one, other = rank(left), rank(right)
        return (one > other) - (one < other)
    # Of different kinds, numbers are above lists, and lists above words.
    return sign(kind(left), kind(right))


def kind(item: Item) -> int:
    return 2 if isinstance(item, int) else 1 if isinstance(item, list) else 0


def lists(left: list[Item], right: list[Item]) -> int:
    for index in range(max(len(left), len(right))):
        one = left[index] if index < len(left) else None
        other = right[index] if index < len(right) else None
        if difference := compare(one, other):
            return difference
    return 0


def against_nothing(item: ItemOrNothing) -> int:
    if isinstance(item, list):
        return next((result for result in map(against_nothing, item) if result), 0)
    if isinstance(item, str):
        return (rank(item) > rank("")) - (rank(item) < rank(""))
    return int(bool(item))


def rank(word: str) -> tuple[int, str]:
    return (RANKS.index(word), "") if word in RANKS else (len(RANKS), word)


@given(left=RELEASES | VERSIONS, right=RELEASES | VERSIONS)
@example(left="3.18.0.rc.2", right="3.18.0-01")
def test_where_keys_sort_otherwise_maven_contradicts_itself(left: str, right: str) -> None:
    assert order(MAVEN, left, right) == maven_order(left, right) or in_a_cycle(left, right)


@given(left=VERSIONS, data=st.data())
def test_neighbours_sort_as_maven_does_or_it_contradicts_itself(left: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(left)))
    right = left[:at] + data.draw(st.sampled_from(["", "0", "1", ".", "-", "a", ".0", "-sp", "rc1"])) + left[at + 1 :]
    assume(right)
    assert order(MAVEN, left, right) == maven_order(left, right) or in_a_cycle(left, right)


def in_a_cycle(left: str, right: str) -> bool:
    """Say whether a version is between the two by Maven's own word, while Maven orders the two the other way."""
    direct = maven_order(left, right)
    for version in between(left, right):
        first, second = maven_order(left, version), maven_order(version, right)
        if (first <= 0 and second <= 0 and direct != min(first, second)) or (
            first >= 0 and second >= 0 and direct != max(first, second)
        ):
            return True
    return False


def between(left: str, right: str) -> set[str]:
    beginnings = {version[:length] for version in (left, right) for length in range(1, len(version) + 1)}
    endings = ("", ".0", ".1", "-1", "-sp", "-alpha", ".sp", ".foo", "-foo")
    return {beginning + ending for beginning in beginnings for ending in endings}


@pytest.mark.parametrize(("left", "right"), [("1-alpha", "1"), ("1", "1.sp.1"), ("3.18.0.rc.2", "3.18.0")])
def test_in_a_cycle_what_is_said_of_nothing_counts(left: str, right: str) -> None:
    assert order(MAVEN, left, right) == -1
