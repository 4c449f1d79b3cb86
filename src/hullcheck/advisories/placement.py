"""Files that are put in place whole or not at all, by one process at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hullcheck.errors import DatabaseError

_HINT = "name another directory for the database, or make room"


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says against writing `path` into the project's error."""
    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: Exception) -> DatabaseError:
    """Return the error that `path` cannot be written."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return DatabaseError(f"{path}: cannot be written: {reason}", hint=_HINT)


@contextmanager
def sole_writer(path: Path) -> Iterator[None]:
    """Keep other processes from writing `path` at the same time, waiting for one that does.

    The lock is on a file beside it, which stays, and ends with the process, however that ends.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        with writing(path):
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


@contextmanager
def scratch(path: Path, purpose: str) -> Iterator[Path]:
    """Hand out the name of a file beside `path` that is removed at the end, as what a killed process left there is."""
    beside = path.with_name(f"{path.name}.{purpose}")
    with writing(beside):
        beside.unlink(missing_ok=True)
    try:
        yield beside
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def replacement(path: Path) -> Iterator[Path]:
    """Hand out the name of a file that takes the place of `path` when the block ends without an error.

    To be used by the sole writer of `path`.
    """
    with scratch(path, "new") as beside:
        yield beside
        with writing(path):
            _force_to_disk(beside)
            beside.replace(path)
            _force_to_disk(path.parent)


def _force_to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
