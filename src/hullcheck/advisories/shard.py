"""Look-ups in the shard of a feed."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from hullcheck.advisories.bodies import BodyReader
from hullcheck.advisories.names import canonical_name
from hullcheck.advisories.shard_file import REBUILD, damaged, open_shard, read_origin, reading
from hullcheck.errors import DatabaseError
from hullcheck.model.advisory import Advisory, AffectedRange
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.lookup import Coordinates, FeedState, Hit
from hullcheck.versions.scheme import Scheme

_WANTED = "CREATE TEMP TABLE wanted (number INTEGER PRIMARY KEY, release TEXT, name TEXT, key BLOB)"
# CROSS JOIN keeps SQLite from walking through the ranges first.
_RANGES = """
SELECT number, advisory, low, high, introduced, fixed, last_affected
FROM wanted
CROSS JOIN package USING (release, name)
CROSS JOIN span ON span.package = package.package AND high > key AND low <= key
CROSS JOIN bounds USING (bounds)
"""
# Where another range of the advisory holds the version, nothing is left open.
_UNDECIDED = """
SELECT number, undecided.id, reason
FROM wanted
CROSS JOIN package USING (release, name)
CROSS JOIN undecided ON undecided.package = package.package
WHERE NOT EXISTS (
    SELECT 1 FROM span CROSS JOIN advisory USING (advisory)
    WHERE span.package = package.package AND high > key AND low <= key AND advisory.id = undecided.id
)
"""
# Advisories that are kept for the next look-up: about 3 kB each, 25 MB in all.
_MOST_KEPT = 8192


class Shard:
    """The advisories of a feed in the file at `path`, opened for reading.

    Raises `DatabaseError` where the file is damaged, of another version of the schema, of another feed, or its keys
    are not those of `scheme`.
    """

    def __init__(self, path: Path, feed: str, scheme: Scheme) -> None:
        self._path = path
        self._feed = feed
        self._connection = open_shard(path)
        try:
            self._prepare(scheme)
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def hits(self, wanted: Mapping[int, Coordinates]) -> Sequence[tuple[int, Hit]]:
        """Return the ranges that hold a version of `wanted`, by its number, then by advisory id."""
        with reading(self._path):
            self._want(wanted)
            rows = self._connection.execute(_RANGES).fetchall()
            found = [(number, self._advisory(key), low, high, texts) for number, key, low, high, *texts in rows]
        found.sort(key=lambda row: (row[0], row[1].id, *row[2:]))
        return [(number, Hit(wanted[number], about, AffectedRange(*texts))) for number, about, _, _, texts in found]

    def gaps(self, wanted: Mapping[int, Coordinates]) -> Sequence[tuple[int, Gap]]:
        """Return which packages of `wanted` could not be compared with an advisory, by number, then advisory id."""
        with reading(self._path):
            self._want(wanted)
            rows = sorted(self._connection.execute(_UNDECIDED))
        return [(number, _gap(wanted[number], advisory, reason)) for number, advisory, reason in rows]

    def state(self, release: str) -> FeedState | None:
        """Return what the shard holds for `release`, None for nothing."""
        query = "SELECT advisories, data_until FROM release WHERE release = ?"
        with reading(self._path):
            row = self._connection.execute(query, (release,)).fetchone()
        if row is None:
            return None
        advisories, data_until = row
        return FeedState(advisories, self._origin.fetched, data_until, self._origin.source)

    def _prepare(self, scheme: Scheme) -> None:
        with reading(self._path):
            self._origin, meta = read_origin(self._connection)
            self._connection.execute(_WANTED)
            row = self._connection.execute("SELECT content FROM dictionary").fetchone()
        self._bodies = BodyReader(self._path, row and row[0])
        self._advisories: dict[int, Advisory] = {}
        if meta.get("shard") != self._feed:
            raise damaged(self._path, f"it holds {meta.get('shard')}, not {self._feed}")
        made_by, known = (meta.get("scheme"), meta.get("scheme_number")), (scheme.name, str(scheme.number))
        if made_by != known:
            message = f"{self._path}: its versions are ordered by {_shown(made_by)}, here it is {_shown(known)}"
            raise DatabaseError(message, hint=REBUILD)

    def _want(self, wanted: Mapping[int, Coordinates]) -> None:
        rows = (
            (number, place.release, canonical_name(self._feed, place.name), place.key)
            for number, place in wanted.items()
        )
        self._connection.execute("DELETE FROM wanted")
        self._connection.executemany("INSERT INTO wanted VALUES (?, ?, ?, ?)", rows)

    def _advisory(self, number: int) -> Advisory:
        known = self._advisories.get(number)
        if known is None:
            row = self._connection.execute("SELECT body FROM advisory WHERE advisory = ?", (number,)).fetchone()
            if len(self._advisories) >= _MOST_KEPT:
                self._advisories.clear()
            known = self._advisories[number] = self._bodies.read(row and row[0])
        return known


def _gap(place: Coordinates, advisory: str, reason: str) -> Gap:
    feed = f"{place.feed}:{place.release}" if place.release else place.feed
    return Gap(
        GapKind.NOT_COMPARABLE,
        f"{feed} {place.name} {place.version}",
        f"{advisory} cannot be compared with it: {reason}",
        f"read {advisory}, and decide whether it is affected",
    )


def _shown(scheme: tuple[str | None, str | None]) -> str:
    name, number = scheme
    return f"{name} {number}"
