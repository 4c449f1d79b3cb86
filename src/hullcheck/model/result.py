"""The result of a scan, which is final: reports read it and nothing else."""

from dataclasses import dataclass

from hullcheck.model.coverage import Coverage
from hullcheck.model.decision import Counts, Decision
from hullcheck.model.finding import Finding
from hullcheck.model.package import Distribution, Package
from hullcheck.model.platforms import ScannedPlatform
from hullcheck.model.target import Target


@dataclass(frozen=True, slots=True)
class ScanResult:
    """All that a scan found.

    `tool_version` is Hullcheck's, `created` the time of the scan (RFC 3339, UTC). Findings are sorted: worst first,
    then by package, place and id.

    Where an image was scanned for several `platforms`, a package that several of them have is one, and so are its
    findings: `Presence` tells whose they are. `distribution` is the one that all platforms have.
    """

    tool_version: str
    created: str
    target: Target
    distribution: Distribution | None
    packages: tuple[Package, ...]
    findings: tuple[Finding, ...]
    counts: Counts
    coverage: Coverage
    decision: Decision
    platforms: tuple[ScannedPlatform, ...] = ()
