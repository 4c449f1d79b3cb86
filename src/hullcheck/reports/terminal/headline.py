"""What was scanned, and what came out, in a few lines."""

from collections.abc import Iterator, Mapping

from hullcheck.model.gap import GapKind
from hullcheck.model.purl import purl_text
from hullcheck.model.result import ScanResult
from hullcheck.model.target import TargetKind
from hullcheck.reports.gaps import by_kind, heading
from hullcheck.reports.terminal.base import base_lines, inherited_lines
from hullcheck.reports.terminal.layout import Line, Span, fitted, folded, paragraph
from hullcheck.reports.terminal.platforms import platform_lines, user
from hullcheck.reports.terminal.words import counted, severities
from hullcheck.reports.visible import visible

_KINDS: Mapping[TargetKind, str] = {
    TargetKind.IMAGE: "container image",
    TargetKind.REPOSITORY: "source tree",
    TargetKind.ROOTFS: "root file system",
    TargetKind.SBOM: "SBOM",
}


def headline(result: ScanResult, width: int) -> Iterator[Line]:
    """Yield the target: its name, what it is, how it was read, its digest."""
    target, image, system = result.target, result.target.image, result.distribution
    yield from folded(((f"{_KINDS[target.kind]} ", "dim"), (visible(target.name), "title")), width)
    facts = [visible(system.name or f"{system.id} {system.version}")] if system else []
    if image:
        facts += [visible(image.platform), counted(len(image.layers), "layer"), f"read from {visible(target.source)}"]
        facts.append(user(image))
    if target.images:
        facts += [counted(len(target.images), "platform"), f"read from {visible(target.source)}"]
    yield from paragraph(" · ".join(fact for fact in facts if fact), width, "dim")
    if image:
        yield ((fitted(visible(image.digest or image.id), width), "dim"),)
        yield from base_lines(image, width)
    yield from platform_lines(result, width)


def summary(result: ScanResult, width: int) -> Iterator[Line]:
    """Yield how many findings there are, how bad they are, and whether all was looked at."""
    if not result.findings:
        yield from _nothing(result, width)
        return
    affected = len({(purl_text(finding.package.purl), finding.package.place) for finding in result.findings})
    distinct = len({finding.id for finding in result.findings})
    flaws = f" of {distinct:,} vulnerabilities" if distinct > 1 else ""
    packages = f" in {affected:,} of {counted(len(result.packages), 'package')}"
    yield ((f"{counted(result.counts.total, 'finding')}{flaws}{packages}", "title"),)
    yield severities(result.counts)
    yield from _notable(result)
    yield from inherited_lines(result, width)
    if not result.coverage.complete:
        text = "The scan is incomplete, so there may be more: see what was not looked at, below."
        yield from paragraph(text, width, "warning")
        yield from _starter(result, width)


def _notable(result: ScanResult) -> Iterator[Line]:
    fixable = sum(1 for finding in result.findings if finding.fixed)
    exploited = sum(1 for finding in result.findings if finding.kev_added)
    spans: list[Span] = [(f"{fixable:,} with a fix", "fixed" if fixable else "dim")]
    if exploited:
        spans += [(" · ", "dim"), (f"{exploited:,} known to be exploited (KEV)", "bad")]
    yield spans


def _nothing(result: ScanResult, width: int) -> Iterator[Line]:
    """Yield that nothing was found: only a complete scan looks good."""
    packages = counted(len(result.packages), "package")
    if result.coverage.complete:
        yield from paragraph(
            f"No known vulnerabilities in {packages}.", width, "good" if result.packages else "warning"
        )
        return
    text = f"No known vulnerabilities in what was looked at ({packages}), but the scan is incomplete:"
    yield from paragraph(text, width, "warning")
    for kind, gaps in by_kind(result.coverage.gaps).items():
        yield from paragraph(heading(kind, len(gaps)), width, "", (("  ! ", "warning"),), "    ")
    yield from _starter(result, width)


def _starter(result: ScanResult, width: int) -> Iterator[Line]:
    if any(gap.kind is GapKind.STARTER_ADVISORIES for gap in result.coverage.gaps):
        text = (
            "Coverage is minimal: only the built-in starter set of well-known flaws was at hand. "
            "`hullcheck db update` gets all advisories; then scan again."
        )
        yield from paragraph(text, width, "warning")
