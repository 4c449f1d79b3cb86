import pytest

from hullcheck.ecosystems.pypi.names import advisory_name, pypi_purl


@pytest.mark.parametrize("name", ["Zope.Interface", "zope_interface", "zope-interface", "zope.-_interface"])
def test_all_spellings_of_a_name_find_the_same_advisories(name: str) -> None:
    purl = pypi_purl(name, "1.0")
    assert purl is not None
    assert advisory_name(purl) == "zope-interface"


@pytest.mark.parametrize("name", ["", "-a", "a-", "a b", "a/b", "ü", "_a", "a\n"])
def test_what_cannot_be_a_name_is_none(name: str) -> None:
    assert pypi_purl(name) is None
