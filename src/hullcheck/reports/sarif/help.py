"""What the rule of a vulnerability tells people."""

from collections.abc import Iterable, Iterator, Sequence

from hullcheck.model.advisory import Advisory
from hullcheck.model.finding import Finding
from hullcheck.reports.markdown import escaped, is_link
from hullcheck.reports.naming import affected, name, version
from hullcheck.reports.visible import visible

_ROWS = 30
_REFERENCES = 20


def help_text(title: str, worst: Finding, findings: Sequence[Finding], advisories: Sequence[Advisory]) -> str:
    """Return the help as plain text."""
    lines = [
        title,
        *_facts(worst, advisories),
        *(
            f"Affected: {package} {bounds} (installed: {installed}). {fix}."
            for package, installed, bounds, fix, _ in _rows(findings)
        ),
        *(f"See {url}" for url in _links(advisories)),
    ]
    return "\n".join(lines)


def help_markdown(
    title: str, worst: Finding, findings: Sequence[Finding], advisories: Sequence[Advisory], details: str
) -> str:
    """Return the help as Markdown, in which nothing of the advisories or of the target is markup."""
    rows = [[escaped(cell) for cell in row] for row in _rows(findings)]
    lines = [
        f"## {escaped(title)}",
        "",
        *(f"* {escaped(fact)}" for fact in _facts(worst, advisories)),
        "",
        "| package | installed | affected | fix | advisory |",
        "| --- | --- | --- | --- | --- |",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
        escaped(details),
        "",
        "### References",
        "",
        *(f"* <{url}>" for url in _links(advisories)),
    ]
    return "\n".join(lines) + "\n"


def _facts(worst: Finding, advisories: Iterable[Advisory]) -> Iterator[str]:
    whose = f", by {visible(worst.severity_source)}" if worst.severity_source else ""
    yield f"Severity: {worst.severity}{whose}"
    for score in worst.cvss:
        yield f"CVSS {score.version}: {score.score:.1f} {visible(score.vector)}, by {visible(score.source)}"
    if worst.kev_added:
        yield f"Exploited: in CISA's list of known exploited vulnerabilities since {visible(worst.kev_added)}"
    if worst.epss is not None:
        yield f"EPSS: {worst.epss:.1%} probability of exploitation within 30 days"
    if worst.aliases:
        yield f"Also known as: {visible(', '.join(worst.aliases))}"
    if weaknesses := sorted({cwe for advisory in advisories for cwe in advisory.cwes}):
        yield f"Weaknesses: {visible(', '.join(weaknesses))}"
    if published := min((advisory.published for advisory in advisories if advisory.published), default=""):
        yield f"Published: {visible(published[:10])}"


def _rows(findings: Iterable[Finding]) -> list[tuple[str, str, str, str, str]]:
    """Return what is affected, each once: package, installed version, range, fix, advisory."""
    rows = dict.fromkeys(
        (
            name(finding.package.purl),
            version(finding.package.purl),
            affected(match.range),
            f"Upgrade to {visible(match.fixed)}" if match.fixed else "No fixed version is known",
            visible(f"{match.advisory.id} ({match.advisory.feed})"),
        )
        for finding in findings
        for match in finding.matches
    )
    return list(rows)[:_ROWS]


def _links(advisories: Iterable[Advisory]) -> list[str]:
    """Return the references of `advisories`, the advisories and fixes among them first."""
    ranked = sorted(
        (reference for advisory in advisories for reference in advisory.references if is_link(reference.url)),
        key=lambda reference: _KINDS.get(reference.kind, len(_KINDS)),
    )
    return list(dict.fromkeys(reference.url for reference in ranked))[:_REFERENCES]


_KINDS = {"ADVISORY": 0, "FIX": 1}
