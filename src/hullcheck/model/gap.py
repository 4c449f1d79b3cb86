"""What could not be looked at."""

from dataclasses import dataclass
from enum import StrEnum


class GapKind(StrEnum):
    """Why something could not be looked at."""

    MALFORMED = "malformed"  # a file does not follow its format
    UNREADABLE = "unreadable"  # a file could not be opened or read
    LIMIT = "limit"  # a file exceeds a limit
    UNSUPPORTED = "unsupported"  # a file or package database that is recognised but not read
    UNRESOLVED = "unresolved"  # a declared dependency without a version
    UNKNOWN_DISTRIBUTION = "unknown-distribution"  # OS packages, and no word of whose
    NO_ADVISORIES = "no-advisories"  # the database has nothing for an ecosystem or a release
    OLD_ADVISORIES = "old-advisories"  # what it has ends long ago
    STARTER_ADVISORIES = "starter-advisories"  # only the built-in starter set was at hand
    NOT_COMPARABLE = "not-comparable"  # a version that cannot be ordered
    NOTHING_FOUND = "nothing-found"  # no file that an analyzer knows
    ABSENT_PLATFORM = "absent-platform"  # a platform of the image that is not where it was read


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that could not be looked at: `subject` (a path, a purl, a feed), why, and what to do about it.

    A scan with a gap is incomplete, whatever it found. `layer` is the diff ID of the layer that holds the file.
    `platforms` are those that it concerns, of several that were scanned; () are all of them.
    """

    kind: GapKind
    subject: str
    reason: str
    hint: str = ""
    layer: str = ""
    platforms: tuple[str, ...] = ()
