"""The only module that knows all stages."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from hullcheck import __version__
from hullcheck.ecosystems.table import by_purl_type
from hullcheck.matching.match import MatchOptions, match_packages, wanted_feeds
from hullcheck.model.coverage import Coverage
from hullcheck.model.inventory import Inventory
from hullcheck.model.lookup import AdvisoryIndex
from hullcheck.model.result import ScanResult
from hullcheck.model.target import Target
from hullcheck.policy.decide import PolicyOptions, decide
from hullcheck.policy.thresholds import count
from hullcheck.resolution.resolve import resolve

# Given the feeds that a target needs, returns the advisories that are at hand.
OpenAdvisories = Callable[[tuple[str, ...]], AbstractContextManager[AdvisoryIndex]]


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """The options of the stages behind the sources, and what these were told to leave out: see `Coverage`."""

    matching: MatchOptions = field(default_factory=MatchOptions)
    policy: PolicyOptions = field(default_factory=PolicyOptions)
    excluded: tuple[str, ...] = ()


def assess(
    target: Target, found: Inventory, open_advisories: OpenAdvisories, now: datetime, options: ScanOptions
) -> ScanResult:
    """Return the result for `target`, in which `found` was found: resolve, match, decide."""
    inventory = resolve(found)
    with open_advisories(wanted_feeds(inventory.packages, by_purl_type)) as index:
        matched = match_packages(inventory.packages, index, by_purl_type, now, options.matching)
    coverage = Coverage(inventory.examined, matched.feeds, (*inventory.gaps, *matched.gaps), options.excluded)
    counts = count(matched.findings)
    return ScanResult(
        tool_version=__version__,
        created=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        target=target,
        distribution=inventory.distribution,
        packages=inventory.packages,
        findings=matched.findings,
        counts=counts,
        coverage=coverage,
        decision=decide(counts, coverage, options.policy),
    )
