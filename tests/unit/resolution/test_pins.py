import pytest

from hullcheck.resolution.pins import exact_version


@pytest.mark.parametrize(
    ("purl_type", "constraint", "version"),
    [
        ("npm", "1.2.3", "1.2.3"),
        ("npm", "=1.2.3", "1.2.3"),
        ("npm", "= v1.2.3", "1.2.3"),
        ("npm", " 1.2.3-rc.1+build ", "1.2.3-rc.1+build"),
        ("cargo", "=1.2.3", "1.2.3"),
        ("cargo", "= 1.2.3-alpha.1", "1.2.3-alpha.1"),
        ("pypi", "==1.2", "1.2"),
        ("pypi", "== 1!1.2.post1+local", "1!1.2.post1+local"),
        ("pypi", "===anything", "anything"),
        ("pypi", ">=1, ==1.2, !=1.3", "1.2"),
        ("maven", "[1.2]", "1.2"),
        ("maven", "[ 1.2-jre ]", "1.2-jre"),
    ],
)
def test_a_constraint_that_allows_one_version_names_it(purl_type: str, constraint: str, version: str) -> None:
    assert exact_version(purl_type, constraint) == version


@pytest.mark.parametrize(
    ("purl_type", "constraint"),
    [
        ("npm", ""),
        ("npm", "1.2"),
        ("npm", "1"),
        ("npm", "1.2.x"),
        ("npm", "^1.2.3"),
        ("npm", "~1.2.3"),
        ("npm", ">=1.2.3"),
        ("npm", "1.2.3 || 2.0.0"),
        ("npm", "1.2.3 - 2.0.0"),
        ("npm", "latest"),
        ("npm", "git+https://example.com/a.git#1.2.3"),
        ("cargo", "1.2.3"),
        ("cargo", "=1.2"),
        ("cargo", "=1.2.*"),
        ("pypi", "==1.2.*"),
        ("pypi", ">=1.2"),
        ("pypi", "~=1.2"),
        ("pypi", ""),
        ("maven", "1.2"),
        ("maven", "[1.2,)"),
        ("maven", "[1.2,1.2]"),
        ("maven", "(,1.2]"),
        ("maven", "[1.2],[1.3]"),
        ("maven", "[${version}]"),
        ("golang", "v1.2.3"),
    ],
)
def test_a_constraint_that_allows_several_names_none(purl_type: str, constraint: str) -> None:
    assert exact_version(purl_type, constraint) is None
