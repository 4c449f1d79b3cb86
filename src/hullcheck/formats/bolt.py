"""Databases of bbolt, as containerd keeps them: B+ trees of pages, which are copied to be changed.

The format is that of go.etcd.io/bbolt, page.go and bucket.go.

A database is read where it is, while others may write to it. The tree of a transaction stays as it is until the one
after the next begins: what was read is true if the newest transaction is still the same afterwards.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hullcheck.errors import LimitExceeded, MalformedFile

# Reads so many bytes of the database from an offset on, fewer at its end.
Read = Callable[[int, int], bytes]

# Page sizes of the machines that write databases; Linux has 4, 16 and 64 KiB.
_PAGE_SIZES = tuple(1024 << power for power in range(7))

_MAGIC = 0xED0CDAED
_VERSION = 2
_HEADER = 16
_META = _HEADER + 64
_BUCKET = 16

_BRANCH_PAGE = 0x01
_LEAF_PAGE = 0x02
_IS_BUCKET = 0x01

# A tree with the fewest branches that bbolt leaves has 2 ** 64 leaves there.
_MAX_DEPTH = 64

# What is read in all: the databases of the busiest nodes have some hundred MiB, of which a look-up reads some pages.
_MAX_PAGE = 64 * 1024**2
_MAX_READ = 1024**3
_MAX_ELEMENTS = 10_000_000

_FNV_BASIS = 0xCBF29CE484222325
_FNV_PRIME = 0x100000001B3


@dataclass(frozen=True, slots=True)
class _Meta:
    """A root of the whole: of the transaction `txid`, with pages below number `end`; `order` is that of its bytes."""

    order: str
    page_size: int
    root: int
    end: int
    txid: int


@dataclass(frozen=True, slots=True)
class _Page:
    """A page: where its elements are in `data`, which begins with the page's header."""

    data: bytes
    kind: int
    count: int


class Bolt:
    """A database as its newest transaction left it; `path` is its name in errors."""

    def __init__(self, read: Read, path: str) -> None:
        self._read = read
        self._path = path
        self._meta = _newest(read, path)
        self._left = _MAX_READ
        self._elements = _MAX_ELEMENTS
        self._words = struct.Struct(f"{self._meta.order}IIII")
        self._branch = struct.Struct(f"{self._meta.order}IIQ")
        self._head = struct.Struct(f"{self._meta.order}QHHI")

    @property
    def transaction(self) -> int:
        """Return the number of the transaction."""
        return self._meta.txid

    def is_current(self) -> bool:
        """Say whether no other transaction ended meanwhile, so that what was read is as it was."""
        return _newest(self._read, self._path).txid == self._meta.txid

    @property
    def top(self) -> "Bucket":
        """Return the bucket that holds all others."""
        return Bucket(self, self._meta.root, None)

    def page(self, number: int) -> _Page:
        """Return the page with `number`, which must be one of a tree."""
        size = self._meta.page_size
        if not 1 < number < self._meta.end:
            raise self.malformed(f"page {number} is none of the database's")
        data = self._taken(number * size, size)
        identity, _, _, overflow = self._head.unpack_from(data)
        if identity != number:
            raise self.malformed(f"page {number} says that it is page {identity}")
        if overflow:
            if (overflow + 1) * size > _MAX_PAGE or number + overflow >= self._meta.end:
                raise self.malformed(f"page {number} goes on for {overflow} pages")
            data += self._taken((number + 1) * size, overflow * size)
        return self.parsed(data, f"page {number}")

    def parsed(self, data: bytes, name: str) -> _Page:
        """Return the page that `data` holds."""
        if len(data) < _HEADER:
            raise self.malformed(f"{name} is cut short")
        _, kind, count, _ = self._head.unpack_from(data)
        if kind not in {_BRANCH_PAGE, _LEAF_PAGE}:
            raise self.malformed(f"{name} is of kind {kind:#x}, where one of a tree is expected")
        if _HEADER + count * self._words.size > len(data):
            raise self.malformed(f"{name} has {count} elements, more than fit into it")
        self._elements -= count
        if self._elements < 0:
            raise LimitExceeded(self._path, f"more than {_MAX_ELEMENTS} elements are to be read")
        return _Page(data, kind, count)

    def branches(self, page: _Page) -> Iterator[tuple[bytes, int]]:
        """Yield the first key below each page that `page` leads to, and the number of that page."""
        for at in range(_HEADER, _HEADER + page.count * self._branch.size, self._branch.size):
            position, size, number = self._branch.unpack_from(page.data, at)
            yield self._slice(page.data, at + position, size), number

    def leaves(self, page: _Page) -> Iterator[tuple[bytes, bytes, bool]]:
        """Yield the keys and values of `page`, and whether a value is a bucket."""
        for at in range(_HEADER, _HEADER + page.count * self._words.size, self._words.size):
            flags, position, key, value = self._words.unpack_from(page.data, at)
            begin = at + position
            content = self._slice(page.data, begin, key + value)
            yield content[:key], content[key:], flags & _IS_BUCKET != 0

    def nested(self, value: bytes) -> "Bucket":
        """Return the bucket that the value of a leaf tells of: it has a root, or follows there itself."""
        if len(value) < _BUCKET:
            raise self.malformed("a bucket is cut short")
        (root,) = struct.unpack_from(f"{self._meta.order}Q", value)
        return Bucket(self, root, None if root else self.parsed(value[_BUCKET:], "a bucket within a page"))

    def malformed(self, problem: str) -> MalformedFile:
        """Return the error that the database has `problem`."""
        return MalformedFile(self._path, problem)

    def _taken(self, offset: int, size: int) -> bytes:
        self._left -= size
        if self._left < 0:
            raise LimitExceeded(self._path, f"more than {_MAX_READ} bytes are to be read")
        data = self._read(offset, size)
        if len(data) < size:
            raise self.malformed(f"cut short at byte {offset + len(data)}")
        return data

    def _slice(self, data: bytes, begin: int, size: int) -> bytes:
        if begin + size > len(data):
            raise self.malformed("an element reaches beyond its page")
        return data[begin : begin + size]


