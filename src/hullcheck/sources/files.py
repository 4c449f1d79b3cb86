"""Files by name, in a directory or in a tar archive of one."""

import os
import stat
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.formats.byte_stream import ByteStream
from hullcheck.formats.compression import compression, decompressed
from hullcheck.formats.tar import TarReader
from hullcheck.formats.tar_header import Kind
from hullcheck.sources.faults import no_room
from hullcheck.sources.options import Limits
from hullcheck.sources.paths import normalised

CHUNK = 256 * 1024
_HEADERS = 16 * 1024

# Seconds after which no change of a file can have the same time as the last one.
_SETTLED = 2.0

# Links from layer to layer, in archives of old versions of Docker, lead to a file at once.
_MAX_LINKS = 16


class Files(Protocol):
    """Regular files, by their paths."""

    @property
    def name(self) -> str:
        """Return what errors call the whole."""

    def has(self, path: str) -> bool:
        """Say whether there is a file at `path`."""

    def size(self, path: str) -> int:
        """Return the size of the file at `path` in bytes; raise `MalformedFile` where there is none."""

    def stream(self, path: str) -> AbstractContextManager[Iterator[bytes]]:
        """Open the file at `path`, for which there is a size, and give its content in chunks."""

    def stamp(self, path: str) -> str:
        """Return what changes when the content of the file at `path` does, "" where nothing tells."""


def read(files: Files, path: str, limit: int) -> bytes:
    """Return the content of the file at `path`, which may have up to `limit` bytes."""
    size = files.size(path)
    if size > limit:
        raise LimitExceeded(f"{files.name}, {path}", f"has {size} bytes, of which at most {limit} are read")
    with files.stream(path) as chunks:
        return b"".join(chunks)


def open_regular(path: str | Path, flags: int = 0, directory: int | None = None) -> int:
    """Open a file for reading and return its descriptor; raise `OSError` where it is something else.

    A pipe or a device is never waited for. `path` may be relative to a `directory` that is open.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | flags, dir_fd=directory)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "not a regular file", str(path))
    return descriptor


@dataclass(frozen=True, slots=True)
class DirectoryFiles:
    """The files of a directory. Paths come from documents: they are checked before, or digests."""

    name: str
    root: Path

    def has(self, path: str) -> bool:
        """Say whether there is a file at `path`."""
        return (self.root / path).is_file()

    def size(self, path: str) -> int:
        """Return the size of the file at `path`."""
        try:
            status = (self.root / path).stat()
        except FileNotFoundError as error:
            raise _missing(self.name, path) from error
        return status.st_size

    @contextmanager
    def stream(self, path: str) -> Iterator[Iterator[bytes]]:
        """Open the file at `path`."""
        descriptor = open_regular(self.root / path)
        try:
            yield chunks(descriptor, 0, os.fstat(descriptor).st_size)
        finally:
            os.close(descriptor)

    def stamp(self, path: str) -> str:
        """Return the stamp of the file at `path`, none where there is no file: to read it is an error."""
        try:
            return _stamp((self.root / path).stat())
        except OSError:
            return ""


class ArchiveFiles:
    """The files of an uncompressed tar archive, which is read where it is asked for: from any number of threads."""

    def __init__(self, descriptor: int, name: str, limits: Limits) -> None:
        self.name = name
        self._descriptor = descriptor
        self._files: dict[str, tuple[int, int]] = {}
        self._links: dict[str, str] = {}
        self._note_members(limits)

    def has(self, path: str) -> bool:
        """Say whether there is a file at `path`, or a link to one."""
        return self._resolved(path) in self._files

    def size(self, path: str) -> int:
        """Return the size of the file at `path`."""
        return self._extent(path)[1]

    @contextmanager
    def stream(self, path: str) -> Iterator[Iterator[bytes]]:
        """Open the file at `path`."""
        offset, size = self._extent(path)
        yield chunks(self._descriptor, offset, size)

    def stamp(self, path: str) -> str:
        """Return the stamp of the archive, and where in it the file at `path` is; none where there is no file."""
        stamp = _stamp(os.fstat(self._descriptor))
        return f"{stamp} {self._extent(path)}" if stamp and self.has(path) else ""

    def _note_members(self, limits: Limits) -> None:
        end = os.fstat(self._descriptor).st_size
        headers = _Headers(self._descriptor)
        archive = TarReader(ByteStream(headers, self.name, headers.skip), limits.archive)
        for member in archive:
            path = normalised(member.path)
            if archive.offset + member.stored > end:
                raise MalformedFile(self.name, f"is cut short within {member.path}")
            if not path:
                continue
            self._files.pop(path, None)
            self._links.pop(path, None)
            if member.kind is Kind.FILE and member.extents is None:
                self._files[path] = archive.offset, member.size
            elif member.kind in {Kind.SYMLINK, Kind.HARD_LINK}:
                directory = path.rpartition("/")[0] if member.kind is Kind.SYMLINK else ""
                self._links[path] = normalised(f"{directory}/{member.target}") or ""

    def _extent(self, path: str) -> tuple[int, int]:
        extent = self._files.get(self._resolved(path))
        if extent is None:
            raise _missing(self.name, path)
        return extent

    def _resolved(self, path: str) -> str:
        path = normalised(path) or ""
        for _ in range(_MAX_LINKS):
            if path not in self._links:
                break
            path = self._links[path]
        return path


class _Headers:
    """The parts of a file that are not skipped."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._at = 0

    def __iter__(self) -> "_Headers":
        return self

    def __next__(self) -> bytes:
        piece = os.pread(self._descriptor, _HEADERS, self._at)
        if not piece:
            raise StopIteration
        self._at += len(piece)
        return piece

    def skip(self, count: int) -> None:
        self._at += count


