"""Words that several sections use."""

from hullcheck.model.decision import Counts
from hullcheck.model.severity import Severity
from hullcheck.reports.terminal.layout import Line, Span


def counted(number: int, noun: str) -> str:
    """Return "1 package", "2,000 packages"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def severities(counts: Counts) -> Line:
    """Return the number of findings of each severity that there are any of, and of the two worst."""
    spans: list[Span] = []
    for severity, number in by_severity(counts):
        if not number and severity.rank > Severity.HIGH.rank:
            continue
        spans += [(" · ", "dim")] if spans else []
        spans.append((f"{number:,} {severity}", severity.value if number else "dim"))
    return spans


def by_severity(counts: Counts) -> tuple[tuple[Severity, int], ...]:
    """Return `counts` by severity, worst first."""
    return (
        (Severity.CRITICAL, counts.critical),
        (Severity.HIGH, counts.high),
        (Severity.MEDIUM, counts.medium),
        (Severity.LOW, counts.low),
        (Severity.NEGLIGIBLE, counts.negligible),
        (Severity.UNKNOWN, counts.unknown),
    )
