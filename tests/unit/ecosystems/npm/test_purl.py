import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.ecosystems.npm.purl import alias_target, clean_version, npm_purl


@pytest.mark.parametrize(
    ("name", "purl"),
    [
        ("lodash", "pkg:npm/lodash@1.0.0"),
        ("@babel/core", "pkg:npm/%40babel/core@1.0.0"),
        ("JSONStream", "pkg:npm/jsonstream@1.0.0"),
        ("_", "pkg:npm/_@1.0.0"),
        ("lodash.template", "pkg:npm/lodash.template@1.0.0"),
        ("it's", "pkg:npm/it%27s@1.0.0"),
    ],
)
def test_a_name_is_a_purl(name: str, purl: str) -> None:
    assert str(npm_purl(name, "1.0.0")) == purl


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "a/b", "@a", "@a/", "@/a", "a/@b", "@a/b/c", ".a", "..", "ü", "a" * 215]
)
def test_what_cannot_be_a_name_is_none(name: str) -> None:
    assert npm_purl(name, "1.0.0") is None


@given(st.text())
def test_no_name_raises(name: str) -> None:
    purl = npm_purl(name)
    assert purl is None or purl.to_string()


@pytest.mark.parametrize(
    ("stated", "version"),
    [
        ("1.2.3", "1.2.3"),
        ("v1.2.3", "1.2.3"),
        ("=1.2.3 ", "1.2.3"),
        (" = v1.2.3", "1.2.3"),
        ("vnext", "vnext"),
        ("", ""),
    ],
)
def test_a_version_is_read_as_npm_reads_it(stated: str, version: str) -> None:
    assert clean_version(stated) == version


@pytest.mark.parametrize(
    ("alias", "target"),
    [
        ("npm:lodash@^4", ("lodash", "^4")),
        ("npm:@a/b@1.0.0", ("@a/b", "1.0.0")),
        ("npm:@a/b", ("@a/b", "")),
        ("npm:lodash", ("lodash", "")),
        ("npm:", ("", "")),
    ],
)
def test_an_alias_has_a_target(alias: str, target: tuple[str, str]) -> None:
    assert alias_target(alias) == target
