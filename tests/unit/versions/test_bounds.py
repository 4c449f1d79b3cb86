import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.versions.schemes import SCHEMES, known

from hullcheck.model.advisory import AffectedRange
from hullcheck.versions.bounds import HIGHEST, LOWEST, Interval, interval
from hullcheck.versions.scheme import Scheme

NAMES = sorted(SCHEMES)
VERSIONS = st.lists(
    st.sampled_from(["0", "1", "2", "10", ".0", ".1", "-", "~", "a", "rc1", "_p1", "-r0", "-r1", "-1", "+b1"]),
    max_size=5,
).map(lambda pieces: "1" + "".join(pieces))


def holds(scheme: Scheme, affected: AffectedRange, version: str) -> bool:
    keys = interval(scheme, affected)
    assert keys is not None
    return known(scheme, version) in keys


@pytest.mark.parametrize("name", NAMES)
@given(fixed=VERSIONS, version=VERSIONS)
def test_below_the_fix_is_affected_and_the_fix_is_not(name: str, fixed: str, version: str) -> None:
    scheme = SCHEMES[name]
    assert holds(scheme, AffectedRange("0", fixed=fixed), version) == (known(scheme, version) < known(scheme, fixed))
    assert not holds(scheme, AffectedRange("0", fixed=fixed), fixed)


@pytest.mark.parametrize("name", NAMES)
@given(introduced=VERSIONS, version=VERSIONS)
def test_what_is_introduced_stays_without_a_fix(name: str, introduced: str, version: str) -> None:
    scheme = SCHEMES[name]
    assert holds(scheme, AffectedRange(introduced), version) == (known(scheme, version) >= known(scheme, introduced))


@pytest.mark.parametrize("name", NAMES)
@given(last=VERSIONS, version=VERSIONS)
def test_the_last_affected_version_is_affected_and_so_is_all_below(name: str, last: str, version: str) -> None:
    scheme = SCHEMES[name]
    affected = AffectedRange("0", last_affected=last)
    assert holds(scheme, affected, last)
    if known(scheme, version) <= known(scheme, last):
        assert holds(scheme, affected, version)


@pytest.mark.parametrize("name", NAMES)
@given(listed=VERSIONS, version=VERSIONS)
def test_a_listed_version_holds_what_is_equal_to_it(name: str, listed: str, version: str) -> None:
    scheme = SCHEMES[name]
    affected = AffectedRange(listed, last_affected=listed)
    assert holds(scheme, affected, version) == (known(scheme, version) == known(scheme, listed))


@pytest.mark.parametrize("name", NAMES)
@given(version=VERSIONS)
def test_zero_and_nothing_are_below_every_version(name: str, version: str) -> None:
    assert holds(SCHEMES[name], AffectedRange("0"), version)
    assert holds(SCHEMES[name], AffectedRange(""), version)


@pytest.mark.parametrize("name", NAMES)
def test_a_range_without_bounds_is_everything(name: str) -> None:
    assert interval(SCHEMES[name], AffectedRange("0")) == Interval(LOWEST, HIGHEST)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "affected",
    [
        AffectedRange(" "),
        AffectedRange("0", fixed=" "),
        AffectedRange("0", last_affected=" "),
        AffectedRange(" ", last_affected=" "),
    ],
)
def test_a_range_with_a_bound_that_cannot_be_ordered_has_no_interval(name: str, affected: AffectedRange) -> None:
    assert interval(SCHEMES[name], affected) is None


@pytest.mark.parametrize(
    ("name", "last", "inside", "outside"),
    [
        ("dpkg", "1.2", ["1.2", "1.2-0", "1.2-1", "1.2-9+deb11u1", "1.2~rc1-1"], ["1.2+dfsg-1", "1.2.0-1", "1.2a-1"]),
        ("dpkg", "1:1.2", ["1:1.2-7", "9.9"], ["1:1.2.1"]),
        ("dpkg", "1.2-3", ["1.2-3", "1.2-3~bpo1"], ["1.2-3+b1", "1.2-3.1", "1.2-4"]),
        ("dpkg", "1.2-0", ["1.2", "1.2-0"], ["1.2-1", "1.2-0.1"]),
        ("apk", "1.2", ["1.2", "1.2-r0", "1.2-r12", "1.2_rc1-r3"], ["1.2~ab", "1.2_p1-r0", "1.2a", "1.2.0"]),
        ("apk", "1.2~ab", ["1.2-r3", "1.2~ab-r3"], ["1.2~abc"]),
        ("apk", "1.2-r3", ["1.2", "1.2-r3"], ["1.2-r4", "1.2_p1"]),
        ("apk", "1.2-foo", ["1.2-foo", "1.2_rc9"], ["1.2", "1.2-r0"]),
        ("semver", "1.2.3", ["1.2.3", "1.2.3-rc.1", "1.2.3+b1"], ["1.2.4-0", "1.2.3.1"]),
        ("semver", "1.2.3-rc.1", ["1.2.3-rc.1"], ["1.2.3-rc.1.0", "1.2.3"]),
        ("pep440", "1.2", ["1.2", "1.2.0", "1.2rc1"], ["1.2+local", "1.2.post1", "1.2.1"]),
        ("maven", "1.2", ["1.2", "1.2.0.Final", "1.2-rc1"], ["1.2-sp", "1.2.1"]),
    ],
)
def test_a_last_affected_version_without_revision_means_all_its_revisions(
    name: str, last: str, inside: list[str], outside: list[str]
) -> None:
    affected = AffectedRange("0", last_affected=last)
    assert [version for version in inside if not holds(SCHEMES[name], affected, version)] == []
    assert [version for version in outside if holds(SCHEMES[name], affected, version)] == []


@pytest.mark.parametrize(
    ("name", "version", "successor"),
    [
        ("apk", "1.0", "21 11 08"),
        ("apk", "1.0-r0", "21 11 07 20 06 00"),
        ("dpkg", "1.0", "20 02 21 ae 02 20 02 ff"),
        ("dpkg", "1.0-1", "20 02 21 ae 02 20 02 02 21 02 00"),
        ("maven", "1.0", "21 09 00"),
        ("pep440", "1.0", "20 21 06 01 fe 00"),
        ("semver", "1.0", "21 02 00"),
    ],
)
def test_a_successor_is_the_bytes_that_databases_hold(name: str, version: str, successor: str) -> None:
    assert SCHEMES[name].successor(version) == bytes.fromhex(successor)
