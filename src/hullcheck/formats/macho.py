"""Mach-O executables (Apple, mach-o/loader.h, mach-o/fat.h): 32 and 64 bits, both byte orders, universal ones."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap

from hullcheck.errors import MalformedFile
from hullcheck.formats.executable import Extent, read_loaded

UNIVERSAL_MAGIC = b"\xca\xfe\xba\xbe"

# Load commands of large programs take some 10 KiB.
COMMANDS = 2**20
# A class file of Java begins like a universal file with at least this many architectures.
ARCHITECTURES = 45

_READ_WRITE = 3
_NAME = 16


@dataclass(frozen=True, slots=True)
class _Layout:
    """The structures of a word size and byte order, less the fields that are not needed."""

    header: struct.Struct  # sizeofcmds
    command: struct.Struct  # cmd, cmdsize
    segment_command: int
    segment: struct.Struct  # vmaddr, fileoff, filesize, maxprot, initprot, nsects
    section: struct.Struct  # sectname, addr, size, offset
    big_endian: bool


def _layout(order: str, *, long: bool) -> _Layout:
    return _Layout(
        struct.Struct(f"{order}20xI{8 if long else 4}x"),
        struct.Struct(f"{order}II"),
        0x19 if long else 1,
        struct.Struct(f"{order}24xQ8xQQIII4x" if long else f"{order}24xI4xIIIII4x"),
        struct.Struct(f"{order}16s16xQQI28x" if long else f"{order}16s16xIII24x"),
        order == ">",
    )


_LAYOUTS = {
    b"\xfe\xed\xfa\xce": _layout(">", long=False),
    b"\xfe\xed\xfa\xcf": _layout(">", long=True),
    b"\xce\xfa\xed\xfe": _layout("<", long=False),
    b"\xcf\xfa\xed\xfe": _layout("<", long=True),
}
MAGICS = tuple(_LAYOUTS)

_UNIVERSAL = struct.Struct(">4xI")
_ARCHITECTURE = struct.Struct(">8xII4x")


@dataclass(frozen=True, slots=True)
class _Segment:
    extent: Extent
    protections: tuple[int, int]
    sections: tuple[tuple[bytes, Extent], ...]


class MachO:
    """A Mach-O file, which stands at `start` of `content`."""

    __slots__ = ("_content", "_segments", "big_endian")

    def __init__(self, path: str, content: bytes | mmap, start: int = 0) -> None:
        layout = _LAYOUTS.get(content[start : start + 4])
        if layout is None:
            raise MalformedFile(path, "not a Mach-O file")
        header = content[start : start + layout.header.size]
        if len(header) < layout.header.size:
            raise MalformedFile(path, "ends within its Mach-O header")
        (size,) = layout.header.unpack(header)
        begin = start + layout.header.size
        commands = content[begin : begin + min(size, COMMANDS)]
        self._content = content
        self._segments = tuple(_segments(commands, layout, start))
        self.big_endian = layout.big_endian

    def section(self, *names: str) -> Extent | None:
        """Return the first section that is called one of `names`, in whatever segment."""
        wanted = {name.encode() for name in names}
        return next((at for segment in self._segments for found, at in segment.sections if found in wanted), None)

    def data(self) -> Extent | None:
        """Return the first segment that may be read and written only."""
        for segment in self._segments:
            if segment.extent.address and segment.extent.size and segment.protections == (_READ_WRITE, _READ_WRITE):
                return segment.extent
        return None

    def content(self, extent: Extent) -> bytes:
        """Return the bytes of `extent`, as far as the file has them."""
        return self._content[extent.offset : extent.offset + extent.size]

    def read(self, address: int, size: int) -> bytes:
        """Return at most `size` bytes that are loaded to `address` and above, as far as the segment goes."""
        return read_loaded(self._content, (segment.extent for segment in self._segments), address, size)


def read_macho(path: str, content: bytes | mmap) -> Iterator[MachO]:
    """Yield the files for each architecture of a universal file, or the only one; nothing for a class file of Java."""
    if content[:4] != UNIVERSAL_MAGIC:
        yield MachO(path, content)
        return
    header = content[: _UNIVERSAL.size]
    if len(header) < _UNIVERSAL.size:
        return
    (count,) = _UNIVERSAL.unpack(header)
    if count >= ARCHITECTURES:
        return
    table = content[_UNIVERSAL.size : _UNIVERSAL.size + count * _ARCHITECTURE.size]
    if len(table) < count * _ARCHITECTURE.size:
        raise MalformedFile(path, "ends within its table of architectures")
    for start, _ in _ARCHITECTURE.iter_unpack(table):
        yield MachO(path, content, start)


def _segments(commands: bytes, layout: _Layout, start: int) -> Iterator[_Segment]:
    position = 0
    while position + layout.command.size <= len(commands):
        command, size = layout.command.unpack_from(commands, position)
        if size < layout.command.size:
            return
        body = commands[position : position + size]
        if command == layout.segment_command and len(body) >= layout.segment.size:
            yield _segment(body, layout, start)
        position += size


def _segment(command: bytes, layout: _Layout, start: int) -> _Segment:
    address, offset, size, most, first, count = layout.segment.unpack_from(command)
    places = range(layout.segment.size, len(command) - layout.section.size + 1, layout.section.size)
    sections = (layout.section.unpack_from(command, place) for place in places[:count])
    return _Segment(
        Extent(address, start + offset, size),
        (most, first),
        tuple((name.rstrip(b"\0"), Extent(at, start + place, length)) for name, at, length, place in sections),
    )
