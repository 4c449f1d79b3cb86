"""From packages and advisories to findings."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from hullcheck.ecosystems.ecosystem import Ecosystem
from hullcheck.matching.coordinates import locate
from hullcheck.matching.feeds import feed_gaps, feeds_used
from hullcheck.matching.flaws import Flaw, collapse
from hullcheck.matching.severity import assess
from hullcheck.model.advisory import Enrichment
from hullcheck.model.coverage import FeedUse
from hullcheck.model.finding import Finding, Match
from hullcheck.model.fingerprint import fingerprint
from hullcheck.model.gap import Gap
from hullcheck.model.lookup import AdvisoryIndex, Coordinates, Hit
from hullcheck.model.package import Package
from hullcheck.model.purl import purl_text

EcosystemOf = Callable[[str], Ecosystem | None]
_TITLE = 160  # characters: what fits a line of a wide terminal


@dataclass(frozen=True, slots=True)
class Matched:
    """The findings, worst first, the advisories that were compared, and what could not be compared."""

    findings: tuple[Finding, ...]
    feeds: tuple[FeedUse, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class MatchOptions:
    """`max_age` is the age from which advisories count as old."""

    max_age: timedelta = timedelta(days=180)


def wanted_feeds(packages: Iterable[Package], ecosystem_of: EcosystemOf) -> tuple[str, ...]:
    """Return the OSV names of the feeds that `packages` are compared with."""
    places = (locate(package.purl, ecosystem_of) for package in packages)
    return tuple(sorted({place.feed for place in places if isinstance(place, Coordinates)}))


def match_packages(
    packages: Sequence[Package], index: AdvisoryIndex, ecosystem_of: EcosystemOf, now: datetime, options: MatchOptions
) -> Matched:
    """Compare `packages` with the advisories of `index`."""
    located, unlocated = _located(packages, ecosystem_of)
    findings = _findings(located, index, ecosystem_of)
    return Matched(findings, *_coverage(located, unlocated, index, now, options))


def match_gaps(
    packages: Sequence[Package], index: AdvisoryIndex, ecosystem_of: EcosystemOf, now: datetime, options: MatchOptions
) -> tuple[Gap, ...]:
    """Return the gaps of comparing `packages` with the advisories of `index`, without comparing them."""
    _, gaps = _coverage(*_located(packages, ecosystem_of), index, now, options)
    return gaps


def _located(
    packages: Iterable[Package], ecosystem_of: EcosystemOf
) -> tuple[dict[Coordinates, list[Package]], list[Gap]]:
    """Return `packages` by what advisories call them, and why others cannot be looked up."""
    located: dict[Coordinates, list[Package]] = {}
    gaps: list[Gap] = []
    for package in packages:
        place = locate(package.purl, ecosystem_of)
        match place:
            case Gap():
                gaps.append(place)
            case Coordinates():
                located.setdefault(place, []).append(package)
            case None:
                continue
            case _:
                assert_never(place)
    return located, gaps


def _coverage(
    located: Mapping[Coordinates, Sequence[Package]],
    unlocated: Iterable[Gap],
    index: AdvisoryIndex,
    now: datetime,
    options: MatchOptions,
) -> tuple[tuple[FeedUse, ...], tuple[Gap, ...]]:
    """Return which advisories packages are compared with, and what that leaves open."""
    counts: Counter[tuple[str, str]] = Counter()
    for place, found in located.items():
        counts[place.feed, place.release] += len(found)
    uses = feeds_used(counts, index)
    gaps = (*unlocated, *index.gaps(tuple(located)))
    return uses, (*_shared(gaps), *feed_gaps(uses, now, options.max_age))


def _findings(
    located: Mapping[Coordinates, list[Package]], index: AdvisoryIndex, ecosystem_of: EcosystemOf
) -> tuple[Finding, ...]:
    hits: dict[Coordinates, list[Hit]] = {}
    for hit in index.lookup(tuple(located)):
        hits.setdefault(hit.coordinates, []).append(hit)
    flaws = {place: collapse(found) for place, found in hits.items()}
    known = index.enrichment({cve for found in flaws.values() for flaw in found for cve in flaw.cves})
    findings = [
        finding for place, found in flaws.items() for finding in _of_version(found, located[place], known, ecosystem_of)
    ]
    return tuple(sorted(_identified(findings, ecosystem_of), key=_worst_first))


def _of_version(
    flaws: Iterable[Flaw], packages: Sequence[Package], known: Mapping[str, Enrichment], ecosystem_of: EcosystemOf
) -> Iterator[Finding]:
    """Yield a finding for each of `flaws` and `packages`, all of which have the same coordinates."""
    ecosystem = ecosystem_of(packages[0].purl.type)
    if ecosystem is None:
        return
    for flaw in flaws:
        matches = _matches(flaw, ecosystem)
        more = [known[cve] for cve in flaw.cves if cve in known]
        assessment = assess([m.advisory for m in matches], [score for entry in more for score in entry.cvss])
        template = Finding(
            fingerprint="",
            id=flaw.id,
            aliases=flaw.aliases,
            package=packages[0],
            severity=assessment.severity,
            severity_source=assessment.source,
            cvss=assessment.cvss,
            fixed=_highest((m.fixed for m in matches), ecosystem),
            title=_title(matches),
            matches=matches,
            epss=max((entry.epss for entry in more if entry.epss is not None), default=None),
            epss_percentile=max((e.epss_percentile for e in more if e.epss_percentile is not None), default=None),
            kev_added=min((entry.kev_added for entry in more if entry.kev_added), default=""),
        )
        for package in packages:
            yield replace(template, package=package)


def _matches(flaw: Flaw, ecosystem: Ecosystem) -> tuple[Match, ...]:
    """Return a match for each advisory about `flaw`: where several of its ranges hold the version, the one that ends
    last, for only a version above all of them is mended.
    """
    by_advisory: dict[str, list[Hit]] = {}
    for hit in flaw.hits:
        by_advisory.setdefault(hit.advisory.id, []).append(hit)
    return tuple(_match(hits, ecosystem) for _, hits in sorted(by_advisory.items()))


def _match(hits: Sequence[Hit], ecosystem: Ecosystem) -> Match:
    last = max(hits, key=lambda hit: _end(hit, ecosystem))
    compared = f"{last.coordinates.name} {last.coordinates.version}"
    return Match(last.advisory, last.range, compared, last.range.fixed)


def _end(hit: Hit, ecosystem: Ecosystem) -> tuple[bool, bytes]:
    """Return a sort key by which a range without a fix ends after all others."""
    return not hit.range.fixed, ecosystem.scheme.key(hit.range.fixed) or b""


def _highest(versions: Iterable[str], ecosystem: Ecosystem) -> str:
    return max((version for version in versions if version), key=lambda v: ecosystem.scheme.key(v) or b"", default="")


def _title(matches: Sequence[Match]) -> str:
    """Return the first summary, or what the first details begin with, as one line."""
    texts = [m.advisory.summary for m in matches] + [m.advisory.details for m in matches]
    line = " ".join(next((text for text in texts if text.strip()), "").split())
    if len(line) <= _TITLE:
        return line
    return line[: _TITLE - 1].rsplit(" ", 1)[0] + "…"


def _identified(findings: Iterable[Finding], ecosystem_of: EcosystemOf) -> Iterator[Finding]:
    """Yield `findings` with their fingerprints; versions of one package in one place are told apart in their order."""
    alike: dict[str, list[Finding]] = {}
    for finding in findings:
        identity = fingerprint(finding.id, finding.package.purl, finding.package.place)
        alike.setdefault(identity, []).append(finding)
    for identity, group in alike.items():
        first, *others = sorted(group, key=lambda finding: _version_order(finding.package, ecosystem_of))
        yield replace(first, fingerprint=identity)
        for ordinal, finding in enumerate(others, start=1):
            package = finding.package
            yield replace(finding, fingerprint=fingerprint(finding.id, package.purl, package.place, ordinal))


def _version_order(package: Package, ecosystem_of: EcosystemOf) -> tuple[bytes, str]:
    ecosystem = ecosystem_of(package.purl.type)
    key = ecosystem.scheme.key(package.purl.version or "") if ecosystem else None
    return key or b"", purl_text(package.purl)


def _worst_first(finding: Finding) -> tuple[int, float, str, str, str]:
    score = finding.cvss[0].score if finding.cvss else 0.0
    package = finding.package
    return finding.severity.rank, -score, purl_text(package.purl), package.place, finding.id


def _shared(gaps: Iterable[Gap]) -> Iterator[Gap]:
    """Yield each of `gaps` once, with the number of packages that share it."""
    for gap, count in Counter(gaps).items():
        yield gap if count == 1 else replace(gap, reason=f"{gap.reason} ({count} packages)")
