"""Whose severity counts.

The order, documented for users in docs/how-it-works.md: the distribution's own rating of its package; the CVSS score of
an advisory that matched, newest CVSS version first; an advisory's rating in words; the CVSS score that another
source gives the CVE. All are kept in the finding.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hullcheck.model.advisory import Advisory
from hullcheck.model.severity import Cvss, Rating, Severity

# CVSS v3.1 specification, section 5: the qualitative scale, which v4.0 keeps. 0.0 is "None": nothing to rank below it.
_SCALE = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.1, Severity.LOW))


@dataclass(frozen=True, slots=True)
class Assessment:
    """A severity, whose it is, and every CVSS score that was at hand, the one that counts first."""

    severity: Severity
    source: str
    cvss: tuple[Cvss, ...]


def assess(advisories: Sequence[Advisory], others: Iterable[Cvss]) -> Assessment:
    """Return the severity of the flaw that `advisories` are about; `others` are scores from outside of them."""
    own = _ranked(score for advisory in advisories for score in advisory.cvss)
    foreign = _ranked(others)
    scores = tuple(dict.fromkeys((*own, *foreign)))
    ratings = [(rating, rating.source == advisory.feed) for advisory in advisories for rating in advisory.ratings]
    if distribution := _worst(rating for rating, is_feeds_own in ratings if is_feeds_own):
        return Assessment(distribution.severity, distribution.source, scores)
    if own:
        return _scored(own[0], scores)
    if stated := _worst(rating for rating, _ in ratings):
        return Assessment(stated.severity, stated.source, scores)
    if foreign:
        return _scored(foreign[0], scores)
    return Assessment(Severity.UNKNOWN, "", ())


def from_score(score: float) -> Severity:
    """Return the qualitative severity of a CVSS base score."""
    return next((severity for floor, severity in _SCALE if score >= floor), Severity.NEGLIGIBLE)


def _scored(cvss: Cvss, scores: tuple[Cvss, ...]) -> Assessment:
    return Assessment(from_score(cvss.score), f"{cvss.source} (CVSS {cvss.version})", scores)


def _ranked(scores: Iterable[Cvss]) -> list[Cvss]:
    """Return `scores`, the newest version first, the worst of one version first."""
    return sorted(scores, key=lambda cvss: (cvss.version, cvss.score, cvss.source, cvss.vector), reverse=True)


def _worst(ratings: Iterable[Rating]) -> Rating | None:
    known = (rating for rating in ratings if rating.severity is not Severity.UNKNOWN)
    return min(known, key=lambda rating: (rating.severity.rank, rating.source), default=None)
