"""ZIP archives (PKWARE APPNOTE.TXT 6.3), by their central directory.

Only the names that are asked for become objects: a directory of 10,000 entries is passed over in a few milliseconds.
Nothing is extracted to a path, so that names such as "../x" are only text.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap

from isal import igzip_lib, isal_zlib

from hullcheck.errors import LimitExceeded, MalformedFile

# The largest archives of class files in use hold 200,000 entries of about 120 bytes each.
DIRECTORY_BYTES = 2**25

STORED = 0
DEFLATED = 8

_END = b"PK\x05\x06"
_END64 = b"PK\x06\x06"
_LOCATOR64 = b"PK\x06\x07"
_ENTRY = b"PK\x01\x02"
_LOCAL = b"PK\x03\x04"

_END_FIELDS = struct.Struct("<10xHIIH")
_END64_FIELDS = struct.Struct("<40xQQ")
_LOCATOR64_FIELDS = struct.Struct("<8xQ4x")
_ENTRY_FIELDS = struct.Struct("<8xHH4xIII14xI")
_ENTRY_LENGTHS = struct.Struct("<HHH")
_LOCAL_LENGTHS = struct.Struct("<26xHH")
_EXTRA = struct.Struct("<HH")

_LONGEST_COMMENT = 0xFFFF
_MANY = 0xFFFF
_HUGE = 0xFFFFFFFF
_ZIP64_EXTRA = 1
_ENCRYPTED = 1
_UTF8 = 0x800


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: `packed` and `size` are its bytes as stored and as read, `offset` where in the content
    its local header stands.
    """

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int


@dataclass(frozen=True, slots=True)
class _End:
    """Where the central directory ends, how long it is and where it says that it begins."""

    position: int
    size: int
    offset: int


