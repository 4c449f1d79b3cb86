"""Challenges of WWW-Authenticate."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.net.challenge import Challenge, challenges

REALM = {"realm": "https://auth.example/token"}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", []),
        ("Basic", [Challenge("basic", {})]),
        ('Basic realm="a b"', [Challenge("basic", {"realm": "a b"})]),
        (
            'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"',
            [Challenge("bearer", {**REALM, "service": "registry.example", "scope": "repository:a/b:pull,push"})],
        ),
        ('BEARER REALM = "https://auth.example/token" , Error=x', [Challenge("bearer", {**REALM, "error": "x"})]),
        (
            'Basic realm="x", Bearer realm="y"',
            [Challenge("basic", {"realm": "x"}), Challenge("bearer", {"realm": "y"})],
        ),
        ('Negotiate, Basic realm="x"', [Challenge("negotiate", {}), Challenge("basic", {"realm": "x"})]),
        (r'Basic realm="a \"quoted\" \\ one"', [Challenge("basic", {"realm": r'a "quoted" \ one'})]),
        ("Bearer realm=https://auth.example/token", [Challenge("bearer", REALM)]),
        ('Basic realm="never ends', [Challenge("basic", {})]),
        ('realm="x"', []),
        ('"x"', []),
        (',, Basic realm="",', [Challenge("basic", {"realm": ""})]),
    ],
)
def test_challenges_are_read(header: str, expected: list[Challenge]) -> None:
    assert list(challenges(header)) == expected


@given(st.text(st.sampled_from('Bearer="\\, \t\x00'), max_size=40))
def test_any_header_is_read_as_far_as_it_goes(header: str) -> None:
    challenges(header)


@pytest.mark.parametrize("piece", [",", " ", "a", "a=", 'a="', "\\", '"', "a ", "a,", "=", 'a="\\'])
def test_long_headers_take_no_time(piece: str) -> None:
    begin = time.process_time()
    challenges("Bearer " + piece * 60_000)
    assert time.process_time() - begin < 1
