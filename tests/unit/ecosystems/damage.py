"""Files cut and corrupted in many places, always the same ones."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from hullcheck.model.source_file import SourceFile

PLACES = 200
_SMALL = 64 * 1024

# Bytes that end texts, open structures, make lengths negative or huge, or are not UTF-8.
_BYTES = b'\x00\xff\x7f\x80{["\n 9-\\'
_VALUES = (b"1", b"null", b"[]", b"{}", b'""', b"true", b'[""]', b'{"a":1}', b"-1e999", b'"\\u0000"', b'"%2F..//@:#?"')
_TOKEN = re.compile(rb'"[^"\n]*"|\b[0-9]+\b|\[[^\[\]]*\]|\{[^{}]*\}')


def cut(file: SourceFile) -> Iterator[SourceFile]:
    """Yield `file` without its end."""
    for place in _places(len(file.content)):
        yield replace(file, content=file.content[:place])


def corrupted(file: SourceFile) -> Iterator[SourceFile]:
    """Yield `file` with other bytes, and a smaller one with other values and lines, too."""
    damages = (_other_byte, _other_value, _without_line, _without_start)
    for damage in damages if len(file.content) <= _SMALL else damages[:1]:
        for content in damage(bytes(file.content)):
            yield replace(file, content=content)


def _other_byte(content: bytes) -> Iterator[bytes]:
    for index, place in enumerate(_places(len(content))):
        yield content[:place] + _BYTES[index % len(_BYTES)].to_bytes(1, "big") + content[place + 1 :]
        yield content[:place] + (content[place] ^ 1 << index % 8).to_bytes(1, "big") + content[place + 1 :]


def _other_value(content: bytes) -> Iterator[bytes]:
    """Put values of other kinds where texts, numbers, lists and objects stand."""
    tokens = list(_TOKEN.finditer(content))
    for index, place in enumerate(_places(len(tokens))):
        for offset in range(3):
            value = _VALUES[(index + offset * 4) % len(_VALUES)]
            yield content[: tokens[place].start()] + value + content[tokens[place].end() :]


def _without_line(content: bytes) -> Iterator[bytes]:
    lines = content.splitlines(keepends=True)
    for place in _places(len(lines)):
        yield b"".join(lines[:place] + lines[place + 1 :])
        yield b"".join(lines[: place + 1] + lines[place:])


def _without_start(content: bytes) -> Iterator[bytes]:
    for place in _places(len(content)):
        yield content[place + 1 :]


def _places(length: int) -> Iterator[int]:
    """Yield at most `PLACES` numbers below `length`, evenly spread, the first and the last among them."""
    if length <= PLACES:
        yield from range(length)
    else:
        yield from (index * (length - 1) // (PLACES - 1) for index in range(PLACES))


DAMAGES: tuple[Callable[[SourceFile], Iterator[SourceFile]], ...] = (cut, corrupted)
