"""Tar archives, read once from front to back: the hot path of every scan of an image."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.formats import tar_sparse
from hullcheck.formats.byte_stream import ByteStream, CutShort
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
    usual_file,
)

# So many extended headers may stand in front of each member.
_MOST_EXTENSIONS = 4

_MOST_MODES = 64

_STORING = frozenset({Kind.FILE, Kind.UNKNOWN})
_ZEROS = bytes(BLOCK)
_USTAR = b"ustar\0"
_GNU = b"ustar  \0"


@dataclass(frozen=True, slots=True)
class TarLimits:
    """How much an archive may hold before it is refused.

    `members` counts files, links and all else: the largest images have some 500,000. `extension` is
    the size in bytes of one long name or pax header; Go's `archive/tar` has the same limit. `names` is the length of
    all paths and targets of links together, which those who read the archive have to remember: half a million take
    some 50 MB. `holes` is what the sparse files have that are read and the archive does not hold. `extensions` is the
    size of all long names and pax headers: a hundred thousand files with extended attributes have some 100 MB of them.
    """

    members: int = 1_000_000
    extension: int = 1024 * 1024
    names: int = 256 * 1024 * 1024
    extensions: int = 512 * 1024 * 1024
    holes: int = 4 * 1024**3


@dataclass(frozen=True, slots=True)
class _Extensions:
    """What the headers before a member say of it."""

    records: dict[str, str]
    name: str = ""
    target: str = ""


class TarReader:
    """The members of an archive, each at hand until the next one is asked for.

    `beginning` and `content` give what the member at hand holds; what is not read is passed over.

    What Go's `archive/tar` reads to its end is read here with the same members, as container engines unpack layers with
    it. Some archives that it refuses are read nevertheless, up to where it stops with the same members: with damaged
    times, owners, permissions or device numbers, a sparse file with more data than its map tells, checksums that are
    65,521 too large. What an engine refuses to unpack hides nothing.
    """

    def __init__(self, stream: ByteStream, limits: TarLimits | None = None) -> None:
        self._stream = stream
        self.names = 0  # What all names have together, known at the end.
        self._limits = limits or TarLimits()
        self._next = stream.offset
        self._padding = 0  # How many bytes in front of the next header belong to no member.
        self._holes = self._extended_bytes = 0
        self._member = Member("", Kind.UNKNOWN, 0, 0, 0, "")
        # An archive has few different permissions.
        self._number = lru_cache(_MOST_MODES)(number)

    def __iter__(self) -> Iterator[Member]:
        """Yield the members; raise `MalformedFile` where the archive is damaged or ends within a member."""
        extensions: _Extensions | None = None
        members = extended = names = 0
        while block := self._next_block():
            member = usual_file(block, self._number) if extensions is None else None
            if member is not None:
                self._end_after(member.stored)
            elif not self._is_header(block):
                break
            elif block[156] in EXTENSIONS:
                extended += 1
                if extended > _MOST_EXTENSIONS * self._limits.members:
                    raise self._too_many()
                extensions = self._extended(block, extensions)
                continue
            else:
                member = self._plain(block) if extensions is None else self._special(block, extensions)
                extensions = None
            self._member = member
            members += 1
            if members > self._limits.members:
                raise self._too_many()
            names += len(member.path) + len(member.target)
            if names > self._limits.names:
                raise LimitExceeded(
                    self._stream.path, f"an archive whose names have more than {self._limits.names} bytes"
                )
            yield member
        self.names = names

    @property
    def path(self) -> str:
        """Return what errors call the archive."""
        return self._stream.path

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
        if member.extents is None:
            return stored
        self._holes += member.size - member.stored
        if self._holes > self._limits.holes:
            raise LimitExceeded(self._stream.path, f"sparse files with holes of more than {self._limits.holes} bytes")
        return tar_sparse.filled(stored, member.extents, member.size)

    def _next_block(self) -> bytes:
        """Pass over the rest of the member and return the block behind it, b"" where the archive ends there."""
        try:
            return self._stream.record(self._next, BLOCK)
        except CutShort:
            # The padding of the last member may be missing.
            if self._next - self._padding <= self._stream.offset < self._next:
                return b""
            raise

    def _is_header(self, block: bytes) -> bool:
        """Say whether `block` is a header, and not the end of the archive; raise where it is neither."""
        if checksum_is_right(block):
            return True
        if block == _ZEROS and self._stream.take(BLOCK) in (b"", _ZEROS):
            return False
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
        self._end_after(stored)
        return Member(path, kind, self._number(block[100:108]) or 0, stored, stored, target)

    def _special(self, block: bytes, extensions: _Extensions) -> Member:
        """Return the member whose header is `block` with what `extensions` say instead."""
        records = extensions.records
        path = extensions.name or records.get("path") or _name(block)
        kind = KINDS.get(block[156], Kind.UNKNOWN)
        if not block[156] and path.endswith("/"):  # In the V7 format, which has no type for directories.
            kind = Kind.DIRECTORY
        stored = 0
        if kind in _STORING:
            stated = records.get("size")
            stored = tar_sparse.decimal(stated, self._stream.path) if stated else self._size(block)
        style = "old" if block[156] == SPARSE else tar_sparse.pax_format(records)
        if style and kind not in _STORING:
            raise self._malformed("a sparse file that is no file")
        if style in tar_sparse.PAX_FORMATS:
            path = records.get("GNU.sparse.name") or path
        size, data, extents = self._sparse(style, block, stored, records)
        target = extensions.target or records.get("linkpath") or text(block[157:257])
        return Member(path, kind, number(block[100:108]) or 0, size, data, target, extents)

    def _sparse(
        self, style: str, block: bytes, stored: int, records: dict[str, str]
    ) -> tuple[int, int, Extents | None]:
        """Return the size of the file, the bytes stored of it and where in it they belong (None: one after the other).

        Leave the stream where the stored bytes begin.
        """
        self._end_at(stored)
        if not style:
            return stored, stored, None
        path = self._stream.path
        stated = records.get("GNU.sparse.size") or records.get("GNU.sparse.realsize")
        size = tar_sparse.decimal(stated, path) if stated else stored
        match style:
            case "old":
                if block[257:265] != _GNU:  # Star has another map at another place.
                    raise self._malformed("a sparse file in an unknown format")
                extents, size = tar_sparse.old_map(block, self._block, path)
                self._end_at(stored)
            case "1":
                extents, taken = tar_sparse.stored_map(self._block, size, path)
                stored -= taken
            case _:
                extents = tar_sparse.listed_map(records.get("GNU.sparse.map", ""), size, path)
        data = sum(length for _, length in extents)
        if data > stored:
            raise self._malformed("a sparse file with less data than its map says")
        return size, data, extents

    def _extended(self, block: bytes, extensions: _Extensions | None) -> _Extensions | None:
        """Read the header that `block` begins; return what is known of the next member, by `extensions` and by it."""
        size = self._size(block)
        if size > self._limits.extension:
            raise LimitExceeded(self._stream.path, f"an extended header of {size} bytes")
        self._extended_bytes += size
        if self._extended_bytes > self._limits.extensions:
            problem = f"an archive whose extended headers have more than {self._limits.extensions} bytes"
            raise LimitExceeded(self._stream.path, problem)
        content = self._stream.take(size) if size else b""
        if len(content) < size:
            raise self._malformed("cut short")
        self._padding = -size % BLOCK
        self._next = self._stream.offset + self._padding
        before = extensions or _Extensions({})
        match block[156]:
            case 0x78:  # "x": of several before one member the last counts.
                return replace(before, records=pax_records(content, self._stream.path))
            case 0x4C:  # "L"
                return replace(before, name=text(content))
            case 0x4B:  # "K"
                return replace(before, target=text(content))
            case _:
                # "g", a global header: container engines heed none of it and forget what stands in front of it.
                pax_records(content, self._stream.path)
                return None

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

    def _end_after(self, stored: int) -> None:
        """Note where the next header stands, behind the one at hand and `stored` bytes."""
        self._padding = padding = -stored & BLOCK - 1
        self._next += BLOCK + stored + padding

    def _end_at(self, stored: int) -> None:
        """Note where the next header stands, if `stored` bytes follow here."""
        self._padding = -stored % BLOCK
        self._next = self._stream.offset + stored + self._padding

    def _too_many(self) -> LimitExceeded:
        problem = f"an archive of more than {self._limits.members} members"
        return LimitExceeded(self._stream.path, problem, limit="entries")

    def _malformed(self, problem: str) -> MalformedFile:
        return MalformedFile(self._stream.path, problem, place=f"byte {self._stream.offset}")


def _name(block: bytes) -> str:
    prefix = b""
    if block[257:263] == _USTAR:
        # Star's archives have times behind a shorter prefix.
        prefix = block[345:476] if block[508:512] == b"tar\0" else block[345:500]
    elif block[257:265] == _GNU and block[345] and _has_no_times(block):
        # Old versions of Go wrote a prefix where GNU has times, and Go reads it to this day.
        prefix = block[345:500].partition(b"\0")[0]
        prefix = prefix if prefix.isascii() else b""
    if prefix[:1].strip(b"\0"):
        return f"{text(prefix)}/{text(block[:100])}"
    return text(block[:100])


def _has_no_times(block: bytes) -> bool:
    """Say whether no number stands where GNU's format has the times of access and change, or nothing."""
    return number(block[345:357]) is None or (block[357] > 0 and number(block[357:369]) is None)
