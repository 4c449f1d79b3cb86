"""A password on stdin."""

import io

import pytest

from hullcheck.cli.password import password_on_stdin
from hullcheck.config.settings import settle
from hullcheck.errors import InvalidParameter

ASKED = settle("image", {"password-stdin": True}, {}, {}, "")


@pytest.mark.parametrize(
    ("text", "password"), [("a", "a"), ("a\n", "a"), ("a\r\n", "a"), (" a \n", " a "), ("a\n\n", "a\n"), ("ä", "ä")]
)
def test_the_end_of_the_line_is_not_of_the_password(text: str, password: str) -> None:
    assert password_on_stdin(ASKED, "alpine", io.StringIO(text, newline="")) == password


@pytest.mark.parametrize("text", ["", "\n", "\r\n"])
def test_nothing_is_no_password(text: str) -> None:
    with pytest.raises(InvalidParameter, match="nothing came on stdin"):
        password_on_stdin(ASKED, "alpine", io.StringIO(text, newline=""))


def test_without_the_option_stdin_is_not_touched() -> None:
    for command in ("image", "repo"):
        assert password_on_stdin(settle(command, {}, {}, {}, ""), "-", None) == ""


def test_what_cannot_be_read_is_told() -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b"\xff\xfe"), encoding="utf-8")
    with pytest.raises(InvalidParameter, match="cannot be read as text"):
        password_on_stdin(ASKED, "alpine", stdin)
    with pytest.raises(InvalidParameter, match="nothing came on stdin"):
        password_on_stdin(ASKED, "alpine", None)


@pytest.mark.parametrize("operand", ["-", "docker-archive:-", "-:app"])
def test_stdin_cannot_be_password_and_image(operand: str) -> None:
    with pytest.raises(InvalidParameter, match="stdin is the image"):
        password_on_stdin(ASKED, operand, io.StringIO("x"))
