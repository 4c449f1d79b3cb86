"""The only module that knows all stages."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime

from hullcheck import __version__
from hullcheck.ecosystems.table import by_purl_type
from hullcheck.inventory.platforms import joined, joined_gaps
from hullcheck.matching.match import Matched, MatchOptions, match_gaps, match_packages, wanted_feeds
from hullcheck.model.coverage import Coverage
from hullcheck.model.inventory import Inventory
from hullcheck.model.lookup import AdvisoryIndex
from hullcheck.model.platforms import ScannedPlatform, presence
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
    return _result(target, inventory, matched, now, options)


def assess_platforms(
    target: Target, found: Sequence[Inventory], open_advisories: OpenAdvisories, now: datetime, options: ScanOptions
) -> ScanResult:
    """Return the result for `target`, in whose images, each for another platform, `found` was found.

    Each is resolved, and told its gaps, as if it was alone. What is the same in several is compared once and counts
    once: a package is affected or not, wherever it is.
    """
    whose = presence(target)
    resolved = {name: resolve(it) for name, it in zip(whose.names, found, strict=True)}
    inventory = joined(resolved, whose)
    with open_advisories(wanted_feeds(inventory.packages, by_purl_type)) as index:
        matched = match_packages(inventory.packages, index, by_purl_type, now, options.matching)
        gaps = {
            name: match_gaps(packages, index, by_purl_type, now, options.matching)
            for name, packages in whose.divided(inventory.packages).items()
        }
    matched = replace(matched, gaps=joined_gaps(gaps))
    platforms = tuple(
        ScannedPlatform(name, image.id, it.distribution)
        for (name, it), image in zip(resolved.items(), target.images, strict=True)
    )
    return replace(_result(target, inventory, matched, now, options), platforms=platforms)


def _result(target: Target, inventory: Inventory, matched: Matched, now: datetime, options: ScanOptions) -> ScanResult:
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
