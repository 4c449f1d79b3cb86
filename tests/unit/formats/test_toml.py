import time

import pytest

from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.formats.toml import read_toml
from hullcheck.model.source_file import SourceFile


def toml(text: str) -> SourceFile:
    return SourceFile("a.toml", text.encode())


def test_a_table_is_read() -> None:
    assert read_toml(toml('[package]\nname = "a"\n')).node("package").text("name") == "a"


@pytest.mark.parametrize(
    "text", ["a =", "a = " + "1" * 5000, "a = " + "[" * 100_000, "a = " + "{b = " * 50_000, "a = 1\na = 2", "a = 1\r"]
)
def test_what_is_not_toml_is_malformed(text: str) -> None:
    with pytest.raises(MalformedFile, match=r"a\.toml: not TOML"):
        read_toml(toml(text))


@pytest.mark.parametrize("part", ["a.", '"a" . ', "'a'.", "ü."])
def test_a_key_of_thousands_of_parts_is_refused_at_once(part: str) -> None:
    started = time.monotonic()
    with pytest.raises(LimitExceeded):
        read_toml(toml(part * 50_000 + "a = 1"))
    assert time.monotonic() - started < 1


def test_a_long_text_with_points_is_no_deep_key() -> None:
    assert read_toml(toml('a = "' + "." * 1000 + '"')).text("a") == "." * 1000


@pytest.mark.parametrize("text", ["a" * 200_000, '"' * 200_000, " ." * 100_000, "'a" * 100_000, "a " * 100_000])
def test_looking_for_deep_keys_takes_time_that_grows_with_the_length_only(text: str) -> None:
    started = time.monotonic()
    with pytest.raises(MalformedFile):
        read_toml(toml(text))
    assert time.monotonic() - started < 2
