"""SARIF 2.1.0, for code scanning at GitHub and Azure DevOps, and for all that reads what `qscanner` writes.

A vulnerability is a rule, a finding is a result.
"""

from hullcheck.model.finding import Finding
from hullcheck.model.inheritance import inheritance
from hullcheck.model.result import ScanResult
from hullcheck.reports.report import Report
from hullcheck.reports.sarif.places import places
from hullcheck.reports.sarif.results import sarif_results
from hullcheck.reports.sarif.rules import sarif_rule
from hullcheck.reports.sarif.run import sarif_log

# GitHub, "SARIF support for code scanning": it takes this many results of a run, and shows the worst 5,000 of them.
_RESULTS = 25_000
# Characters of advisories' details in all, and in one rule: GitHub takes files of 10 MB, compressed.
_DETAILS = 4_000_000
_LONGEST = 2_000


def render(result: ScanResult) -> str:
    """Return `result` as SARIF. Of more findings than GitHub takes, the worst are there, and the run says so."""
    from hullcheck.codec.text import json_document, json_line

    findings = result.findings[:_RESULTS]
    rules: dict[str, list[Finding]] = {}
    for finding in findings:
        rules.setdefault(finding.id, []).append(finding)
    index = {name: number for number, name in enumerate(rules)}
    room = min(_LONGEST, _DETAILS // max(len(rules), 1))
    where = places(result.target)
    return json_document(
        sarif_log(result, where, len(findings)),
        {
            "rules": (sarif_rule(found, room) for found in rules.values()),
            "results": sarif_results(findings, index, where, inheritance(result.target)),
        },
        json_line,
    ).decode("ascii")


SARIF = Report("sarif", "-Report.sarif.json", "application/sarif+json", render)
