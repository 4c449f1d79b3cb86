"""Results on stdout."""

import os
import sys

from hullcheck.errors import DeliveryError


def is_terminal() -> bool:
    """Say whether somebody reads stdout at a terminal."""
    return _is_open() and sys.stdout.isatty()


def show(text: str) -> None:
    """Write `text` to stdout.

    A reader that has gone (`| head`) has seen enough, which changes no verdict. Raises `DeliveryError` where stdout
    cannot take the text.
    """
    if not _is_open():
        raise DeliveryError("stdout: is closed", hint="name a file with --output FORMAT=FILE")
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _abandon()
    except OSError as error:
        _abandon()
        raise DeliveryError(f"stdout: cannot be written: {error.strerror or error}") from error


def _is_open() -> bool:
    """Say whether there is a stdout: Python has none where the command was started without one (`>&-`)."""
    return getattr(sys, "stdout", None) is not None


def _abandon() -> None:
    """Let what is left in the buffer go nowhere: Python writes it once more at its end, and would fail again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
