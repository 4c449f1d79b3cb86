import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.ecosystems.npm.purl import alias_target, clean_version, npm_purl, published_archive


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


@pytest.mark.parametrize(
    ("url", "package"),
    [
        ("https://registry.example/left-pad/-/left-pad-1.3.0.tgz", ("left-pad", "1.3.0")),
        ("https://registry.example/npm/@a/b/-/b-1.0.0-rc.1.tgz#sha1", ("@a/b", "1.0.0-rc.1")),
        ("http://registry.example/b/-/b-1.0.0.tgz?x=/-/", ("b", "1.0.0")),
        ("https://registry.example/left-pad/-/other-1.3.0.tgz", None),
        ("https://files.example/left-pad-1.3.0.tgz", None),
        ("https://registry.example/b/-/b-.tgz", None),
        ("https://registry.example/b/-/b-1.0.0.zip", None),
        ("git+https://git.example/b/-/b-1.0.0.tgz", None),
        ("^1.0.0", None),
        ("", None),
    ],
)
def test_an_archive_of_a_registry_tells_its_package(url: str, package: tuple[str, str] | None) -> None:
    assert published_archive(url) == package
