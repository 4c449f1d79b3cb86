"""PE executables (Microsoft, "PE Format"), of 32 and 64 bits."""

import struct
from collections.abc import Iterator
from mmap import mmap

from hullcheck.errors import MalformedFile
from hullcheck.formats.executable import Extent, read_loaded

MAGIC = b"MZ"

_PLACE_OF_HEADER = struct.Struct("<60xI")
_SIGNATURE = b"PE\0\0"
_HEADER = struct.Struct("<4x2xH12xH2x")
_SECTION = struct.Struct("<8sIIII12xI")
# By the magic number of the optional header: where in it the address of the image stands.
_IMAGE_BASES = {0x10B: struct.Struct("<28xI"), 0x20B: struct.Struct("<24xQ")}

# Initialised data that is read and written, and neither run nor discarded.
_DATA = 0xC0000040
_DATA_OR_NOT = 0xE2000060


class Pe:
    """A PE file."""

    __slots__ = ("_base", "_content", "_sections")

    big_endian = False

    def __init__(self, path: str, content: bytes | mmap, start: int) -> None:
        header = content[start : start + _HEADER.size]
        if len(header) < _HEADER.size:
            raise MalformedFile(path, "ends within its PE header")
        count, optional = _HEADER.unpack(header)
        begin = start + _HEADER.size
        self._content = content
        self._base = _image_base(content[begin : begin + optional])
        table = content[begin + optional : begin + optional + count * _SECTION.size]
        if len(table) < count * _SECTION.size:
            raise MalformedFile(path, "ends within its table of sections")
        self._sections = table

    def section(self, *names: str) -> Extent | None:
        """Return the first section that is called one of `names`, of at most 8 characters."""
        wanted = {name.encode() for name in names}
        return next((extent for found, _, extent in self._extents() if found in wanted), None)

    def data(self) -> Extent | None:
        """Return the first section of initialised data that is written."""
        return next((extent for _, flags, extent in self._extents() if flags & _DATA_OR_NOT == _DATA), None)

    def content(self, extent: Extent) -> bytes:
        """Return the bytes of `extent`, as far as the file has them."""
        return self._content[extent.offset : extent.offset + extent.size]

    def read(self, address: int, size: int) -> bytes:
        """Return at most `size` bytes that are loaded to `address` and above, as far as the section goes."""
        return read_loaded(self._content, (extent for _, _, extent in self._extents()), address, size)

    def _extents(self) -> Iterator[tuple[bytes, int, Extent]]:
        """Yield name, characteristics and place of the sections that have bytes in the file."""
        for name, _, address, size, offset, flags in _SECTION.iter_unpack(self._sections):
            if address and size:
                yield name.rstrip(b"\0"), flags, Extent(self._base + address, offset, size)


def read_pe(path: str, content: bytes | mmap) -> Pe | None:
    """Return the PE file that `content` is, None for programs of DOS and other formats that begin like it."""
    stub = content[: _PLACE_OF_HEADER.size]
    if len(stub) < _PLACE_OF_HEADER.size:
        return None
    (start,) = _PLACE_OF_HEADER.unpack(stub)
    return Pe(path, content, start) if content[start : start + 4] == _SIGNATURE else None


def _image_base(optional_header: bytes) -> int:
    layout = _IMAGE_BASES.get(int.from_bytes(optional_header[:2], "little"))
    if layout is None or len(optional_header) < layout.size:
        return 0
    return int(layout.unpack_from(optional_header)[0])
