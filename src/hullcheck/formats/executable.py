"""What executables of all formats have in common: sections with names, and parts that are loaded to addresses."""

from collections.abc import Iterable
from dataclasses import dataclass
from mmap import mmap
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Extent:
    """`size` bytes of the file at `offset`, which are loaded to `address`."""

    address: int
    offset: int
    size: int


class Executable(Protocol):
    """An executable file."""

    @property
    def big_endian(self) -> bool:
        """Say whether the most significant byte comes first."""

    def section(self, *names: str) -> Extent | None:
        """Return the first section that is called one of `names`."""

    def data(self) -> Extent | None:
        """Return the first part of the file that is loaded to be written and not to be run."""

    def content(self, extent: Extent) -> bytes:
        """Return the bytes of `extent`, as far as the file has them."""

    def read(self, address: int, size: int) -> bytes:
        """Return at most `size` bytes that are loaded to `address` and above, as far as one part of the file goes."""


def read_loaded(content: bytes | mmap, segments: Iterable[Extent], address: int, size: int) -> bytes:
    """Return at most `size` bytes of the first of `segments` that holds `address`."""
    for segment in segments:
        if segment.address <= address < segment.address + segment.size:
            begin = segment.offset + address - segment.address
            return content[begin : min(begin + size, segment.offset + segment.size)]
    return b""
