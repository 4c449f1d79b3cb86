"""Severity in the terms of SARIF's readers."""

from collections.abc import Mapping

from hullcheck.model.finding import Finding
from hullcheck.model.severity import Severity

# Unknown is a warning: nobody has said that it is harmless.
LEVELS: Mapping[Severity, str] = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.NEGLIGIBLE: "note",
    Severity.UNKNOWN: "warning",
}
# The numbers of the `qscanner` vocabulary.
NUMBERS: Mapping[Severity, int] = {
    Severity.CRITICAL: 5,
    Severity.HIGH: 4,
    Severity.MEDIUM: 3,
    Severity.LOW: 2,
    Severity.NEGLIGIBLE: 1,
    Severity.UNKNOWN: 1,
}
# GitHub derives the severity that it shows from a score: the lowest, usual and highest score of each.
_SCORES: Mapping[Severity, tuple[float, float, float]] = {
    Severity.CRITICAL: (9.0, 9.5, 10.0),
    Severity.HIGH: (7.0, 8.0, 8.9),
    Severity.MEDIUM: (4.0, 5.5, 6.9),
    Severity.LOW: (0.1, 2.0, 3.9),
    Severity.NEGLIGIBLE: (0.1, 0.1, 0.1),
}


def security_severity(finding: Finding) -> str:
    """Return the score by which GitHub shows the severity of `finding`: its CVSS score, moved into the range of the
    severity where that is somebody else's; "" where it is not known.
    """
    if finding.severity not in _SCORES:
        return ""
    lowest, usual, highest = _SCORES[finding.severity]
    score = finding.cvss[0].score if finding.cvss else usual
    return f"{min(max(score, lowest), highest):.1f}"
