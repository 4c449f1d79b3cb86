"""What is true of every scheme."""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.versions.schemes import CASES, SCHEMES, known, published, sign

from hullcheck.versions.bounds import HIGHEST, LOWEST

FILES = sorted(CASES.glob("*.txt"))
ANYTHING = st.text(st.characters(exclude_categories=()))
VERSION_LIKE = [
    "0",
    "1",
    "2",
    "10",
    "007",
    ".",
    ".0",
    "-",
    "_",
    "~",
    "+",
    ":",
    "!",
    "v",
    "go",
    "a",
    "b",
    "rc",
    "alpha",
    "sp",
    "final",
    "ga",
    "SNAPSHOT",
    "dev",
    "post",
    "deb",
    "u",
    "r",
    "-r0",
    "_p",
    "_git",
    "~ab",
    "é",
]
PIECES = st.sampled_from([*VERSION_LIKE, "\0", "\ud800", " "])
# Far more of these are versions than of any text.
NEARLY = st.lists(PIECES, max_size=12).map("".join)
TEXTS = ANYTHING | NEARLY
NAMES = sorted(SCHEMES)

REAL = (
    ("apk", "Alpine"),
    ("apk", "Wolfi"),
    ("dpkg", "Debian"),
    ("maven", "Maven"),
    ("pep440", "PyPI"),
    ("semver", "Go"),
    ("semver", "crates.io"),
    ("semver", "npm"),
)

HOSTILE = (
    "1" * 30_000,
    "0" * 30_000,
    "1." * 15_000,
    "1" + ".0" * 15_000,
    "0." * 15_000 + "1",
    "1" + ".a" * 15_000,
    "a1" * 15_000,
    "1" + "-0" * 15_000,
    "1-" + "final-" * 5_000,
    "1" + "_p1" * 10_000,
    "1" + "_p" * 15_000 + "x",
    "1.0" + ".post" * 6_000,
    "1+" + "a-" * 15_000 + "!",
    "1" + "-r" * 15_000,
    "go" + "1." * 15_000 + "x",
    "-" * 30_000,
    "~" * 30_000,
    "v" * 30_000,
    " " * 30_000,
    "1" + " " * 30_000 + "x",
    "\0" * 30_000,
    "1" + "é" * 30_000,
    "1" + "\ud800" * 30_000,
)


@dataclass
class Ascending:
    """A list of a case file: versions with their rank, and the keys that are fixed."""

    versions: list[tuple[int, str]] = field(default_factory=list)
    keys: list[tuple[str, bytes]] = field(default_factory=list)
    unordered: list[str] = field(default_factory=list)


def lists(path: Path) -> Iterator[Ascending]:
    current, rank = Ascending(), 0
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            yield current
            current, rank = Ascending(), 0
            continue
        relation, rest = line.split(" ", 1)
        version, _, key = (part.strip() for part in rest.partition("|"))
        if relation == "!":
            current.unordered.append(version)
            continue
        assert relation == ("<" if relation == "<" else "=" if current.versions and relation == "=" else "*"), line
        rank += relation == "<"
        current.versions.append((rank, version))
        if key:
            current.keys.append((version, bytes.fromhex(key)))
    yield current


def test_every_scheme_has_cases() -> None:
    assert [path.stem for path in FILES] == NAMES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_keys_sort_as_the_lists_do(path: Path) -> None:
    scheme = SCHEMES[path.stem]
    wrong = [
        (left, right)
        for ascending in lists(path)
        for (low, left), (high, right) in combinations(ascending.versions, 2)
        if sign(known(scheme, left), known(scheme, right)) != sign(low, high)
    ]
    assert wrong == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_keys_are_the_bytes_that_databases_hold(path: Path) -> None:
    fixed = [item for ascending in lists(path) for item in ascending.keys]
    assert fixed
    assert [(version, known(SCHEMES[path.stem], version)) for version, _ in fixed] == fixed


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_cannot_be_ordered_has_no_key(path: Path) -> None:
    for ascending in lists(path):
        assert [SCHEMES[path.stem].key(version) for version in ascending.unordered] == [None] * len(ascending.unordered)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("blank", ["", " ", "\t\n"])
def test_a_blank_version_has_no_key(name: str, blank: str) -> None:
    assert SCHEMES[name].key(blank) is None
    assert SCHEMES[name].successor(blank) is None


@pytest.mark.parametrize("name", NAMES)
def test_blanks_around_a_version_do_not_count(name: str) -> None:
    assert SCHEMES[name].key(" 1.2.3\n") == SCHEMES[name].key("1.2.3")
    assert SCHEMES[name].key("1.2.3-rc1 ") == SCHEMES[name].key("1.2.3-rc1")


@pytest.mark.parametrize("name", NAMES)
@given(version=TEXTS)
def test_any_text_has_a_key_inside_the_bounds_or_none(name: str, version: str) -> None:
    key = SCHEMES[name].key(version)
    assert key is None or LOWEST < key < HIGHEST


@pytest.mark.parametrize("name", NAMES)
@given(version=TEXTS)
def test_a_successor_is_above_its_version_and_below_no_bound(name: str, version: str) -> None:
    key, successor = SCHEMES[name].key(version), SCHEMES[name].successor(version)
    assert (key is None) == (successor is None)
    assert key is None or successor is None or key < successor < HIGHEST


@pytest.mark.parametrize("name", NAMES)
@given(version=NEARLY, other=NEARLY)
def test_nothing_but_revisions_is_between_a_version_and_its_successor(name: str, version: str, other: str) -> None:
    scheme = SCHEMES[name]
    key, successor, between = scheme.key(version), scheme.successor(version), scheme.key(other)
    if key is None or successor is None or between is None or not key < between < successor:
        return
    assert name in {"apk", "dpkg"}
    assert "-" in other


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("version", HOSTILE, ids=lambda version: f"{version[:8]!a}")
def test_a_hostile_version_takes_no_longer_than_its_length(name: str, version: str) -> None:
    # Linear ones take up to 40 ms where nothing else runs; a quadratic one of this length takes many seconds.
    assert min(seconds(name, (version,)) for _ in range(3)) < 0.5


@pytest.mark.parametrize(("name", "ecosystem"), REAL)
def test_keys_of_published_versions_take_less_than_10_microseconds(name: str, ecosystem: str) -> None:
    versions = published(ecosystem, 500)
    assert len(versions) > 200
    assert min(seconds(name, versions) for _ in range(5)) / len(versions) < 10e-6


@pytest.mark.parametrize(("name", "ecosystem"), REAL)
def test_published_versions_can_be_ordered(name: str, ecosystem: str) -> None:
    assert [version for version in published(ecosystem, 500) if SCHEMES[name].key(version) is None] == []


def seconds(name: str, versions: tuple[str, ...]) -> float:
    key = SCHEMES[name].key
    # What watches the lines of a test for coverage would be measured too.
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        started = time.process_time()
        for version in versions:
            key(version)
        return time.process_time() - started
    finally:
        sys.settrace(tracer)
