"""What went wrong in reading a target, in terms of the target."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from hullcheck.errors import LimitExceeded, MalformedFile, NetworkError, SourceError

_DAMAGED = "it is damaged or incomplete: build, save or pull it again"
_LIMITED = "nothing beyond the limit is read: make sure that it is what you mean to scan"

# The options that raise limits, by the names that `LimitExceeded` has for these.
_OPTIONS: Mapping[str, str] = MappingProxyType({"entries": "--max-entries", "layer": "--max-layer-size"})

# Characters of a message. What it names was chosen by others.
_LONGEST = 1000


class NoRoom(SourceError):
    """What is too large for the memory found no room in a temporary file."""


def no_room(content: str, error: OSError) -> NoRoom:
    """Return the error that `content` cannot be put into a temporary file."""
    return NoRoom(
        f"no temporary file of {content}: {error.strerror or error}",
        hint=f"make room in {tempfile.gettempdir()}, or name another directory in TMPDIR",
    )


@contextmanager
def told_as(kind: type[SourceError]) -> Iterator[None]:
    """Raise what a format, the file system or a server complains of as `kind` of error."""
    try:
        yield
    except LimitExceeded as error:
        hint = f"if it is what you mean to scan, raise {_OPTIONS[error.limit]}" if error.limit else _LIMITED
        raise kind(_bounded(error.message), hint=hint) from error
    except MalformedFile as error:
        raise kind(_bounded(error.message), hint=_bounded(error.hint) or _DAMAGED) from error
    except NetworkError as error:
        raise kind(error.message, hint=error.hint) from error
    except NoRoom as error:
        raise kind(error.message, hint=error.hint) from error
    except OSError as error:
        hint = "check that it is there, that it can be read, and that there is room for temporary files"
        raise kind(f"{error.filename or 'reading'}: {error.strerror or error}", hint=hint) from error


def _bounded(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
