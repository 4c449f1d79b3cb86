"""Platforms and the choice among them."""

import platform

import pytest

from hullcheck.errors import InvalidParameter
from hullcheck.sources.platforms import Platform, choose, parse_platform, this_machine


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("linux/amd64", "linux/amd64"),
        ("linux/x86_64", "linux/amd64"),
        ("arm64", "linux/arm64"),
        ("Linux/AArch64", "linux/arm64"),
        ("linux/arm/v6", "linux/arm/v6"),
        ("armv7l", "linux/arm/v7"),
        ("linux/i686", "linux/386"),
        ("windows/amd64", "windows/amd64"),
        ("linux/riscv64", "linux/riscv64"),
    ],
)
def test_platforms_have_the_names_of_go(text: str, expected: str) -> None:
    assert str(parse_platform(text)) == expected


@pytest.mark.parametrize("text", ["", "linux/", "/amd64", "linux/arm/v7/x", "a//b"])
def test_a_platform_that_is_none_is_an_invalid_parameter(text: str) -> None:
    with pytest.raises(InvalidParameter, match="platform"):
        parse_platform(text)


@pytest.mark.parametrize(
    ("machine", "expected"), [("x86_64", "linux/amd64"), ("aarch64", "linux/arm64"), ("", "linux/amd64")]
)
def test_this_machine_runs_linux(monkeypatch: pytest.MonkeyPatch, machine: str, expected: str) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert str(this_machine()) == expected


def offers(*texts: str) -> list[tuple[Platform, str]]:
    return [(parse_platform(text), text) for text in texts]


@pytest.mark.parametrize(
    ("asked", "there", "expected"),
    [
        ("linux/arm64", ("linux/amd64", "linux/arm64"), "linux/arm64"),
        ("linux/arm64", ("linux/amd64", "linux/arm64/v8"), "linux/arm64/v8"),
        ("linux/arm64/v8", ("linux/arm64",), "linux/arm64"),
        ("linux/arm", ("linux/arm/v5", "linux/arm/v7", "linux/arm/v6"), "linux/arm/v7"),
        ("linux/arm", ("linux/arm/v5", "linux/arm/v6"), "linux/arm/v6"),
        ("linux/arm/v6", ("linux/arm/v5", "linux/arm/v7", "linux/arm/v6"), "linux/arm/v6"),
        ("linux/arm/v6", ("linux/arm/v7",), None),
        ("linux/amd64", ("linux/amd64/v3", "linux/amd64"), "linux/amd64"),
        ("windows/amd64", ("linux/amd64",), None),
        ("linux/amd64", (), None),
    ],
)
def test_the_platform_that_is_asked_for_is_chosen(asked: str, there: tuple[str, ...], expected: str | None) -> None:
    assert choose(offers(*there), asked) == expected


def test_without_a_wish_it_is_this_machine_or_the_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    assert choose(offers("linux/s390x", "linux/amd64"), "") == "linux/amd64"
    assert choose(offers("linux/s390x"), "") == "linux/s390x"
    assert choose(offers("linux/s390x", "linux/arm64"), "") is None
    assert choose(offers("linux/s390x"), "linux/amd64") is None
