"""Headers of tar members: POSIX.1-2001 pax and ustar, GNU tar, and the V7 format before them.

Where the formats leave a choice, this reads like Go's `archive/tar`, with which container engines unpack layers.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import NamedTuple
from zlib import adler32

from hullcheck.errors import MalformedFile

BLOCK = 512


class Kind(Enum):
    """What a member is."""

    FILE = "file"
    HARD_LINK = "hard link"
    SYMLINK = "symbolic link"
    DEVICE = "device"  # also a named pipe
    DIRECTORY = "directory"
    UNKNOWN = "unknown"


KINDS: Mapping[int, Kind] = {
    ord("0"): Kind.FILE,
    0: Kind.FILE,
    ord("7"): Kind.FILE,
    ord("S"): Kind.FILE,
    ord("1"): Kind.HARD_LINK,
    ord("2"): Kind.SYMLINK,
    ord("3"): Kind.DEVICE,
    ord("4"): Kind.DEVICE,
    ord("6"): Kind.DEVICE,
    ord("5"): Kind.DIRECTORY,
}

# Headers about the next member: pax records, global pax records, GNU's long name and long target of a link.
EXTENSIONS = frozenset(b"xgLK")
SPARSE = ord("S")
_PLAIN_FILE = ord("0")

_LONGEST_LENGTH = 7  # Digits of 1 MiB, which no header is longer than.

_SPACES = 8 * ord(" ")
_BASE_256 = 0x80

# Extent of data in a sparse file: where in the file it belongs, and how long it is.
Extents = tuple[tuple[int, int], ...]


class Member(NamedTuple):
    """A member of an archive: a tuple, because a layer has a hundred thousand of them and most are passed over.

    `path` and `target` are as the archive has them; bytes that are no UTF-8 are surrogates. `size` is that of the file,
    `stored` the bytes that the archive holds of it, in `extents` where it is sparse.
    """

    path: str
    kind: Kind
    mode: int
    size: int
    stored: int
    target: str
    extents: Extents | None = None


def usual_file(block: bytes, permissions: Callable[[bytes], int | None]) -> Member | None:
    """Return the member whose header is `block`, if that is of a plain file and filled as most writers do; else None.

    It is what the functions below make of it, in a third of the time; `permissions` reads the field of the mode.
    """
    checksum, size = block[148:154], block[124:135]
    # The type, a name in two parts, and what ends the two fields.
    if block[156] != _PLAIN_FILE or block[345] or block[154] or block[135]:
        return None
    if not (checksum.isdigit() and size.isdigit()):
        return None
    try:
        others = int(checksum, 8) - _SPACES + (adler32(block[148:156]) & 0xFFFF)
        stored = int(size, 8)
    except ValueError:  # There are digits beyond 7.
        return None
    if adler32(block) & 0xFFFF != others % 65521:
        return None
    path = block[:100].partition(b"\0")[0].decode("utf-8", "surrogateescape")
    return tuple.__new__(Member, (path, Kind.FILE, permissions(block[100:108]) or 0, stored, stored, "", None))


def checksum_is_right(block: bytes) -> bool:
    """Say whether the checksum of the header holds: the sum of its bytes, those of the checksum counted as spaces.

    Adler-32's lower half is such a sum plus one, modulo 65,521, and twenty times as fast as a sum in Python.
    """
    field = block[148:156]
    stated = number(field)
    if stated is None:
        return False
    expected = (stated - _SPACES + (adler32(field) & 0xFFFF)) % 65521
    return adler32(block) & 0xFFFF == expected or _signed_sum(block) == stated


def _signed_sum(block: bytes) -> int:
    """Return the checksum as some old systems computed it, with bytes from -128 to 127."""
    others = block[:148] + block[156:]
    return _SPACES + sum(byte - 256 if byte > 127 else byte for byte in others)  # noqa: PLR2004


def number(field: bytes) -> int | None:
    """Return the number in `field`: octal digits, or GNU's base 256 where the highest bit is set; None if neither."""
    digits = field.strip(b"\0 ")
    if not digits.isdigit():  # `int` would accept signs and underscores, too.
        if field[0] >= _BASE_256:
            return _base_256(field)
        digits = digits.partition(b"\0")[0] or b"0"
        if not digits.isdigit():
            return None
    try:
        return int(digits, 8)
    except ValueError:
        return None


def _base_256(field: bytes) -> int | None:
    """Return a big-endian two's complement number whose highest bit but one is its sign."""
    value = int.from_bytes(field, "big") & ((1 << (8 * len(field) - 1)) - 1)
    if field[0] & 0x40:
        value -= 1 << (8 * len(field) - 1)
    return value if -(1 << 63) <= value < (1 << 63) else None


def text(raw: bytes) -> str:
    """Return a name up to its first NUL."""
    return raw.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def pax_records(content: bytes, path: str) -> dict[str, str]:
    """Return the records of a pax header; of repeated keywords the last counts, but for the map of a sparse file.

    POSIX.1-2017 pax, "pax Extended Header". Offsets and lengths of GNU's sparse format 0.0, which are repeated, are
    returned as the list that format 0.1 has.
    """
    records: dict[str, str] = {}
    extents: list[str] = []
    at = 0
    while at < len(content):
        space = content.find(b" ", at)
        length = content[at:space].removeprefix(b"+")
        digits = length.lstrip(b"0")
        end = at + int(digits) if space > at and length.isdigit() and 0 < len(digits) <= _LONGEST_LENGTH else 0
        key, equals, value = content[space + 1 : end - 1].partition(b"=")
        if key in {b"path", b"linkpath"} and b"\0" in value:
            raise MalformedFile(path, "a pax header with a NUL in a path")
        if end <= space or end > len(content) or content[end - 1 : end] != b"\n" or not key or not equals:
            raise MalformedFile(path, "a pax header with a record that has no keyword and value")
        name = key.decode("utf-8", "surrogateescape")
        if name in {"GNU.sparse.offset", "GNU.sparse.numbytes"}:
            extents.append(value.decode("utf-8", "surrogateescape"))
        else:
            records[name] = value.decode("utf-8", "surrogateescape")
        at = end
    if extents:
        records["GNU.sparse.map"] = ",".join(extents)
    return records
