"""What is in a database directory."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection

from hullcheck.advisories.origin import Origin
from hullcheck.advisories.schema import COMMON, SUFFIX
from hullcheck.advisories.shard_file import open_shard, read_origin, reading
from hullcheck.errors import DatabaseError

_NOWHERE = Origin("", "")


@dataclass(frozen=True, slots=True)
class ReleaseStatus:
    """What a feed holds for a release: see `FeedState`."""

    release: str
    advisories: int
    data_until: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a record that was not understood; `left_out` where the whole record was left out for it."""

    record: str
    reason: str
    left_out: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """What the shard of a feed holds.

    `scheme` is name and number of the scheme that made its keys. The numbers are of records: those about packages of
    the feed, the withdrawn, those left out because they cannot be read, those with a version that cannot be ordered.
    `problems` names what was not understood, up to a thousand times.
    """

    scheme: tuple[str, str]
    advisories: int
    withdrawn: int
    left_out: int
    undecided: int
    releases: tuple[ReleaseStatus, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ShardStatus:
    """A shard: that of a feed, by its name in OSV, or `COMMON`, which has no `contents`.

    `error` says why it cannot be used, "" where it can; then `shard` is the file's name.
    """

    shard: str
    path: Path
    size: int
    origin: Origin
    contents: Contents | None
    error: str


def status(directory: Path) -> tuple[ShardStatus, ...]:
    """Return the shards in `directory`, sorted by file name."""
    return tuple(shard_status(path) for path in sorted(directory.glob(f"*{SUFFIX}")))


def shard_status(path: Path) -> ShardStatus:
    """Return what the shard at `path` holds, or why it cannot be used."""
    size = path.stat().st_size
    try:
        with closing(open_shard(path)) as connection, reading(path):
            origin, meta = read_origin(connection)
            shard = meta.get("feed", "")
            contents = None if shard == COMMON else _contents(connection, meta)
    except DatabaseError as error:
        return ShardStatus(path.name, path, size, _NOWHERE, None, error.message)
    return ShardStatus(shard, path, size, origin, contents, "")


def _contents(connection: Connection, meta: Mapping[str, str]) -> Contents:
    releases = connection.execute("SELECT release, advisories, data_until FROM release ORDER BY release")
    problems = connection.execute("SELECT record, reason, left_out FROM problem ORDER BY rowid")
    return Contents(
        scheme=(meta.get("scheme", ""), meta.get("scheme_number", "")),
        advisories=_number(meta, "advisories"),
        withdrawn=_number(meta, "withdrawn"),
        left_out=_number(meta, "left_out"),
        undecided=_number(meta, "undecided"),
        releases=tuple(ReleaseStatus(*row) for row in releases),
        problems=tuple(Problem(record, reason, bool(left_out)) for record, reason, left_out in problems),
    )


def _number(meta: Mapping[str, str], name: str) -> int:
    text = meta.get(name, "")
    return int(text) if text.isdecimal() else 0
