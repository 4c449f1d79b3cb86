"""The `all.zip` of an ecosystem: one file a record. Nothing is extracted, and names are only shown."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from hullcheck.errors import DatabaseError

_SUFFIX = ".json"
# What `zipfile` raises for broken, encrypted and unsupported members, and the system for unreadable files.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
# LZMA would take as much memory as the archive says.
_METHODS = frozenset({zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED})


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an archive may hold; the largest of OSV.dev have 250,000 records in 300 MB.

    `records` is their number, `directory` the bytes of the archive's list of them, `record` the bytes of one, `total`
    those of all, which may be `ratio` times as many as the archive has (OSV.dev's: 2 to 15 times).
    """

    records: int = 1_000_000
    directory: int = 96 << 20
    record: int = 32 << 20
    total: int = 16 << 30
    ratio: int = 100


DEFAULT_LIMITS = ArchiveLimits()


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file of an archive that could not be read, and why."""

    name: str
    reason: str


class RecordArchive:
    """The records of an archive, sorted by name; raises `DatabaseError` where it is none or exceeds `limits`."""

    def __init__(self, path: Path, limits: ArchiveLimits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        with ExitStack() as opened:
            try:
                file = opened.enter_context(_GuardedFile(path, limits.directory))
                self._zip = opened.enter_context(zipfile.ZipFile(file))
            except _BROKEN as error:
                raise DatabaseError(f"{path}: not a readable zip archive: {error}") from error
            records = [member for member in self._zip.infolist() if member.filename.endswith(_SUFFIX)]
            self._records = sorted(records, key=lambda member: member.filename)
            if excess := self._excess(path.stat().st_size):
                raise DatabaseError(f"{path}: {excess}", hint="such an archive is not read: check where it comes from")
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def __len__(self) -> int:
        return len(self._records)

    def records(self, step: int = 1) -> Iterator[Member | Unreadable]:
        """Yield every `step`th record."""
        return map(self._read, self._records[::step])

    def _excess(self, size: int) -> str:
        """Return what exceeds the limits, "" where nothing does."""
        total = sum(record.file_size for record in self._records)
        if len(self._records) > self._limits.records:
            return f"holds {len(self._records)} records, more than {self._limits.records}"
        if sum(record.compress_size for record in self._records) > size:
            return "its records overlap"
        if total > self._limits.total or total > max(size * self._limits.ratio, self._limits.record):
            return f"its {size} bytes expand to {total}"
        return ""

    def _read(self, record: zipfile.ZipInfo) -> Member | Unreadable:
        # `zipfile` returns no more than the size that is stated here.
        if record.file_size > self._limits.record:
            return Unreadable(record.filename, f"{record.file_size} bytes, more than {self._limits.record}")
        if record.compress_type not in _METHODS:
            return Unreadable(record.filename, "compressed with a method that is not read")
        try:
            return Member(record.filename, self._zip.read(record))
        except _BROKEN as error:
            return Unreadable(record.filename, f"not readable: {error}")


class _GuardedFile(io.BufferedReader):
    """A file that refuses to be read in pieces of more than `largest` bytes.

    `zipfile` reads the list of members in one piece of the size that the archive states, and keeps ten times as much
    in memory, before it can be asked how large that is.
    """

    def __init__(self, path: Path, largest: int) -> None:
        super().__init__(io.FileIO(path))
        self._largest = largest

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > self._largest:
            raise zipfile.BadZipFile(f"a part of it has {size} bytes, more than {self._largest}")
        return super().read(size)
