"""The common shard: what CISA, FIRST and the CVE programme say of CVEs, whatever the package."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import assert_never

from hullcheck.advisories.archive import Unreadable
from hullcheck.advisories.common_sources import FILES, Exploited, Fact, Predicted, Scored
from hullcheck.advisories.origin import Origin
from hullcheck.advisories.problems import Problems
from hullcheck.advisories.schema import COMMON, COMMON_TABLES
from hullcheck.advisories.shard_file import creating, open_shard, reading, record_origin
from hullcheck.errors import DatabaseError
from hullcheck.model.advisory import Enrichment
from hullcheck.model.progress import Progress
from hullcheck.model.severity import Cvss

_FACTS = "SELECT epss, percentile, kev_added FROM cve WHERE cve = ?"
_SCORES = """
SELECT version, vector, score, source FROM cvss WHERE cve = ? ORDER BY version DESC, score DESC, source, vector
"""
_PREDICTION = """
INSERT INTO cve (cve, epss, percentile) VALUES (?, ?, ?)
ON CONFLICT (cve) DO UPDATE SET epss = excluded.epss, percentile = excluded.percentile
"""
_EXPLOITATION = """
INSERT INTO cve (cve, kev_added) VALUES (?, ?) ON CONFLICT (cve) DO UPDATE SET kev_added = excluded.kev_added
"""
_SCORE = "INSERT OR IGNORE INTO cvss VALUES (?, ?, ?, ?, ?)"


class CommonShard:
    """The common shard at `path`, opened for reading; raises `DatabaseError` where it cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = open_shard(path)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def enrichment(self, cves: Sequence[str]) -> Iterator[tuple[str, Enrichment]]:
        """Yield those of `cves` that are known, with what is known."""
        with reading(self._path):
            for cve in cves:
                facts = self._connection.execute(_FACTS, (cve,)).fetchone()
                scores = self._connection.execute(_SCORES, (cve,)).fetchall()
                if facts or scores:
                    epss, percentile, kev_added = facts or (None, None, "")
                    yield cve, Enrichment(cve, tuple(Cvss(*score) for score in scores), epss, percentile, kev_added)


def write_common_shard(path: Path, files: Mapping[str, Path], origin: Origin, progress: Progress) -> None:
    """Write what `files`, by their names in `FILES`, say to `path`; raises `DatabaseError` where one says nothing."""
    problems = Problems()
    with creating(path, COMMON_TABLES) as connection:
        connection.execute("BEGIN")
        progress.start("building what is known of CVEs", len(files))
        for name, file in sorted(files.items()):
            _write_file(connection, name, file, problems)
            progress.advance(1)
        problems.write(connection)
        record_origin(connection, origin, {"shard": COMMON, "left_out": str(problems.left_out)})


def _write_file(connection: sqlite3.Connection, name: str, file: Path, problems: Problems) -> None:
    before, read = problems.left_out, 0
    for fact in FILES[name](file):
        read += 1
        if isinstance(fact, Unreadable):
            problems.leave_out(fact.name, fact.reason)
        else:
            _write(connection, fact)
    unreadable = problems.left_out - before
    if unreadable * 2 >= read:
        raise DatabaseError(f"{name}: {unreadable} of its {read} entries cannot be read")


def _write(connection: sqlite3.Connection, fact: Fact) -> None:
    match fact:
        case Predicted(cve, epss, percentile):
            connection.execute(_PREDICTION, (cve, epss, percentile))
        case Exploited(cve, added):
            connection.execute(_EXPLOITATION, (cve, added))
        case Scored(cve, cvss):
            connection.execute(_SCORE, (cve, cvss.source, cvss.version, cvss.vector, cvss.score))
        case _:
            assert_never(fact)
