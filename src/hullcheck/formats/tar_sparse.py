"""Sparse files in tar archives: GNU's old format and its pax formats 0.0, 0.1 and 1.0 (GNU tar manual, appendix D)."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.formats.tar_header import BLOCK, Extents, number

# An extent for each 4 KiB of a file of 1 GiB that has a hole after each of them.
MAX_EXTENTS = 131_072

# Blocks of a map in the old format, which may be empty.
_MAX_BLOCKS = 8192

# What `pax_format` tells of sparse files.
PAX_FORMATS = frozenset({"0", "1"})

_HOLE = 1024 * 1024

_DECIMAL = re.compile(r"\+?(?=[0-9])0*([0-9]{0,18})")


def old_map(header: bytes, more: Callable[[], bytes], path: str) -> tuple[Extents, int]:
    """Return the extents and the size of a member of type "S"; `more` reads the blocks that continue its map."""
    numbers = _numbers(header, 386, 4, path)
    size = number(header[483:495])
    continued = header[482]
    blocks = 0
    while continued:
        block = more()
        blocks += 1
        numbers += _numbers(block, 0, 21, path)
        continued = block[504]
        if len(numbers) > 2 * MAX_EXTENTS or blocks > _MAX_BLOCKS:
            raise LimitExceeded(path, f"a sparse file of more than {MAX_EXTENTS} pieces")
    if size is None:
        raise MalformedFile(path, "a sparse file without size")
    return checked(numbers, size, path), size


def _numbers(block: bytes, start: int, count: int, path: str) -> list[int]:
    """Return up to `count` pairs of offset and length; the first without an offset ends them."""
    numbers: list[int] = []
    for at in range(start, start + 24 * count, 24):
        if not block[at]:
            break
        for field in (block[at : at + 12], block[at + 12 : at + 24]):
            value = number(field)
            if value is None:
                raise MalformedFile(path, "a sparse file whose map holds no numbers")
            numbers.append(value)
    return numbers


def pax_format(records: Mapping[str, str]) -> str:
    """Return the format of a sparse file that `records` describe: "0", "1", or "" for a file that is not sparse."""
    version = records.get("GNU.sparse.major", ""), records.get("GNU.sparse.minor", "")
    if version in {("0", "0"), ("0", "1")} or (version == ("", "") and records.get("GNU.sparse.map")):
        return "0"
    return "1" if version == ("1", "0") else ""


def listed_map(text: str, size: int, path: str) -> Extents:
    """Return the extents of the formats 0.0 and 0.1: numbers between commas."""
    fields = text.split(",") if text else []
    if len(fields) > 2 * MAX_EXTENTS:
        raise LimitExceeded(path, f"a sparse file of more than {MAX_EXTENTS} pieces")
    return checked([decimal(field, path) for field in fields], size, path)


def stored_map(more: Callable[[], bytes], size: int, path: str) -> tuple[Extents, int]:
    """Return the extents of format 1.0, which stand in front of the data, and how many bytes they take there.

    `more` reads a block: a line with the number of extents, then a line for each offset and each length.
    """
    lines: list[str] = []
    rest = b""
    blocks = 0
    wanted = 1
    while len(lines) < wanted:
        *complete, rest = (rest + more()).split(b"\n")
        blocks += 1
        lines += [line.decode("ascii", "replace") for line in complete]
        if lines:
            wanted = 1 + 2 * decimal(lines[0], path)
        if wanted > 2 * MAX_EXTENTS + 1 or len(rest) > BLOCK:
            raise LimitExceeded(path, f"a sparse file of more than {MAX_EXTENTS} pieces")
    return checked([decimal(line, path) for line in lines[1:wanted]], size, path), blocks * BLOCK


def checked(numbers: list[int], size: int, path: str) -> Extents:
    """Return pairs of `numbers`, which must be in order, apart, and within `size`."""
    extents = tuple(zip(numbers[::2], numbers[1::2], strict=False))
    end = 0
    for offset, length in extents:
        if offset < end or length < 0:
            raise MalformedFile(path, "a sparse file whose pieces overlap")
        end = offset + length
    if end > size or len(numbers) % 2:
        raise MalformedFile(path, "a sparse file whose pieces go beyond its end")
    return extents


def filled(stored: Iterable[bytes], extents: Extents, size: int) -> Iterator[bytes]:
    """Yield the file of `size` bytes whose `extents` hold what is `stored`, one after the other."""
    pieces = iter(stored)
    piece = b""
    end = 0
    for offset, length in extents:
        yield from _hole(offset - end)
        end = offset + length
        left = length
        while left:
            piece = piece or next(pieces)
            part, piece = piece[:left], piece[left:]
            left -= len(part)
            yield part
    yield from _hole(size - end)


def _hole(length: int) -> Iterator[bytes]:
    for at in range(0, length, _HOLE):
        yield bytes(min(_HOLE, length - at))


def decimal(field: str, path: str) -> int:
    """Return the number that a pax record has, which may have a plus in front and any number of zeros."""
    match = _DECIMAL.fullmatch(field)
    if match is None:
        raise MalformedFile(path, f"{field[:20]!r} where a number belongs")
    return int(match[1] or "0")
