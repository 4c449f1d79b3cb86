import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import InvalidVersion, Version
from tests.unit.versions.schemes import known, order, published

from hullcheck.versions.pep440 import PEP440

SEPARATOR = st.sampled_from(["", ".", "-", "_"])
COUNT = st.sampled_from(["", "0", "1", "02", "12"])
WORD = st.sampled_from(["a", "b", "c", "rc", "alpha", "beta", "pre", "preview", "RC", "Alpha"])
LOWEST_VALID = b"\x20"


@st.composite
def valid(draw: st.DrawFn) -> str:
    version = draw(st.sampled_from(["", "v", "0!", "1!"]))
    version += ".".join(
        draw(st.lists(st.sampled_from(["0", "00", "1", "2", "10", "224", "2024"]), min_size=1, max_size=5))
    )
    if draw(st.booleans()):
        version += draw(SEPARATOR) + draw(WORD) + draw(SEPARATOR) + draw(COUNT)
    if draw(st.booleans()):
        word = draw(st.sampled_from(["post", "rev", "r"]))
        version += draw(st.sampled_from(["-1", "-0"]) | st.just(draw(SEPARATOR) + word + draw(SEPARATOR) + draw(COUNT)))
    if draw(st.booleans()):
        version += draw(SEPARATOR) + "dev" + draw(SEPARATOR) + draw(COUNT)
    if draw(st.booleans()):
        version += "+" + ".".join(
            draw(st.lists(st.sampled_from(["a", "abc", "1", "01", "10", "cu118", "A", "g1f"]), min_size=1))
        )
    return version


def parsed(version: str) -> Version | None:
    try:
        return Version(version)
    except InvalidVersion:
        return None


def packaging_order(left: str, right: str) -> int:
    one, other = Version(left), Version(right)
    return (one > other) - (one < other)


@given(left=valid(), right=valid())
def test_keys_sort_as_packaging_does(left: str, right: str) -> None:
    assert order(PEP440, left, right) == packaging_order(left, right)


@given(left=valid(), data=st.data())
def test_neighbours_sort_as_packaging_does(left: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(left)))
    right = left[:at] + data.draw(st.sampled_from(["", "0", "1", ".", "a", "-", ".dev", ".post1"])) + left[at + 1 :]
    if parsed(right):
        assert order(PEP440, left, right) == packaging_order(left, right)


@given(version=valid() | st.text(st.sampled_from("01.-_!+avrcdepostbl \u017f\u212a\u0660\n"), max_size=12))
def test_what_packaging_refuses_is_below_what_it_takes(version: str) -> None:
    key = PEP440.key(version)
    assert (key is not None and key >= LOWEST_VALID) == (parsed(version) is not None)


@pytest.mark.parametrize("version", ["1.0po\u017ft1", "1.0+\u212a", "1.\u0660", "1.0+\u0660", "1.0\0", "1.0+"])
def test_letters_and_digits_of_other_scripts_do_not_follow_pep_440(version: str) -> None:
    assert parsed(version) is None
    key = PEP440.key(version)
    assert key is not None
    assert key < LOWEST_VALID


def test_published_versions_sort_as_packaging_does() -> None:
    versions = [version for version in published("PyPI", 300) if parsed(version)]
    assert sorted(versions, key=lambda version: (known(PEP440, version), version)) == sorted(
        versions, key=lambda version: (Version(version), version)
    )


@pytest.mark.parametrize(
    ("version", "parts"),
    [
        ("latest", ["*latest", "*final"]),
        ("2.0-preview-x", ["00000002", "*c", "*final-", "*x", "*final"]),
        ("1.0-foo", ["00000001", "*final-", "*foo", "*final"]),
        ("1.0.0_x", ["00000001", "*_", "*x", "*final"]),
        ("1.0-0-x", ["00000001", "*final-", "*final-", "*x", "*final"]),
        ("1-dev-alpha", ["00000001", "*@", "*alpha", "*final"]),
        ("1-0-", ["00000001", "*final-", "*final-", "*final"]),
    ],
)
def test_a_version_of_the_old_kind_has_the_parts_of_setuptools(version: str, parts: list[str]) -> None:
    assert PEP440.key(version) == b"\x01" + b"".join(part.encode() + b"\0" for part in parts)
