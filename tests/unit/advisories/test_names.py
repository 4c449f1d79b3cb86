import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from hullcheck.advisories.names import canonical_name


@given(st.text("aZ09-_.", max_size=12))
def test_python_names_are_spelled_as_packaging_does(name: str) -> None:
    assert canonical_name("PyPI", name) == canonicalize_name(name)


@pytest.mark.parametrize("feed", ["Go", "NuGet", "Packagist", "npm"])
def test_names_of_some_ecosystems_ignore_case(feed: str) -> None:
    assert canonical_name(feed, "Vendor/Name_X") == "vendor/name_x"


@pytest.mark.parametrize("feed", ["Debian", "Maven", "crates.io"])
def test_other_names_are_what_they_are(feed: str) -> None:
    assert canonical_name(feed, "github.com/BurntSushi/toml_x.y") == "github.com/BurntSushi/toml_x.y"


@pytest.mark.parametrize("feed", ["Debian", "Maven", "PyPI"])
def test_blanks_around_a_name_are_not_part_of_it(feed: str) -> None:
    assert canonical_name(feed, " group:artifact \t") == "group:artifact"
