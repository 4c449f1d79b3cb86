"""A vulnerability of a package of the target."""

from dataclasses import dataclass

from hullcheck.model.advisory import Advisory, AffectedRange
from hullcheck.model.package import Package
from hullcheck.model.severity import Cvss, Severity


@dataclass(frozen=True, slots=True)
class Match:
    """An advisory and the range of it that holds the package's version.

    `compared` is the name and version that were compared: those of the source package for most distributions.
    `fixed` is the lowest fixed version above it, "" where there is none.
    """

    advisory: Advisory
    range: AffectedRange
    compared: str
    fixed: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One flaw in one package: the row of a report.

    `id` is the canonical id of the alias group (a CVE where there is one), `aliases` are the others, sorted.
    `fingerprint` survives a new tag, a rebuild and a moved line: see `model/fingerprint.py`. `severity_source` says
    whose severity it is. `fixed` is the lowest version that mends all `matches`, "" where one has no fix.
    """

    fingerprint: str
    id: str
    aliases: tuple[str, ...]
    package: Package
    severity: Severity
    severity_source: str
    cvss: tuple[Cvss, ...]
    fixed: str
    title: str
    matches: tuple[Match, ...]
    epss: float | None = None
    epss_percentile: float | None = None
    kev_added: str = ""
