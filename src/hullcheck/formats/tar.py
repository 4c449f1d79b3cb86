"""Tar archives, read once from front to back: the hot path of every scan of an image."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.formats import tar_sparse
from hullcheck.formats.byte_stream import ByteStream
from hullcheck.formats.tar_header import (
    BLOCK,
    EXTENSIONS,
    KINDS,
    SPARSE,
    Extents,
    Kind,
    Member,
    checksum_is_right,
    number,
    pax_records,
    text,
)

_STORING = frozenset({Kind.FILE, Kind.UNKNOWN})
_ZEROS = bytes(BLOCK)
_USTAR = b"ustar\0"


@dataclass(frozen=True, slots=True)
class TarLimits:
    """How much an archive may hold before it is refused.

    `members` counts headers, those of extensions included: the largest images have some 500,000 files. `extension` is
    the size in bytes of one long name or pax header; Go's `archive/tar` has the same limit. `names` is the length of
    all paths together, which those who read the archive have to remember: half a million take some 50 MB.
    """

    members: int = 2_000_000
    extension: int = 1024 * 1024
    names: int = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Extensions:
    """What the headers before a member say of it."""

    records: dict[str, str]
    name: str = ""
    target: str = ""


class TarReader:
    """The members of an archive, each at hand until the next one is asked for.

    `beginning` and `content` give what the member at hand holds; what is not read is passed over.
    """

    def __init__(self, stream: ByteStream, limits: TarLimits | None = None) -> None:
        self._stream = stream
        self._limits = limits or TarLimits()
        self._next = stream.offset
        self._member = Member("", Kind.UNKNOWN, 0, 0, 0, "")

    def __iter__(self) -> Iterator[Member]:
        """Yield the members; raise `MalformedFile` where the archive is damaged or ends within a member."""
        extensions: _Extensions | None = None
        headers = names = 0
        while (block := self._header()) is not None:
            headers += 1
            if headers > self._limits.members:
                problem = f"an archive of more than {self._limits.members} members"
                raise LimitExceeded(self._stream.path, problem, limit="entries")
            if block[156] in EXTENSIONS:
                extensions = self._extended(block, extensions or _Extensions({}))
                continue
            self._member = self._plain(block) if extensions is None else self._special(block, extensions)
            extensions = None
            names += len(self._member.path)
            if names > self._limits.names:
                raise LimitExceeded(
                    self._stream.path, f"an archive whose names have more than {self._limits.names} bytes"
                )
            yield self._member
        if extensions is not None:
            raise self._malformed("ends after an extended header")

    @property
    def offset(self) -> int:
        """Return where in the archive the unread part of the member begins."""
        return self._stream.offset

    def beginning(self, count: int) -> bytes:
        """Return the first `count` bytes of the member, less where it is shorter, without reading them."""
        extents = self._member.extents
        if extents is not None and (not extents or extents[0][0] > 0):
            return bytes(min(count, self._member.size))
        return self._stream.peek(min(count, self._member.stored))

    def content(self) -> Iterator[bytes]:
        """Yield the member's content, which can be had once."""
        member = self._member
        stored = self._stream.pieces(member.stored)
        return stored if member.extents is None else tar_sparse.filled(stored, member.extents, member.size)

    def _header(self) -> bytes | None:
        """Pass over the rest of the member and return the next header, None at the end of the archive."""
        block = self._stream.record(self._next, BLOCK)
        if block and checksum_is_right(block):
            return block
        if not block or (block == _ZEROS and self._stream.take(BLOCK) in (b"", _ZEROS)):
            return None
        if not self._next:
            raise MalformedFile(self._stream.path, "not a tar archive")
        raise self._malformed("a damaged header")

    def _plain(self, block: bytes) -> Member:
        """Return the member whose header is `block` alone."""
        flag = block[156]
        kind = KINDS.get(flag, Kind.UNKNOWN)
        path = _name(block) if block[345] else text(block[:100])
        target = ""
        stored = 0
        if kind is Kind.FILE:
            if flag == SPARSE or (not flag and path.endswith("/")):
                return self._special(block, _Extensions({}))
            stored = self._size(block)
        elif kind is Kind.UNKNOWN:
            stored = self._size(block)
        else:
            target = text(block[157:257])
        self._next += BLOCK + (stored + BLOCK - 1 & -BLOCK)
        return Member(path, kind, number(block[100:108]) or 0, stored, stored, target)

    def _special(self, block: bytes, extensions: _Extensions) -> Member:
        """Return the member whose header is `block` with what `extensions` say instead."""
        records = extensions.records
        path = extensions.name or records.get("GNU.sparse.name") or records.get("path") or _name(block)
        kind = KINDS.get(block[156], Kind.UNKNOWN)
        if not block[156] and path.endswith("/"):  # In the V7 format, which has no type for directories.
            kind = Kind.DIRECTORY
        stored = 0
        if kind in _STORING:
            stated = records.get("size")
            stored = tar_sparse.decimal(stated, self._stream.path) if stated else self._size(block)
        size, data, extents = self._sparse(block, stored, records)
        target = extensions.target or records.get("linkpath") or text(block[157:257])
        return Member(path, kind, number(block[100:108]) or 0, size, data, target, extents)

    def _sparse(self, block: bytes, stored: int, records: dict[str, str]) -> tuple[int, int, Extents | None]:
        """Return the size of the file, the bytes stored of it and where in it they belong (None: one after the other).

        Leave the stream where the stored bytes begin.
        """
        path = self._stream.path
        style = tar_sparse.pax_format(records)
        if block[156] == SPARSE:
            extents, size = tar_sparse.old_map(block, self._block, path)
            self._end_at(stored)
        elif not style:
            self._end_at(stored)
            return stored, stored, None
        else:
            self._end_at(stored)
            size = tar_sparse.decimal(records.get("GNU.sparse.realsize") or records.get("GNU.sparse.size", ""), path)
            if style == "1":
                extents, taken = tar_sparse.stored_map(self._block, size, path)
                stored -= taken
            else:
                extents = tar_sparse.listed_map(records.get("GNU.sparse.map", ""), size, path)
        data = sum(length for _, length in extents)
        if data > stored:
            raise self._malformed("a sparse file with less data than its map says")
        return size, data, extents

    def _extended(self, block: bytes, extensions: _Extensions) -> _Extensions:
        """Read the header that `block` begins, and add what it says to `extensions`."""
        size = self._size(block)
        if size > self._limits.extension:
            raise LimitExceeded(self._stream.path, f"an extended header of {size} bytes")
        content = self._stream.take(size) if size else b""
        if len(content) < size:
            raise self._malformed("cut short")
        self._next = self._stream.offset + -size % BLOCK
        match block[156]:
            case 0x78:  # "x": of several before one member the last counts.
                return replace(extensions, records=pax_records(content, self._stream.path))
            case 0x4C:  # "L"
                return replace(extensions, name=text(content))
            case 0x4B:  # "K"
                return replace(extensions, target=text(content))
            case _:  # "g", a global header: container engines heed none of it, so neither does this.
                return extensions

    def _block(self) -> bytes:
        block = self._stream.take(BLOCK)
        if not block:
            raise self._malformed("cut short")
        return block

    def _size(self, block: bytes) -> int:
        size = number(block[124:136])
        if size is None or size < 0:
            raise self._malformed("a member without size")
        return size

    def _end_at(self, stored: int) -> None:
        """Note where the next header stands, if `stored` bytes follow here."""
        self._next = self._stream.offset + stored + -stored % BLOCK

    def _malformed(self, problem: str) -> MalformedFile:
        return MalformedFile(self._stream.path, problem, place=f"byte {self._stream.offset}")


def _name(block: bytes) -> str:
    if block[257:263] == _USTAR and block[345]:
        # Star's archives have times behind a shorter prefix.
        prefix = block[345:476] if block[508:512] == b"tar\0" else block[345:500]
        return f"{text(prefix)}/{text(block[:100])}"
    return text(block[:100])
