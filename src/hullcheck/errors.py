"""What can go wrong.

Each error is one sentence (what happened, to what) and, where something can be done, a hint. The
command line maps classes to exit codes in `cli/exits.py`; nothing else does.
"""

from collections.abc import Iterator
from contextlib import contextmanager

# Of the name of a part, which the target may have chosen.
_LONGEST_PART = 100


class HullcheckError(Exception):
    """An error that the user is told of in one line."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InvalidParameter(HullcheckError):
    """The command was called with something that cannot be meant."""


class MalformedFile(HullcheckError):
    """A file of the target, or an advisory, does not follow its format.

    `path` is the file, `place` where in it ("line 3", "packages[2].name"), `problem` what is wrong.
    """

    def __init__(self, path: str, problem: str, *, place: str = "", hint: str = "") -> None:
        super().__init__(f"{path}: {place}: {problem}" if place else f"{path}: {problem}", hint=hint)
        self.path = path
        self.problem = problem
        self.place = place


class LimitExceeded(MalformedFile):
    """A file of the target is larger, deeper or more numerous than the limits allow.

    `limit` names the limit where users can set it: "layer" (bytes of one), "entries" (of an archive).
    """

    def __init__(self, path: str, problem: str, *, place: str = "", hint: str = "", limit: str = "") -> None:
        super().__init__(path, problem, place=place, hint=hint)
        self.limit = limit


class SourceError(HullcheckError):
    """The target could not be read. Its subclasses say which kind of target."""


class DirectoryError(SourceError):
    """A source tree or root file system could not be read."""


class ImageError(SourceError):
    """An image could not be had from a registry, or is not what its digests say."""


class ArchiveError(SourceError):
    """An image archive or OCI layout could not be read."""


class StorageError(SourceError):
    """An image could not be read from where its engine stores it."""


class SbomError(SourceError):
    """An SBOM could not be read."""


class NetworkError(HullcheckError):
    """A server could not be reached, or answered with an error.

    `status` is the HTTP status, 0 when there was no answer.
    """

    def __init__(self, message: str, *, hint: str = "", status: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class DatabaseError(HullcheckError):
    """The advisory database is missing, of another schema version, or damaged."""


class ReportError(HullcheckError):
    """A report could not be made."""


class DeliveryError(HullcheckError):
    """A report or an output could not be written."""


@contextmanager
def concerning(part: str) -> Iterator[None]:
    """Let errors pass, and have them say which `part` of the target they are about; "" is the whole."""
    try:
        yield
    except HullcheckError as error:
        if part:
            error.message = f"{part[:_LONGEST_PART]}: {error.message}"
            error.args = (error.message,)
        raise
