import random
import subprocess
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.versions.schemes import known, order, published, sign

from hullcheck.versions.dpkg import DPKG

PART = st.lists(
    st.sampled_from(["0", "1", "2", "10", "007", ".", "..", "+", "~", "~~", "a", "b", "rc", "deb", "u", "dfsg", "Z"]),
    max_size=6,
).map("".join)
EPOCH = st.sampled_from(["", "", "0:", "1:", "02:"])
# dpkg refuses an empty upstream version, and one that does not begin with a digit.
VERSIONS = st.builds(
    lambda epoch, upstream, revision: epoch + "1" + upstream + ("-" + revision if revision else ""), EPOCH, PART, PART
)


def debian_order(left: str, right: str) -> int:
    """Compare as deb-version(7) says under "Sorting algorithm"."""
    one, other = split(left), split(right)
    if one[0] != other[0]:
        return sign(one[0], other[0])
    return parts(one[1], other[1]) or parts(one[2], other[2])


def split(version: str) -> tuple[int, str, str]:
    epoch, colon, rest = version.partition(":")
    upstream, hyphen, revision = (rest if colon else version).rpartition("-")
    return int(epoch) if colon else 0, upstream if hyphen else revision, revision if hyphen else ""


def parts(left: str, right: str) -> int:
    while left or right:
        left_word, left = cut(left, digits=False)
        right_word, right = cut(right, digits=False)
        length = max(len(left_word), len(right_word))
        left_weights, right_weights = weights(left_word, length), weights(right_word, length)
        if left_weights != right_weights:
            return -1 if left_weights < right_weights else 1
        left_number, left = cut(left, digits=True)
        right_number, right = cut(right, digits=True)
        if int(left_number or 0) != int(right_number or 0):
            return sign(int(left_number or 0), int(right_number or 0))
    return 0


def cut(part: str, *, digits: bool) -> tuple[str, str]:
    length = next((index for index, character in enumerate(part) if character.isdigit() != digits), len(part))
    return part[:length], part[length:]


def weights(word: str, length: int) -> list[int]:
    """Return the letters before all else, the tilde before the end of the part."""
    return [weight(character) for character in word] + [0] * (length - len(word))


def weight(character: str) -> int:
    if character == "~":
        return -1
    return ord(character) if character.isalpha() else ord(character) + 256


@given(left=VERSIONS, right=VERSIONS)
def test_keys_sort_as_the_manual_says(left: str, right: str) -> None:
    assert order(DPKG, left, right) == debian_order(left, right)


@given(version=VERSIONS, data=st.data())
def test_neighbours_sort_as_the_manual_says(version: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(version.find(":") + 1, len(version)))
    changed = (
        version[:at] + data.draw(st.sampled_from(["", "0", "00", "1", "~", "+", "a", "-", "."])) + version[at + 1 :]
    )
    if known_to_both(changed):
        assert order(DPKG, version, changed) == debian_order(version, changed)


def known_to_both(version: str) -> bool:
    return DPKG.key(version) is not None


def test_keys_sort_as_dpkg_does() -> None:
    versions = sample()
    wrong = [
        (left, right)
        for left, right in pairwise(sorted(versions, key=lambda version: (known(DPKG, version), version)))
        if not dpkg_says(left, "lt" if known(DPKG, left) < known(DPKG, right) else "eq", right)
    ]
    assert wrong == []


def sample() -> list[str]:
    """Return some versions that Debian published, and each with a small change, always the same ones."""
    chance = random.Random(20)
    chosen = chance.sample(published("Debian", 400), 150)
    changed = [version + chance.choice(["~", "+b1", "0", ".0", "a", "~1", "+", "-0"]) for version in chosen]
    return sorted({*chosen, *changed})


def dpkg_says(left: str, relation: str, right: str) -> bool:
    done = subprocess.run(["dpkg", "--compare-versions", left, relation, right], capture_output=True, check=False)
    assert done.stderr == b""
    return done.returncode == 0


@pytest.mark.parametrize("version", ["1:", "-1", "1:-1", "-"])
def test_a_version_without_upstream_part_cannot_be_ordered(version: str) -> None:
    assert DPKG.key(version) is None
    assert DPKG.successor(version) is None


def test_a_character_that_is_not_ascii_counts_once_wherever_it_is() -> None:
    assert order(DPKG, "1.é", "1.ü") == 0
    assert order(DPKG, "1.é", "1.€") == 0
    assert order(DPKG, "1.é", "1.\ud800") == 0
    assert order(DPKG, "1.z", "1.é") == -1
    assert order(DPKG, "1.é", "1.+") == -1
    assert order(DPKG, "1.é", "1.éé") == -1
