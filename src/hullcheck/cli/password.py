"""A password that comes on stdin, where no list of processes shows it."""

from typing import TextIO

from hullcheck.config.settings import Settings
from hullcheck.errors import InvalidParameter
from hullcheck.sources.image_reference import reads_stdin

# Tokens of clouds have up to some thousand characters.
_LONGEST = 64 * 1024


def password_on_stdin(settings: Settings, operand: str, stdin: TextIO | None) -> str:
    """Return the password that the option "password-stdin" says is on `stdin`, without its line's end, "" without it.

    `operand` is what is scanned, which may be on stdin itself.
    """
    if "password-stdin" not in settings.values or not settings.flag("password-stdin"):
        return ""
    if reads_stdin(operand):
        raise InvalidParameter("--password-stdin: stdin is the image", hint="an image archive needs no password")
    try:
        text = stdin.read(_LONGEST) if stdin else ""
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidParameter("--password-stdin: stdin cannot be read as text") from error
    password = text.removesuffix("\n").removesuffix("\r")
    if not password:
        raise InvalidParameter("--password-stdin: nothing came on stdin", hint='printf %s "$PASSWORD" | hullcheck …')
    return password
