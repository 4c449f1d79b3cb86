"""Blocks of lines with blank lines between them, as the databases of package managers have them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from mmap import mmap
from typing import TypeVar

from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.model.source_file import SourceFile

T = TypeVar("T")

# The largest real blocks list a hundred thousand files in about 10 MB. A line costs more memory than its bytes.
LARGEST_BLOCK = 64 * 1024 * 1024
_COST_OF_A_LINE = 64

# Three times as many as all packages of Debian.
MOST_BLOCKS = 200_000


@dataclass(frozen=True, slots=True)
class Block:
    """Lines without their ends, and the number of the first."""

    path: str
    line: int
    lines: tuple[bytes, ...]

    def malformed(self, line: int, problem: str) -> MalformedFile:
        """Return the error that the line with the number `line` has `problem`."""
        return MalformedFile(self.path, problem, place=f"line {line}")


def read_blocks(file: SourceFile, read: Callable[[Block], Iterator[T]]) -> Iterator[T]:
    """Yield what `read` makes of each block of `file`.

    A malformed block hides no other: the first error is raised behind the last block.
    """
    first: MalformedFile | None = None
    errors = 0
    for number, block in enumerate(_blocks(file)):
        if number == MOST_BLOCKS:
            raise LimitExceeded(file.path, f"more than {MOST_BLOCKS} blocks", place=_place(block))
        try:
            yield from read(_within_limit(block))
        except MalformedFile as error:
            first = first or error
            errors += 1
    if first:
        raise first if errors == 1 else _with_count(first, errors)


def _within_limit(block: Block) -> Block:
    if sum(map(_cost, block.lines)) > LARGEST_BLOCK:
        raise LimitExceeded(block.path, f"more than {LARGEST_BLOCK} bytes without a blank line", place=_place(block))
    return block


def _with_count(error: MalformedFile, count: int) -> MalformedFile:
    return type(error)(error.path, f"{error.problem} (and {count - 1} more like it)", place=error.place)


def _cost(line: bytes) -> int:
    return len(line) + _COST_OF_A_LINE


def _place(block: Block) -> str:
    return f"line {block.line}"


def _blocks(file: SourceFile) -> Iterator[Block]:
    lines: list[bytes] = []
    begin = size = 0
    for number, line in enumerate(_lines(file.content), 1):
        if line.strip():
            begin = begin or number
            # What is over the limit is not kept: one line too many shows that there was more.
            if size <= LARGEST_BLOCK:
                lines.append(line)
            size += _cost(line)
        elif lines:
            yield Block(file.path, begin, tuple(lines))
            lines, begin, size = [], 0, 0
    if lines:
        yield Block(file.path, begin, tuple(lines))


def _lines(content: bytes | mmap) -> Iterator[bytes]:
    # Slices of bytes only: an iterator over a memory map would keep it from being closed.
    start = 0
    while (end := content.find(b"\n", start)) >= 0:
        yield content[start:end].rstrip(b"\r")
        start = end + 1
    if start < len(content):
        yield content[start:]
