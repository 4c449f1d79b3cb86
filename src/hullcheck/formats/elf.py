"""ELF executables (System V ABI, "Object Files"), of 32 and 64 bits and both byte orders."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap

from hullcheck.errors import MalformedFile
from hullcheck.formats.executable import Extent, read_loaded

MAGIC = b"\x7fELF"

# What a header can count by itself. Linked files have some 40 sections and 15 segments.
ENTRIES = 0xFF00
# The names of those sections.
NAMES = 2**24

_IDENTIFICATION = 16
_BIG_ENDIAN = 2
_LOADED = 1
_EXECUTED = 1
_WRITTEN = 2
_WITHOUT_BYTES = 8


@dataclass(frozen=True, slots=True)
class _Layout:
    """The structures of a class and byte order, less the fields that are not needed."""

    header: struct.Struct  # phoff, shoff, phentsize, phnum, shentsize, shnum, shstrndx
    segment: struct.Struct  # type, offset, vaddr, filesz, flags; or with `flags_first`: type, flags, offset, …
    section: struct.Struct  # name, type, addr, offset, size
    flags_first: bool


def _layouts(order: str) -> tuple[_Layout, _Layout]:
    """Return the layouts of class 1 and 2."""
    return (
        _Layout(
            struct.Struct(f"{order}12xII6xHHHHH"),
            struct.Struct(f"{order}III4xI4xI4x"),
            struct.Struct(f"{order}II4xIII16x"),
            flags_first=False,
        ),
        _Layout(
            struct.Struct(f"{order}16xQQ6xHHHHH"),
            struct.Struct(f"{order}IIQQ8xQ16x"),
            struct.Struct(f"{order}II8xQQQ24x"),
            flags_first=True,
        ),
    )


_LAYOUTS = {
    bytes((number, order)): layout
    for order, mark in ((1, "<"), (_BIG_ENDIAN, ">"))
    for number, layout in enumerate(_layouts(mark), 1)
}


class Elf:
    """An ELF file."""

    __slots__ = ("_content", "_header", "_layout", "_path", "big_endian")

    def __init__(self, path: str, content: bytes | mmap) -> None:
        identification = content[:_IDENTIFICATION]
        layout = _LAYOUTS.get(identification[4:6])
        if layout is None:
            raise MalformedFile(path, "not an ELF file of 32 or 64 bits")
        header = content[_IDENTIFICATION : _IDENTIFICATION + layout.header.size]
        if len(header) < layout.header.size:
            raise MalformedFile(path, "ends within its ELF header")
        self._path = path
        self._content = content
        self._layout = layout
        self._header: tuple[int, ...] = layout.header.unpack(header)
        self.big_endian = identification[5] == _BIG_ENDIAN

    def section(self, *names: str) -> Extent | None:
        """Return the first section that is called one of `names`.

        Nothing needs sections to run a file: where their table lies outside the file, there are none.
        """
        table, texts = self._sections()
        wanted = tuple(text for text in (b"%b\0" % name.encode() for name in names) if text in texts)
        if not wanted:
            return None
        for at, kind, address, offset, size in self._layout.section.iter_unpack(table):
            if kind != _WITHOUT_BYTES and texts.startswith(wanted, at):
                return Extent(address, offset, size)
        return None

    def data(self) -> Extent | None:
        """Return the first loaded segment that is written and not run."""
        for extent, flags in self._segments():
            if flags & (_WRITTEN | _EXECUTED) == _WRITTEN:
                return extent
        return None

    def content(self, extent: Extent) -> bytes:
        """Return the bytes of `extent`, as far as the file has them."""
        return self._content[extent.offset : extent.offset + extent.size]

    def read(self, address: int, size: int) -> bytes:
        """Return at most `size` bytes that are loaded to `address` and above, as far as the segment goes."""
        return read_loaded(self._content, (extent for extent, _ in self._segments()), address, size)

    def _segments(self) -> Iterator[tuple[Extent, int]]:
        """Yield the loaded segments and their flags."""
        start, _, entry, count, *_ = self._header
        layout = self._layout.segment
        if entry != layout.size or count > ENTRIES:
            return
        table = self._content[start : start + entry * count]
        for kind, *fields in layout.iter_unpack(table[: len(table) // entry * entry]):
            if kind == _LOADED:
                flags = fields.pop(0 if self._layout.flags_first else -1)
                offset, address, size = fields
                yield Extent(address, offset, size), flags

    def _sections(self) -> tuple[bytes, bytes]:
        """Return the table of the sections and that of their names, both empty where the file has no names."""
        _, start, _, _, entry, count, index = self._header
        layout = self._layout.section
        table = self._content[start : start + entry * count]
        if entry != layout.size or count > ENTRIES or len(table) < entry * count or not index < count:
            return b"", b""
        _, kind, _, offset, size = layout.unpack_from(table, index * entry)
        if kind == _WITHOUT_BYTES or size > NAMES:
            return b"", b""
        return table, self._content[offset : offset + size]