class Bucket:
    """Keys and values, sorted; a value may be a bucket itself."""

    __slots__ = ("_bolt", "_inline", "_root")

    def __init__(self, bolt: Bolt, root: int, inline: _Page | None) -> None:
        self._bolt = bolt
        self._root = root
        self._inline = inline

    def value(self, *way: bytes) -> bytes | None:
        """Return the value of the last key of `way`, to which the others lead, None where there is none or a bucket."""
        bucket = self.bucket(*way[:-1])
        found = bucket.find(way[-1]) if bucket else None
        return None if found is None or found[1] else found[0]

    def bucket(self, *names: bytes) -> "Bucket | None":
        """Return the bucket that `names` lead to, None if there is none."""
        bucket = self
        for name in names:
            found = bucket.find(name)
            if found is None or not found[1]:
                return None
            bucket = bucket._bolt.nested(found[0])
        return bucket

    def buckets(self, *names: bytes) -> Iterator[tuple[bytes, "Bucket"]]:
        """Yield the buckets within the one that `names` lead to, by name; nothing where there is none."""
        bucket = self.bucket(*names)
        for key, value, is_bucket in bucket.elements() if bucket else ():
            if is_bucket:
                yield key, self._bolt.nested(value)

    def find(self, key: bytes) -> tuple[bytes, bool] | None:
        """Return the value of `key` and whether it is a bucket, None where there is none."""
        page = self._page()
        for _ in range(_MAX_DEPTH):
            if page.kind == _LEAF_PAGE:
                found = (it for it in self._bolt.leaves(page) if it[0] == key)
                return next(((value, is_bucket) for _, value, is_bucket in found), None)
            branches = tuple(self._bolt.branches(page))
            if not branches:
                return None
            below = sum(first <= key for first, _ in branches)
            page = self._bolt.page(branches[max(below - 1, 0)][1])
        raise self._bolt.malformed(f"a tree of more than {_MAX_DEPTH} levels")

    def elements(self) -> Iterator[tuple[bytes, bytes, bool]]:
        """Yield the keys and values, and whether a value is a bucket."""
        seen: set[int] = set()
        waiting: list[int] = []
        page = self._page()
        while True:
            if page.kind == _LEAF_PAGE:
                yield from self._bolt.leaves(page)
            else:
                numbers = [number for _, number in self._bolt.branches(page)]
                if len(seen.union(numbers)) < len(seen) + len(numbers):
                    raise self._bolt.malformed("a page that is in its tree twice")
                seen.update(numbers)
                waiting.extend(reversed(numbers))
            if not waiting:
                return
            page = self._bolt.page(waiting.pop())

    def _page(self) -> _Page:
        return self._inline or self._bolt.page(self._root)


def _newest(read: Read, path: str) -> _Meta:
    """Return the newest meta page that is whole: one that is being written is not, and the other is the newest then."""
    first = _meta(read(0, _META))
    second = (_meta(read(size, _META)) for size in ((first.page_size,) if first else _PAGE_SIZES))
    metas = [meta for meta in (first, *second) if meta is not None]
    if not metas:
        raise MalformedFile(path, "is no database of bbolt, or damaged")
    return max(metas, key=lambda meta: meta.txid)


def _meta(data: bytes) -> _Meta | None:
    """Return the meta page that `data` is, None if it is none; the machine that wrote it chose the order of bytes."""
    for order in "<>":
        if len(data) < _META:
            break
        magic, version, size, _, root, _, _, end, txid, checksum = struct.unpack_from(
            f"{order}IIIIQQQQQQ", data, _HEADER
        )
        if (
            (magic, version) == (_MAGIC, _VERSION)
            and size in _PAGE_SIZES
            and checksum == _fnv(data[_HEADER : _META - 8])
        ):
            return _Meta(order, size, root, end, txid)
    return None


def _fnv(data: bytes) -> int:
    """Return the checksum FNV-1a of 64 bits."""
    checksum = _FNV_BASIS
    for byte in data:
        checksum = (checksum ^ byte) * _FNV_PRIME & 0xFFFFFFFFFFFFFFFF
    return checksum
