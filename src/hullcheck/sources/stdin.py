"""An image archive on the standard input: `docker save app | hullcheck image -`."""

import os
import select
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from hullcheck.errors import ArchiveError, InvalidParameter
from hullcheck.formats.compression import decompressed
from hullcheck.model.progress import Progress
from hullcheck.sources.files import CHUNK, ArchiveFiles, archive_at, fill
from hullcheck.sources.options import Limits

# What the standard input is called on the command line.
STDIN = "-"
_DESCRIPTOR = 0
_USAGE = "pipe an archive into it, as in `docker save IMAGE | hullcheck image -`"


@contextmanager
def open_stdin(limits: Limits, progress: Progress) -> Iterator[ArchiveFiles]:
    """Open the archive on the standard input: where it is if it is a file, else by way of a temporary file."""
    _check()
    if _is_whole_file():
        with archive_at(_DESCRIPTOR, STDIN, limits) as files:
            yield files
        return
    with tempfile.TemporaryFile(prefix="hullcheck-") as plain:
        progress.start("archive", 0)
        fill(plain, decompressed(_received(progress), STDIN, limits.layer), "what comes on stdin")
        if not plain.tell():
            raise ArchiveError("nothing came on stdin", hint=f"see whether what should write to it failed, or {_USAGE}")
        yield ArchiveFiles(plain.fileno(), STDIN, limits)


def _check() -> None:
    # Where it was closed, its number may be that of another file by now.
    if sys.stdin is None:
        raise InvalidParameter("there is no stdin: it is closed", hint=_USAGE)
    if os.isatty(_DESCRIPTOR):
        raise InvalidParameter("stdin is a terminal and no image archive", hint=_USAGE)


def _is_whole_file() -> bool:
    """Say whether it is a file of which nothing was read."""
    return stat.S_ISREG(os.fstat(_DESCRIPTOR).st_mode) and not os.lseek(_DESCRIPTOR, 0, os.SEEK_CUR)


def _received(progress: Progress) -> Iterator[bytes]:
    while piece := _next():
        progress.advance(len(piece))
        yield piece


def _next() -> bytes:
    while True:
        try:
            return os.read(_DESCRIPTOR, CHUNK)
        except BlockingIOError:
            # Whoever has the other end, or had this one before, may have set it not to wait.
            select.select([_DESCRIPTOR], [], [])
