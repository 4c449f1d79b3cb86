import re

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.versions.schemes import order, sign

from hullcheck.versions.semver import SEMVER

NUMBER = st.sampled_from(
    ["0", "1", "2", "9", "10", "191", "192", "4288", "20230915123456", "99999999999999999999999999999999"]
)
IDENTIFIER = NUMBER | st.from_regex(r"[0-9]{0,2}[a-zA-Z-][0-9a-zA-Z-]{0,3}", fullmatch=True)


@st.composite
def valid(draw: st.DrawFn) -> str:
    version = ".".join(draw(st.lists(NUMBER, min_size=3, max_size=3)))
    pre_release = draw(st.lists(IDENTIFIER, max_size=4))
    build = draw(st.lists(IDENTIFIER, max_size=2))
    return version + ("-" + ".".join(pre_release) if pre_release else "") + ("+" + ".".join(build) if build else "")


def precedence(left: str, right: str) -> int:
    """Compare as https://semver.org/spec/v2.0.0.html#spec-item-11 says, step by step."""
    left, right = left.partition("+")[0], right.partition("+")[0]
    (left_core, _, left_pre), (right_core, _, right_pre) = left.partition("-"), right.partition("-")
    for one, other in zip(left_core.split("."), right_core.split("."), strict=True):
        if int(one) != int(other):
            return sign(int(one), int(other))
    if not left_pre or not right_pre:
        return bool(right_pre) - bool(left_pre)
    for one, other in zip(left_pre.split("."), right_pre.split("."), strict=False):
        if difference := identifiers(one, other):
            return difference
    return sign(left_pre.count("."), right_pre.count("."))


def identifiers(left: str, right: str) -> int:
    if left.isdigit() and right.isdigit():
        return sign(int(left), int(right))
    if left.isdigit() or right.isdigit():
        return -1 if left.isdigit() else 1
    return sign(left.encode(), right.encode())


@given(left=valid(), right=valid())
def test_keys_sort_by_precedence(left: str, right: str) -> None:
    assert order(SEMVER, left, right) == precedence(left, right)


@given(version=valid(), data=st.data())
def test_neighbours_sort_by_precedence(version: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(version)))
    changed = version[:at] + data.draw(st.sampled_from(["", "0", "1", "a", ".1", "-1", ".a"])) + version[at + 1 :]
    if re.fullmatch(r"(\d+\.){2}\d+(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z.-]+)?", changed):
        assert order(SEMVER, version, changed) == precedence(version, changed)


@given(version=valid())
def test_a_leading_v_does_not_count(version: str) -> None:
    assert order(SEMVER, f"v{version}", version) == 0
