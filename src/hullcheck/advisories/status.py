"""What is in a database directory."""

import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

from hullcheck.advisories.origin import Origin
from hullcheck.advisories.problems import Problem, read_problems
from hullcheck.advisories.schema import COMMON, SUFFIX
from hullcheck.advisories.shard_file import damaged, is_there, open_shard, read_origin, reading
from hullcheck.errors import DatabaseError
from hullcheck.versions.scheme import Scheme

_NOWHERE = Origin("", "")


@dataclass(frozen=True, slots=True)
class ReleaseStatus:
    """What a feed holds for a release: see `FeedState`."""

    release: str
    advisories: int
    data_until: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What the shard of a feed holds.

    `scheme` is name and number of the scheme that made its keys. The numbers are of records: those about packages of
    the feed, the withdrawn, and those with a range that cannot be compared.
    """

    scheme: tuple[str, str]
    advisories: int
    withdrawn: int
    undecided: int
    releases: tuple[ReleaseStatus, ...]


@dataclass(frozen=True, slots=True)
class ShardStatus:
    """A shard: that of a feed, by its name in OSV, or `COMMON`, which has no `contents`.

    `left_out` is the number of records or entries that could not be read, `problems` names what was not understood, up
    to a thousand times. `error` says why the shard cannot be used, "" where it can; `shard` then is the file's name.
    """

    shard: str
    path: Path
    size: int
    origin: Origin = _NOWHERE
    contents: Contents | None = None
    left_out: int = 0
    problems: tuple[Problem, ...] = ()
    error: str = ""


def status(directory: Path) -> tuple[ShardStatus, ...]:
    """Return the shards in `directory`, sorted by file name."""
    try:
        names = [name for name in os.listdir(directory) if name.endswith(SUFFIX)]  # noqa: PTH208 (a path says less)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise DatabaseError(
            f"{directory}: cannot be read: {error.strerror}", hint="name another one with --db-dir"
        ) from error
    return tuple(shard_status(directory / name) for name in sorted(names))


def shard_status(path: Path) -> ShardStatus:
    """Return what the shard at `path` holds, or why it cannot be used."""
    size = 0
    try:
        if not is_there(path):
            raise damaged(path, "it is not there")
        size = path.stat().st_size
        with closing(open_shard(path)) as connection, reading(path):
            origin, meta = read_origin(connection)
            problems = tuple(read_problems(connection))
            shard = meta.get("shard", "")
            contents = None if shard == COMMON else _contents(connection, meta)
    except DatabaseError as error:
        return ShardStatus(path.name, path, size, error=error.message)
    return ShardStatus(shard, path, size, origin, contents, _number(meta, "left_out"), problems)


def is_usable(found: ShardStatus, shard: str, scheme: Scheme | None) -> bool:
    """Say whether what was found is the shard called `shard`, with keys as `scheme` makes them (None: it has none)."""
    expected = (scheme.name, str(scheme.number)) if scheme else None
    made_by = found.contents.scheme if found.contents else None
    return found.shard == shard and made_by == expected and not found.error


def is_fresh(path: Path, now: datetime, max_age: timedelta) -> bool:
    """Say whether the shard at `path` need not be asked about: the time of the file is when it was last the newest."""
    return abs(now.timestamp() - path.stat().st_mtime) < max_age.total_seconds()


def _contents(connection: Connection, meta: Mapping[str, str]) -> Contents:
    releases = connection.execute("SELECT release, advisories, data_until FROM release ORDER BY release")
    return Contents(
        scheme=(meta.get("scheme", ""), meta.get("scheme_number", "")),
        advisories=_number(meta, "advisories"),
        withdrawn=_number(meta, "withdrawn"),
        undecided=_number(meta, "undecided"),
        releases=tuple(ReleaseStatus(*row) for row in releases),
    )


def _number(meta: Mapping[str, str], name: str) -> int:
    text = meta.get(name, "")
    return int(text) if text.isdecimal() else 0
