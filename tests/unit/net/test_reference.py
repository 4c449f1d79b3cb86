"""References of images."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.errors import InvalidParameter
from hullcheck.net.reference import Reference, parse_reference

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "host", "repository", "tag", "digest"),
    [
        ("debian", "docker.io", "library/debian", "latest", ""),
        ("debian:12", "docker.io", "library/debian", "12", ""),
        ("grafana/grafana", "docker.io", "grafana/grafana", "latest", ""),
        ("docker.io/debian", "docker.io", "library/debian", "latest", ""),
        ("docker.io/library/debian", "docker.io", "library/debian", "latest", ""),
        ("index.docker.io/a/b", "docker.io", "a/b", "latest", ""),
        ("registry-1.docker.io/a/b", "docker.io", "a/b", "latest", ""),
        (f"debian@{DIGEST}", "docker.io", "library/debian", "", DIGEST),
        (f"debian:12@{DIGEST}", "docker.io", "library/debian", "12", DIGEST),
        ("localhost/x", "localhost", "x", "latest", ""),
        ("localhost:5000/x", "localhost:5000", "x", "latest", ""),
        ("localhost:5000/x/y:1.0-rc_1", "localhost:5000", "x/y", "1.0-rc_1", ""),
        (f"localhost:5000/x@{DIGEST}", "localhost:5000", "x", "", DIGEST),
        ("registry.example/a/b/c", "registry.example", "a/b/c", "latest", ""),
        ("registry.example:443/a:b", "registry.example:443", "a", "b", ""),
        ("127.0.0.1/a", "127.0.0.1", "a", "latest", ""),
        ("[::1]:5000/a:1", "[::1]:5000", "a", "1", ""),
        ("a__b/c.d-e--f", "docker.io", "a__b/c.d-e--f", "latest", ""),
        ("Registry/a", "Registry", "a", "latest", ""),
        ("x:5000", "docker.io", "library/x", "5000", ""),
        ("debian:_1", "docker.io", "library/debian", "_1", ""),
        ("a/" + "b" * 200, "docker.io", "a/" + "b" * 200, "latest", ""),
    ],
)
def test_references_mean(text: str, host: str, repository: str, tag: str, digest: str) -> None:
    assert parse_reference(text) == Reference(host, repository, tag, digest)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no name"),
        (":tag", "no name"),
        ("Debian", "lower case"),
        ("registry.example/Debian", "lower case"),
        ("debian:", "the tag"),
        ("debian:-1", "the tag"),
        ("debian:" + "t" * 129, "the tag"),
        ("debian:1:2", "the tag"),
        ("debian:é", "the tag"),
        ("debian@", "the digest"),
        ("debian@sha256:abc", "the digest"),
        (f"debian@{DIGEST.upper()}", "the digest"),
        (f"debian@{DIGEST}x", "the digest"),
        ("debian@md5:" + "0" * 32, "the digest"),
        ("a//b", "no name"),
        ("/a", "no name"),
        ("a/", "no name"),
        ("a/../b", "no name"),
        ("a_", "no name"),
        ("a___b", "no name"),
        ("a..b", "no name"),
        ("-a", "no name"),
        ("a b", "no name"),
        ("a\nb", "no name"),
        ("registry.example/", "no name"),
        ("http://registry.example/a", "no host"),
        ("-x.example/a", "no host"),
        ("x.example:port/a", "no host"),
        ("user@registry.example/a", "the digest"),
        ("0123456789abcdef" * 4, "by its id"),
        ("a/" + "b" * 300, "more than 255"),
        ("a" * 100_000, "more than 600"),
    ],
)
def test_what_is_no_reference_is_an_invalid_parameter(text: str, problem: str) -> None:
    with pytest.raises(InvalidParameter, match=problem) as raised:
        parse_reference(text)
    assert "\n" not in raised.value.message
    assert len(raised.value.message) < 1000
    assert raised.value.hint


def test_an_address_in_place_of_a_reference_tells_no_secret() -> None:
    for text in ("https://user:sec@ret@registry.example/a", f"docker://user:secret@registry.example/a@{DIGEST}"):
        with pytest.raises(InvalidParameter, match=r"//registry\.example/a") as raised:
            parse_reference(text)
        assert "sec" not in raised.value.message


@given(st.text(st.sampled_from("aB0.:/@-_ 五[]"), max_size=30))
def test_a_reference_is_read_or_refused_and_reads_the_same_again(text: str) -> None:
    try:
        reference = parse_reference(text)
    except InvalidParameter:
        return
    assert parse_reference(str(reference)) == reference


def test_the_digest_is_what_is_asked_for() -> None:
    assert parse_reference("debian:12").wanted == "12"
    assert parse_reference(f"debian:12@{DIGEST}").wanted == DIGEST


def test_an_endless_name_is_refused_at_once() -> None:
    for text in ("a" * 500 + "!", "a-" * 250 + "!", "a." * 250, "0" * 500 + "/"):
        with pytest.raises(InvalidParameter):
            parse_reference(text)
