"""Globs that leave out."""

import pytest

from hullcheck.sources.globs import Globs


@pytest.mark.parametrize(
    ("pattern", "path", "meant"),
    [
        ("build", "build", True),
        ("build", "a/b/build", True),
        ("build", "rebuild", False),
        ("build/", "build", True),
        ("/build", "build", True),
        ("/build", "a/build", False),
        ("./a/b", "a/b", True),
        ("a/*", "a/b", True),
        ("a/*", "a/b/c", False),
        ("a/**", "a/b/c", True),
        ("**/test", "test", True),
        ("**/test", "a/b/test", True),
        ("*.min.js", "x/y.min.js", True),
        ("?.txt", "ab.txt", False),
        ("a.b", "axb", False),
        ("[x]", "[x]", True),
        ("a\nb", "a\nb", True),
        ("", "", False),
        ("/", "a", False),
        (".", "a", False),
    ],
)
def test_a_glob_means(pattern: str, path: str, meant: bool) -> None:
    assert Globs([pattern]).match(path) is meant


def test_no_globs_mean_nothing() -> None:
    assert not Globs([]).match("a")


def test_one_of_several_is_enough() -> None:
    assert Globs(["a", "b/*"]).match("b/c")
