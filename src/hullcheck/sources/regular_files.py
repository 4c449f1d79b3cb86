"""Regular files of a file system."""

import mmap
import os
import stat

from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.source_file import EXECUTABLE_MAGIC, SMALLEST_EXECUTABLE, SourceFile
from hullcheck.sources.options import RAISE_FILE_SIZE, Limits

_ANY_EXECUTE = 0o111
_MAGIC = max(map(len, EXECUTABLE_MAGIC))


def may_be_executable(mode: int, size: int) -> bool:
    """Say whether a file with `mode` and `size` may be a wanted executable."""
    return mode & _ANY_EXECUTE != 0 and size >= SMALLEST_EXECUTABLE


def begins_like_executable(descriptor: int) -> bool:
    """Say whether the content of a file is that of a wanted executable."""
    return os.pread(descriptor, _MAGIC, 0).startswith(EXECUTABLE_MAGIC)


def read_regular(descriptor: int, path: str, limits: Limits) -> SourceFile | Gap:
    """Return the file at `path`, which is open, or that it is larger than what is read."""
    status = os.fstat(descriptor)
    if status.st_size > limits.file:
        reason = f"{status.st_size} bytes, of which at most {limits.file} are read"
        return Gap(GapKind.LIMIT, path, reason, RAISE_FILE_SIZE)
    return SourceFile(path, _content(descriptor, status.st_size, limits.memory), stat.S_IMODE(status.st_mode))


def _content(descriptor: int, size: int, memory: int) -> bytes | mmap.mmap:
    if size > memory:
        return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
    pieces = []
    while size > 0 and (piece := os.read(descriptor, size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