@contextmanager
def open_archive(path: Path, name: str, limits: Limits) -> Iterator[ArchiveFiles]:
    """Open the tar archive at `path`, by way of a temporary file where it is compressed."""
    descriptor = open_regular(path)
    try:
        with archive_at(descriptor, name, limits) as files:
            yield files
    finally:
        os.close(descriptor)


@contextmanager
def archive_at(descriptor: int, name: str, limits: Limits) -> Iterator[ArchiveFiles]:
    """Open the tar archive in the regular file `descriptor`, by way of a temporary file where it is compressed."""
    size = os.fstat(descriptor).st_size
    if not compression(os.pread(descriptor, 16, 0)):
        yield ArchiveFiles(descriptor, name, limits)
        return
    with tempfile.TemporaryFile(prefix="hullcheck-") as plain:
        fill(plain, decompressed(chunks(descriptor, 0, size), name, limits.layer), f"{name}, uncompressed")
        yield ArchiveFiles(plain.fileno(), name, limits)


def fill(file: BinaryIO, content: Iterable[bytes], name: str) -> None:
    """Write `content`, which errors call `name`, to a temporary file."""
    for piece in content:
        try:
            file.write(piece)
            file.flush()
        except OSError as error:
            raise no_room(name, error) from error


def chunks(descriptor: int, offset: int, size: int) -> Iterator[bytes]:
    """Yield `size` bytes from `offset` on, fewer where the file ends before."""
    end = offset + size
    while offset < end and (piece := os.pread(descriptor, min(CHUNK, end - offset), offset)):
        offset += len(piece)
        yield piece


def _stamp(status: os.stat_result) -> str:
    """Return what changes when a file is written to or replaced, "" for one that was a moment ago.

    The times of most file systems are no finer than a few milliseconds: two changes may have the same. Git has the same
    problem and solution (racy-git.txt).
    """
    if max(status.st_mtime, status.st_ctime) > time.time() - _SETTLED or not status.st_nlink:
        return ""
    return f"{status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"


def _missing(name: str, path: str) -> MalformedFile:
    return MalformedFile(name, f"has no {path}")
