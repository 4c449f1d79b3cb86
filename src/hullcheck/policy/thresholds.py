"""Thresholds: how many findings of a severity a pipeline tolerates."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hullcheck.model.decision import Breach, Counts
from hullcheck.model.finding import Finding
from hullcheck.model.severity import Severity

UNLIMITED = -1


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The highest number of findings of each severity that passes; -1 is unlimited (SPEC.md, section 3)."""

    critical: int = UNLIMITED
    high: int = UNLIMITED
    medium: int = UNLIMITED
    low: int = UNLIMITED

    def limits(self) -> Iterator[tuple[Severity, int]]:
        """Yield the limit of each severity that has one, worst first."""
        for severity, limit in (
            (Severity.CRITICAL, self.critical),
            (Severity.HIGH, self.high),
            (Severity.MEDIUM, self.medium),
            (Severity.LOW, self.low),
        ):
            if limit != UNLIMITED:
                yield severity, limit


def count(findings: Iterable[Finding]) -> Counts:
    """Return the number of `findings` of each severity."""
    counted = Counter(finding.severity for finding in findings)
    return Counts(*(counted[severity] for severity in Severity))


def breaches(counts: Counts, thresholds: Thresholds) -> tuple[Breach, ...]:
    """Return the thresholds that `counts` exceed, worst severity first."""
    found = {
        Severity.CRITICAL: counts.critical,
        Severity.HIGH: counts.high,
        Severity.MEDIUM: counts.medium,
        Severity.LOW: counts.low,
    }
    return tuple(
        Breach(severity, found[severity], limit) for severity, limit in thresholds.limits() if found[severity] > limit
    )