class Archive:
    """A ZIP archive that stands at `start` to `end` of `content`.

    Data in front of it is allowed, as in programs that unpack themselves and jars that a shell can run. `path` names
    the archive in errors.
    """

    __slots__ = ("_base", "_content", "_directory", "path")

    def __init__(self, path: str, content: bytes | mmap, start: int = 0, end: int | None = None) -> None:
        self.path = path
        self._content = content
        record = self._find_end(start, len(content) if end is None else end)
        begin = record.position - record.size
        if begin < start or begin - record.offset < start:
            raise MalformedFile(path, "the central directory begins before the archive")
        if record.size > DIRECTORY_BYTES:
            raise LimitExceeded(path, f"a central directory of {record.size} bytes, allowed are {DIRECTORY_BYTES}")
        self._base = begin - record.offset
        self._directory = content[begin : record.position]

    @property
    def directory_size(self) -> int:
        """Return the length of the central directory in bytes, all of which is held in memory."""
        return len(self._directory)

    def members(self, suffixes: tuple[bytes, ...]) -> Iterator[Member]:
        """Yield the members whose names, in lower case, end with one of `suffixes`, in the order of the directory."""
        directory = self._directory
        lowered = directory.lower()
        position, end = 0, len(directory)
        while position < end:
            if not directory.startswith(_ENTRY, position) or position + _ENTRY_FIELDS.size > end:
                raise MalformedFile(self.path, "not an entry of a central directory", place=f"entry at {position}")
            name, extra, comment = _ENTRY_LENGTHS.unpack_from(directory, position + 28)
            if lowered.endswith(suffixes, position + _ENTRY_FIELDS.size, position + _ENTRY_FIELDS.size + name):
                yield self._member(position, name, extra)
            position += _ENTRY_FIELDS.size + name + extra + comment

    def holds(self, text: bytes) -> bool:
        """Say whether `text` stands in the central directory, for a quick look at the kind of archive."""
        return text in self._directory

    def read(self, member: Member, limit: int) -> bytes:
        """Return the content of `member`, which has at most `limit` bytes and the checksum that the archive says."""
        if member.size > limit:
            raise LimitExceeded(self.path, f"{member.size} bytes, allowed are {limit}", place=member.name)
        content = self._unpack(member, member.size + 1)
        if len(content) != member.size or isal_zlib.crc32(content) != member.crc:
            raise MalformedFile(self.path, "not the content that length and checksum say", place=member.name)
        return content

    def begin(self, member: Member, size: int) -> bytes:
        """Return at most the first `size` bytes of `member`, whose checksum then is not looked at."""
        return self._unpack(member, size)

    def nested(self, member: Member, limit: int) -> "Archive":
        """Return the archive that `member` is. One that is not compressed is read where it stands, without a copy."""
        path = f"{self.path}!/{member.name}"
        if member.method == STORED and not member.flags & _ENCRYPTED:
            start = self._data(member)
            return Archive(path, self._content, start, start + member.packed)
        return Archive(path, self.read(member, limit))

    def _find_end(self, start: int, end: int) -> _End:
        """Return the last record that can be the end of a central directory, which a comment behind it may look like.

        One that says that there are no members counts only if no other does, lest it hide them.
        """
        begin = max(start, end - _LONGEST_COMMENT - _END_FIELDS.size)
        tail = self._content[begin:end]
        place = tail.rfind(_END)
        empty: _End | None = None
        while place >= 0:
            record = self._end_at(tail, place, begin, start)
            if record is not None and record.size:
                return record
            empty = empty or record
            place = tail.rfind(_END, 0, place + 3)
        if empty is None:
            raise MalformedFile(self.path, "not a ZIP archive, or one whose end is missing")
        return empty

    def _end_at(self, tail: bytes, place: int, begin: int, start: int) -> _End | None:
        if place + _END_FIELDS.size > len(tail):
            return None
        count, size, offset, comment = _END_FIELDS.unpack_from(tail, place)
        position = begin + place
        if place + _END_FIELDS.size + comment > len(tail):
            return None
        if count == _MANY or _HUGE in (size, offset):
            record = self._end64(position, start)
            if record is not None:
                return record
        return _End(position, size, offset) if self._fits(position, size, start) else None

    def _end64(self, position: int, start: int) -> _End | None:
        """Return the ZIP64 record that the locator in front of `position` speaks of.

        Its place counts from the beginning of the archive, which data in front of it may have moved: then it is
        looked for where all tools put it, in front of the locator.
        """
        before = position - _LOCATOR64_FIELDS.size
        locator = self._content[max(start, before) : position]
        if not locator.startswith(_LOCATOR64) or len(locator) < _LOCATOR64_FIELDS.size:
            return None
        for place in (start + _LOCATOR64_FIELDS.unpack(locator)[0], before - _END64_FIELDS.size):
            record = self._content[place : place + _END64_FIELDS.size] if start <= place < position else b""
            if record.startswith(_END64) and len(record) == _END64_FIELDS.size:
                size, offset = _END64_FIELDS.unpack_from(record)
                return _End(place, size, offset) if self._fits(place, size, start) else None
        return None

    def _fits(self, position: int, size: int, start: int) -> bool:
        begin = position - size
        return begin >= start and (size == 0 or self._content[begin : begin + 4] == _ENTRY)

    def _member(self, position: int, name_length: int, extra_length: int) -> Member:
        directory = self._directory
        flags, method, crc, packed, size, offset = _ENTRY_FIELDS.unpack_from(directory, position)
        begin = position + _ENTRY_FIELDS.size
        name = _decode(directory[begin : begin + name_length], flags)
        if _HUGE in (packed, size, offset):
            extra = directory[begin + name_length : begin + name_length + extra_length]
            size, packed, offset = self._long_fields(extra, (size, packed, offset), name)
        return Member(name, flags, method, crc, packed, size, self._base + offset)

    def _long_fields(self, extra: bytes, fields: tuple[int, int, int], name: str) -> tuple[int, ...]:
        """Return `fields` with those that are too long for 32 bits from the ZIP64 extra field, which has these only."""
        place = 0
        while place + 4 <= len(extra):
            tag, length = _EXTRA.unpack_from(extra, place)
            place += 4
            if tag == _ZIP64_EXTRA:
                numbers = extra[place : place + length]
                longs = iter(struct.unpack(f"<{len(numbers) // 8}Q", numbers[: len(numbers) // 8 * 8]))
                return tuple(next(longs, field) if field == _HUGE else field for field in fields)
            place += length
        raise MalformedFile(self.path, "no ZIP64 field for a length of 4 GiB", place=name)

    def _data(self, member: Member) -> int:
        """Return where the data of `member` begins, all of which stands in the content."""
        header = self._content[member.offset : member.offset + _LOCAL_LENGTHS.size]
        if len(header) < _LOCAL_LENGTHS.size or not header.startswith(_LOCAL):
            raise MalformedFile(self.path, "no local header where the directory says", place=member.name)
        name, extra = _LOCAL_LENGTHS.unpack(header)
        start = member.offset + _LOCAL_LENGTHS.size + int(name) + int(extra)
        if start + member.packed > len(self._content):
            raise MalformedFile(self.path, "ends after the end of the archive", place=member.name)
        return start

    def _unpack(self, member: Member, most: int) -> bytes:
        if member.flags & _ENCRYPTED:
            raise MalformedFile(self.path, "is encrypted", place=member.name)
        start = self._data(member)
        if member.method == STORED:
            return self._content[start : start + min(member.packed, most)]
        if member.method != DEFLATED:
            raise MalformedFile(self.path, f"is compressed by method {member.method}", place=member.name)
        # A view of a memory map keeps it open, so it must not outlive this call.
        with memoryview(self._content) as whole, whole[start : start + member.packed] as data:
            return self._inflate(data, member, most)

    def _inflate(self, data: memoryview, member: Member, most: int) -> bytes:
        inflater = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_DEFLATE)
        try:
            return inflater.decompress(data, most)
        except igzip_lib.IsalError as error:  # type: ignore[misc]  # the stub says an instance, it is a class
            raise MalformedFile(self.path, "is not deflated data", place=member.name) from error


def _decode(name: bytes, flags: int) -> str:
    """Return a member's name: UTF-8 also where the flag for it is not set, as Java reads and writes it."""
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("utf-8", "replace") if flags & _UTF8 else name.decode("cp437")
