"""How bad a vulnerability is."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Qualitative severity, worst first; members compare by `rank`, never as text."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NEGLIGIBLE = "negligible"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """0 for the worst, so that sorting by it puts the worst first."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Cvss:
    """A CVSS score and where it comes from.

    `version` is "2.0", "3.0", "3.1" or "4.0"; `score` the base score, 0.0 to 10.0; `source` the record or feed.
    """

    version: str
    vector: str
    score: float
    source: str


@dataclass(frozen=True, slots=True)
class Rating:
    """A severity that somebody stated in words: a distribution for its package, or a database."""

    severity: Severity
    source: str
