"""What to do next."""

from collections import Counter
from dataclasses import dataclass

from hullcheck.model.finding import Finding
from hullcheck.model.purl import purl_text
from hullcheck.model.result import ScanResult
from hullcheck.model.severity import Severity
from hullcheck.reports.groups import Affected, groups


@dataclass(frozen=True, slots=True)
class Upgrade:
    """An upgrade of `affected`, which belongs to `place`, to the version `to` ("" where it cannot be told which of
    several is the highest), and the findings that it removes.
    """

    affected: Affected
    place: str
    to: str
    removed: tuple[Finding, ...]

    @property
    def count(self) -> int:
        """Return the number of findings that are gone."""
        return len(self.removed) * len(self.affected.packages)

    @property
    def by_severity(self) -> tuple[tuple[Severity, int], ...]:
        """Return how many findings of each severity are gone, worst first, without those that none are of."""
        counted = Counter(finding.severity for finding in self.removed)
        each = len(self.affected.packages)
        return tuple((severity, counted[severity] * each) for severity in Severity if counted[severity])


def upgrades(result: ScanResult) -> tuple[Upgrade, ...]:
    """Return the upgrades that remove findings of `result`, those that remove the worst and most first."""
    found = [
        upgrade
        for group in groups(result)
        for affected in group.affected
        if (upgrade := upgrade_of(affected, group.place)).removed
    ]
    return tuple(sorted(found, key=_rank))


def upgrade_of(affected: Affected, place: str) -> Upgrade:
    """Return the upgrade that removes all findings of `affected` which have a fix."""
    removed = tuple(finding for finding in affected.findings if finding.fixed)
    purl_type = affected.packages[0].purl.type
    return Upgrade(affected, place, _highest({finding.fixed for finding in removed}, purl_type), removed)


def _highest(versions: set[str], purl_type: str) -> str:
    """Return the highest of `versions`, as its ecosystem orders them; "" where that is not known."""
    if len(versions) <= 1:
        return next(iter(versions), "")
    from hullcheck.ecosystems.table import by_purl_type

    ecosystem = by_purl_type(purl_type)
    keys = ((ecosystem.scheme.key(text) if ecosystem else None, text) for text in versions)
    known = [(key, text) for key, text in keys if key is not None]
    return max(known)[1] if len(known) == len(versions) else ""


def _rank(upgrade: Upgrade) -> tuple[object, ...]:
    """Return the sort key that puts first what removes known exploited flaws, then the worst, then the most."""
    counts = dict(upgrade.by_severity)
    first = upgrade.affected.packages[0]
    return (
        -sum(1 for finding in upgrade.removed if finding.kev_added),
        *(-counts.get(severity, 0) for severity in Severity),
        purl_text(first.purl),
        upgrade.place,
    )
