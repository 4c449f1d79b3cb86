"""What of a feed was not understood: counted all, named the first."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

MOST_NAMED = 1000
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a record that was not understood; `left_out` where the whole record was left out for it."""

    record: str
    reason: str
    left_out: bool


class Problems:
    """The problems of a shard that is being written."""

    def __init__(self) -> None:
        self.left_out = 0
        self._named: list[Problem] = []

    def add(self, record: str, reason: str) -> None:
        """Note that a part of `record` was not understood."""
        self._name(Problem(named(record), reason, left_out=False))

    def leave_out(self, record: str, reason: str) -> None:
        """Note that `record` is not in the shard."""
        self.left_out += 1
        self._name(Problem(named(record), reason, left_out=True))

    def write(self, connection: sqlite3.Connection) -> None:
        """Write the problems that are named."""
        rows = ((problem.record, problem.reason, problem.left_out) for problem in self._named)
        connection.executemany("INSERT INTO problem VALUES (?, ?, ?)", rows)

    def _name(self, problem: Problem) -> None:
        if len(self._named) < MOST_NAMED:
            self._named.append(problem)


def read_problems(connection: sqlite3.Connection) -> Iterator[Problem]:
    """Yield the problems that a shard names."""
    for record, reason, left_out in connection.execute("SELECT record, reason, left_out FROM problem ORDER BY rowid"):
        yield Problem(record, reason, bool(left_out))


def quoted(text: str) -> str:
    """Return `text` in quotes, short and without what a terminal would obey."""
    return repr(text) if len(text) <= _LONGEST else f"{text[:_LONGEST]!r}..."


def named(text: str) -> str:
    """Return `text` as it is where it could be a name, else as `quoted` does."""
    return text if text and len(text) <= _LONGEST and text.isprintable() else quoted(text)
