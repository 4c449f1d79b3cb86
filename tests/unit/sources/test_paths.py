"""Paths within a target."""

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.sources.paths import normalised

segments = st.sampled_from(["a", "b.c", ".", "..", "", ".hidden", "...", "é"])


@given(st.lists(segments, max_size=8).map("/".join))
def test_paths_are_normalised_as_posix_does(path: str) -> None:
    outside = False
    depth = 0
    for segment in path.split("/"):
        depth += -1 if segment == ".." else segment not in {"", "."}
        outside = outside or depth < 0
    expected = posixpath.normpath(f"/{path}").lstrip("/")
    assert normalised(path) == (None if outside else expected)


@pytest.mark.parametrize(
    ("path", "expected"), [("usr/lib/", "usr/lib"), ("", ""), (".", ""), ("/", ""), ("a//b", "a/b")]
)
def test_slashes_do_not_count(path: str, expected: str) -> None:
    assert normalised(path) == expected
