"""A vulnerability as a rule of SARIF."""

import re
from collections.abc import Iterable, Sequence

from hullcheck.model.advisory import Advisory
from hullcheck.model.finding import Finding
from hullcheck.reports.naming import cves
from hullcheck.reports.sarif.help import help_markdown, help_text
from hullcheck.reports.sarif.severity import LEVELS, NUMBERS, security_severity
from hullcheck.reports.visible import shortened, visible, visible_lines

# GitHub, "SARIF support for code scanning": at most this many characters and tags.
_DESCRIPTION = 1024
_TAGS = 20
_PLAIN_ID = re.compile(r"[A-Za-z0-9:._-]+")
_CWE = re.compile(r"CWE-(\d+)")


def sarif_rule(findings: Sequence[Finding], room: int) -> dict[str, object]:
    """Return the rule of `findings`, which are of one vulnerability; its details take `room` characters at most."""
    worst = min(findings, key=lambda finding: finding.severity.rank)
    advisories = tuple({id(m.advisory): m.advisory for finding in findings for m in finding.matches}.values())
    title = shortened(f"{visible(worst.id)}: {visible(worst.title)}".removesuffix(": "), _DESCRIPTION)
    details = next((each.details for each in advisories if each.details.strip()), worst.title).strip()
    return {
        "id": visible(worst.id),
        "name": "VulnerablePackage",
        "shortDescription": {"text": title},
        "fullDescription": {"text": shortened(visible_lines(details), min(room, _DESCRIPTION)) or title},
        "helpUri": _help_uri(worst.id),
        "help": {
            "text": help_text(title, worst, findings, advisories),
            "markdown": help_markdown(title, worst, findings, advisories, shortened(details, room)),
        },
        "defaultConfiguration": {"level": LEVELS[worst.severity]},
        "properties": _properties(findings, worst, advisories),
    }


def _help_uri(name: str) -> str:
    if not _PLAIN_ID.fullmatch(name):
        return "https://osv.dev/list"
    if name.startswith("CVE-"):
        return f"https://nvd.nist.gov/vuln/detail/{name}"
    if name.startswith("GHSA-"):
        return f"https://github.com/advisories/{name}"
    return f"https://osv.dev/vulnerability/{name}"


def _properties(findings: Sequence[Finding], worst: Finding, advisories: Iterable[Advisory]) -> dict[str, object]:
    score = security_severity(worst)
    ids = sorted({each for finding in findings for each in cves(finding)})
    kev = min((finding.kev_added for finding in findings if finding.kev_added), default="")
    return {
        "precision": "very-high",
        "problem.severity": {"error": "error", "warning": "warning"}.get(LEVELS[worst.severity], "recommendation"),
        **({"security-severity": score} if score else {}),
        "tags": _tags(worst, advisories, kev),
        "severity": NUMBERS[worst.severity],
        "customerSeverity": NUMBERS[worst.severity],
        "severityName": worst.severity,
        "cves": ids,
        "cve-ids": ids,
        **({"kevAdded": kev} if kev else {}),
    }


def _tags(worst: Finding, advisories: Iterable[Advisory], kev: str) -> list[str]:
    """Return the tags of a rule: those of weaknesses are spelled as GitHub's own queries spell them."""
    numbers = sorted({int(cwe[1]) for each in advisories for text in each.cwes if (cwe := _CWE.fullmatch(text))})
    tags = ["security", "vulnerability", worst.severity.value, *(["known-exploited"] if kev else [])]
    return [*tags, *(f"external/cwe/cwe-{number:03}" for number in numbers)][:_TAGS]
