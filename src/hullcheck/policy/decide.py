"""From counts and coverage to a verdict."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hullcheck.model.coverage import Coverage
from hullcheck.model.decision import Action, Breach, Counts, Decision, Verdict
from hullcheck.model.gap import Gap
from hullcheck.policy.thresholds import Thresholds, breaches


@dataclass(frozen=True, slots=True)
class PolicyOptions:
    """`allow_incomplete` lets a scan with gaps pass; the gaps stay in the result."""

    thresholds: Thresholds = field(default_factory=Thresholds)
    allow_incomplete: bool = False


def decide(counts: Counts, coverage: Coverage, options: PolicyOptions) -> Decision:
    """Return what follows for the pipeline.

    An exceeded threshold outweighs an incomplete scan: more that is found could only exceed it further.
    """
    exceeded = breaches(counts, options.thresholds)
    verdict = _verdict(exceeded, coverage, options)
    return Decision(verdict, Action.NONE, exceeded, tuple(_reasons(exceeded, counts, coverage, options)))


def _verdict(exceeded: Sequence[Breach], coverage: Coverage, options: PolicyOptions) -> Verdict:
    if exceeded:
        return Verdict.THRESHOLD_EXCEEDED
    if not coverage.complete and not options.allow_incomplete:
        return Verdict.INCOMPLETE
    return Verdict.PASSED


def _reasons(exceeded: Sequence[Breach], counts: Counts, coverage: Coverage, options: PolicyOptions) -> Iterator[str]:
    for breach in exceeded:
        yield f"{breach.count} {breach.severity} {_findings(breach.count)}, {breach.limit} allowed"
    if counts.unknown and any(True for _ in options.thresholds.limits()):
        verb, them = ("has", "it") if counts.unknown == 1 else ("have", "them")
        findings = _findings(counts.unknown)
        yield f"{counts.unknown} {findings} {verb} no known severity, and no threshold counts {them}"
    if coverage.gaps:
        allowed = ", which was allowed" if options.allow_incomplete else ""
        yield f"the scan is incomplete{allowed}: {_kinds(coverage.gaps)}"


def _findings(count: int) -> str:
    return "finding" if count == 1 else "findings"


def _kinds(gaps: Sequence[Gap]) -> str:
    counted = Counter(gap.kind.value.replace("-", " ") for gap in gaps)
    return ", ".join(f"{count} {kind}" for kind, count in counted.items())
