"""The verdict, last, where the eye rests."""

from collections.abc import Iterator, Mapping

from hullcheck.model.decision import Verdict
from hullcheck.model.result import ScanResult
from hullcheck.reports.terminal.layout import Line, paragraph
from hullcheck.reports.visible import visible

_WORDS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.DENIED: ("DENIED by policy", "bad"),
    Verdict.THRESHOLD_EXCEEDED: ("FAILED: more findings than allowed", "bad"),
    Verdict.INCOMPLETE: ("INCOMPLETE: not everything could be looked at", "warning"),
    Verdict.AUDITED: ("PASSED with a warning of a policy", "warning"),
    Verdict.PASSED: ("PASSED", "good"),
}


def verdict_lines(result: ScanResult, width: int) -> Iterator[Line]:
    """Yield the verdict and its reasons."""
    words, style = _WORDS[result.decision.verdict]
    if result.decision.verdict is Verdict.PASSED and not result.coverage.complete:
        words, style = "PASSED, although the scan is incomplete", "warning"
    yield ((words, style),)
    for reason in result.decision.reasons:
        yield from paragraph(visible(reason), width, "", (("  - ", "dim"),), "    ")
