"""The rows of a feed's shard."""

import re
import sqlite3
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hullcheck.advisories.bodies import BodyWriter
from hullcheck.advisories.events import Span
from hullcheck.advisories.osv import Record
from hullcheck.advisories.problems import Problems
from hullcheck.model.advisory import Advisory, AffectedRange

_ROWS_AT_ONCE = 20_000
# One in so many of a release's advisories may be newer than what is stated as their end: a few late corrections
# do not make a frozen feed a living one.
_LATE = 100

_utc = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?[Zz]").fullmatch

_STAGING = """
PRAGMA staging.journal_mode = OFF;
PRAGMA staging.synchronous = OFF;
CREATE TABLE staging.span (package INTEGER, high BLOB, low BLOB, advisory INTEGER, bounds INTEGER);
CREATE TABLE staging.package (staged INTEGER PRIMARY KEY, package INTEGER);
"""
_SORTED = """
INSERT INTO span
SELECT DISTINCT package.package, high, low, advisory, bounds
FROM staging.span AS span JOIN staging.package AS package ON staged = span.package
ORDER BY 1, 2, 3, 4, 5
"""


class FeedTables:
    """Fills the tables of a shard in the order in which they are read, so that they are compact.

    Ranges come in the order of the records, and are kept in another database, at `staging`, until they are sorted.
    `counts` has the numbers of records: advisories, withdrawn and undecided.
    """

    def __init__(self, connection: sqlite3.Connection, staging: Path, dictionary: bytes) -> None:
        self.counts: Counter[str] = Counter()
        self.problems = Problems()
        self._connection = connection
        self._bodies = BodyWriter(dictionary)
        self._spans: list[tuple[int, bytes, bytes, int, int]] = []
        self._undecided: set[tuple[int, str, str]] = set()
        self._packages: dict[tuple[str, str], int] = {}
        self._bounds: dict[AffectedRange, int] = {}
        self._modified: dict[str, list[str]] = {}
        self._ids: set[str] = set()
        self._advisories = 0
        connection.execute("ATTACH ? AS staging", (str(staging),))
        connection.executescript(_STAGING)
        connection.execute("BEGIN")
        connection.execute("INSERT INTO dictionary VALUES (?)", (dictionary,))

    def add(self, record: Record) -> None:
        """Add what `record` says; where two have the same id, what both say counts."""
        if record.id in self._ids:
            self.problems.add(record.id, "there are two records with this id")
        self._ids.add(record.id)
        self.counts["withdrawn"] += record.withdrawn
        self.counts["advisories"] += bool(record.statements)
        for problem in record.problems:
            self.problems.add(record.id, problem)
        self._add_statements(record)
        for release in {statement.release for statement in record.statements}:
            self._modified.setdefault(release, []).append(record.modified)

    def finish(self) -> None:
        """Write what could not be written before all records were known."""
        self._flush()
        rows = self._connection.executemany
        packages = sorted(self._packages)
        rows("INSERT INTO package VALUES (?, ?, ?)", ((*place, number) for number, place in enumerate(packages)))
        numbers = ((self._packages[place], number) for number, place in enumerate(packages))
        rows("INSERT INTO staging.package VALUES (?, ?)", numbers)
        self._connection.execute(_SORTED)
        bounds = ((number, b.introduced, b.fixed, b.last_affected) for b, number in self._bounds.items())
        rows("INSERT INTO bounds VALUES (?, ?, ?, ?)", bounds)
        undecided = "INSERT INTO undecided SELECT package, ?, ? FROM staging.package WHERE staged = ?"
        rows(undecided, ((record, reason, package) for package, record, reason in sorted(self._undecided)))
        self.problems.write(self._connection)
        releases = ((name, len(times), data_until(times)) for name, times in sorted(self._modified.items()))
        rows("INSERT INTO release VALUES (?, ?, ?)", releases)

    def _add_statements(self, record: Record) -> None:
        # Statements with the same severities share one advisory, the very same object.
        numbers: dict[int, int] = {}
        for statement in record.statements:
            advisory = statement.advisory
            if id(advisory) not in numbers:
                numbers[id(advisory)] = self._add_advisory(advisory)
            package = self._packages.setdefault((statement.release, statement.package), len(self._packages))
            self._add_spans(package, numbers[id(advisory)], statement.spans)
            self._undecided.update((package, record.id, reason) for reason in statement.undecided)
        self.counts["undecided"] += any(statement.undecided for statement in record.statements)

    def _add_advisory(self, advisory: Advisory) -> int:
        self._advisories += 1
        row = (self._advisories, advisory.id, self._bodies.write(advisory))
        self._connection.execute("INSERT INTO advisory VALUES (?, ?, ?)", row)
        return self._advisories

    def _add_spans(self, package: int, advisory: int, spans: Sequence[Span]) -> None:
        for span in spans:
            bounds = self._bounds.setdefault(span.range, len(self._bounds))
            self._spans.append((package, span.high, span.low, advisory, bounds))
        if len(self._spans) >= _ROWS_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        self._connection.executemany("INSERT INTO staging.span VALUES (?, ?, ?, ?, ?)", self._spans)
        self._spans.clear()


def data_until(times: Sequence[str]) -> str:
    """Return the time up to which 99 % of `times` (RFC 3339, of which those in UTC count) lie, "" for none."""
    newest_first = sorted(filter(_utc, times), key=lambda time: time.rstrip("Zz"), reverse=True)
    return newest_first[len(newest_first) // _LATE] if newest_first else ""
