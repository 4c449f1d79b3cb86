"""What follows from a result."""

from dataclasses import dataclass
from enum import StrEnum

from hullcheck.model.severity import Severity


class Action(StrEnum):
    """The answer of the policies; NONE where none was asked."""

    ALLOW = "ALLOW"
    DENY = "DENY"
    AUDIT = "AUDIT"
    NONE = "NONE"


class Verdict(StrEnum):
    """What the pipeline is told, strictest first."""

    DENIED = "denied"
    THRESHOLD_EXCEEDED = "threshold-exceeded"
    INCOMPLETE = "incomplete"
    AUDITED = "audited"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many findings there are of each severity."""

    critical: int
    high: int
    medium: int
    low: int
    negligible: int
    unknown: int

    @property
    def total(self) -> int:
        """Return the number of all findings."""
        return self.critical + self.high + self.medium + self.low + self.negligible + self.unknown


@dataclass(frozen=True, slots=True)
class Breach:
    """A threshold that was exceeded: `count` findings of `severity` where `limit` are allowed."""

    severity: Severity
    count: int
    limit: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict and its reasons, each a sentence."""

    verdict: Verdict
    action: Action
    breaches: tuple[Breach, ...]
    reasons: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Say whether the pipeline may continue without a warning."""
        return self.verdict is Verdict.PASSED
