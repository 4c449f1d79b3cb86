"""Reports as files: all of them, or none."""

import errno
import os
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from hullcheck.errors import DeliveryError


@dataclass(frozen=True, slots=True)
class Document:
    """A text and the file that it is written to."""

    path: Path
    text: str


def write(documents: Iterable[Document]) -> None:
    """Write `documents`, each whole or not at all.

    All are written beside their places before the first is put there, so that a full disk leaves no file changed.
    What is not a regular file (a pipe, /dev/stdout) cannot be replaced and is written to. Raises `DeliveryError`.
    """
    with ExitStack() as unfinished:
        replacements = []
        for document in documents:
            path, is_special = _place(document.path)
            if is_special:
                _write_into(path, document.text)
            else:
                replacements.append((_write_beside(path, document.text, unfinished), path))
        for temporary, path in replacements:
            _put(temporary, path)


def _place(named: Path) -> tuple[Path, bool]:
    """Return where `named` leads to, and whether that is something else than a regular file."""
    try:
        path = named.resolve()
        return path, path.exists() and not path.is_file()
    except OSError as error:
        raise _failed(named, error) from error
    except RuntimeError as error:
        # A loop of symbolic links.
        raise _failed(named, OSError(errno.ELOOP, os.strerror(errno.ELOOP))) from error


def _write_into(path: Path, text: str) -> None:
    try:
        with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise _failed(path, error) from error


def _write_beside(path: Path, text: str, unfinished: ExitStack) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        unfinished.callback(Path(name).unlink, missing_ok=True)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
            # mkstemp's 0600 is for secrets; a report gets what any new file of the user gets.
            os.fchmod(file.fileno(), 0o666 & ~_umask())
    except OSError as error:
        raise _failed(path, error) from error
    return Path(name)


def _put(temporary: Path, path: Path) -> None:
    try:
        temporary.replace(path)
    except OSError as error:
        raise _failed(path, error) from error


def _umask() -> int:
    """Return the process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _failed(path: Path, error: OSError) -> DeliveryError:
    return DeliveryError(
        f"{path}: cannot be written: {error.strerror or error}", hint="name a place that is writable and has room"
    )
