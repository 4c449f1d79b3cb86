"""Properties files as java.util.Properties.load reads them."""

import re

from hullcheck.errors import MalformedFile
from hullcheck.model.source_file import SourceFile

_LINE_END = re.compile(r"\r\n|[\r\n]")
_BLANKS = " \t\f"
# A key ends at the first separator or blank that no backslash stands before.
_KEY = re.compile(r"(?:[^\\=: \t\f]|\\.)*+", re.DOTALL)
_SEPARATOR = re.compile(r"[ \t\f]*+[=:]?[ \t\f]*+")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.)|\Z)", re.DOTALL)
_LETTERS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def read_properties(file: SourceFile) -> dict[str, str]:
    r"""Return the keys of `file` and their values; of a key that stands twice, the last one.

    Bytes beyond ASCII are UTF-8 where they can be (as Java 9 and most programs write them), else ISO 8859-1.
    """
    properties: dict[str, str] = {}
    for line in _logical_lines(_decode(bytes(file.content))):
        key = _KEY.match(line)
        end = key.end() if key else 0
        separator = _SEPARATOR.match(line, end)
        value = line[separator.end() if separator else end :]
        properties[_unescape(line[:end], file.path)] = _unescape(value, file.path)
    return properties


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("iso-8859-1")


def _logical_lines(text: str) -> list[str]:
    """Return the lines that are not comments, each with the lines that continue it."""
    lines: list[str] = []
    parts: list[str] = []
    for natural in _LINE_END.split(text):
        line = natural.lstrip(_BLANKS)
        if not parts and (not line or line[0] in "#!"):
            continue
        # An even number of backslashes at the end is that half of them as characters.
        if (len(line) - len(line.rstrip("\\"))) % 2:
            parts.append(line[:-1])
            continue
        lines.append("".join((*parts, line)))
        parts = []
    return [*lines, "".join(parts)] if parts else lines


def _unescape(text: str, path: str) -> str:
    if "\\" not in text:
        return text
    unescaped = _ESCAPE.sub(lambda match: _character(match, path), text)
    # A character beyond the first 65,536 is written as two.
    return unescaped.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(match: re.Match[str], path: str) -> str:
    code, letter = match.groups()
    if code:
        return chr(int(code, 16))
    if letter == "u":
        raise MalformedFile(path, "\\u without four hexadecimal digits")
    return _LETTERS.get(letter, letter) if letter else ""
