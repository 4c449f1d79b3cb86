"""The text of purls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from hullcheck.model.purl import purl_text

TYPES = (
    "huggingface",
    "apk",
    "cargo",
    "conan",
    "deb",
    "docker",
    "generic",
    "github",
    "golang",
    "maven",
    "npm",
    "oci",
    "pypi",
    "rpm",
)

characters = st.one_of(st.sampled_from("abzAZ019._~:/@+-%?#& "), st.characters(codec="utf-8"))
parts = st.text(characters, min_size=1, max_size=8)
purls = st.builds(
    lambda *given: given,
    st.sampled_from(TYPES),
    st.none() | parts,
    parts,
    st.none() | parts,
    st.none() | st.dictionaries(st.sampled_from(["arch", "distro", "epoch", "repository_url"]), parts, max_size=3),
    st.none() | parts,
)


@given(purls)
def test_it_is_what_the_library_makes(
    given: tuple[str, str | None, str, str | None, dict[str, str] | None, str],
) -> None:
    try:
        purl = PackageURL(*given)
    except ValueError:
        return
    if not purl.name:  # The library lets "/" pass as a name, and cannot write it.
        return
    assert purl_text(purl) == purl.to_string()


@pytest.mark.parametrize(
    "text",
    [
        "pkg:npm/%40angular/core@8.2.14",
        "pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12",
        "pkg:deb/debian/vim@2:9.0.1378-2",
        "pkg:golang/github.com/a/b@v1.2.3#sub/path",
        "pkg:maven/org.apache/commons@1.0",
        "pkg:pypi/django",
        "pkg:generic/a%20b@1%3F",
    ],
)
def test_usual_purls_are_their_text(text: str) -> None:
    assert purl_text(PackageURL.from_string(text)) == text
