"""The built-in starter set: the best-known flaws, for a scan that can have no database.

It is a list of facts in `starter.toml`, far from complete: a result that rests on it says so.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from hullcheck.advisories.names import canonical_name
from hullcheck.advisories.severities import Scores
from hullcheck.formats.node import Node
from hullcheck.formats.toml import read_toml
from hullcheck.model.advisory import Advisory, AffectedRange, Enrichment, Reference
from hullcheck.model.gap import Gap
from hullcheck.model.lookup import Coordinates, FeedState, Hit
from hullcheck.model.source_file import SourceFile
from hullcheck.versions.bounds import Interval, interval
from hullcheck.versions.scheme import Scheme

FEED = "starter"
ORIGIN = "built-in starter set"

_FILE = "starter.toml"


@dataclass(frozen=True, slots=True)
class _Affected:
    """Versions of a package that an advisory is about."""

    keys: Interval
    range: AffectedRange
    advisory: Advisory


class StarterSet:
    """An `AdvisoryIndex` of the starter set; `schemes` orders the versions of feeds by their name in OSV."""

    def __init__(self, schemes: Mapping[str, Scheme]) -> None:
        content = files("hullcheck.advisories").joinpath(_FILE).read_bytes()
        document = read_toml(SourceFile(_FILE, content))
        self._data_until = document.text("data_until")
        self._affected: dict[tuple[str, str, str], list[_Affected]] = {}
        self._ids: dict[tuple[str, str], set[str]] = {}
        self._exploited: dict[str, str] = {}
        scores = Scores()
        for flaw in document.nodes("flaw"):
            self._add(flaw, _advisory(flaw, scores), schemes)

    def lookup(self, wanted: Collection[Coordinates]) -> Iterator[Hit]:
        """Yield the ranges that hold a version of `wanted`, in the order of `wanted`, then of advisory id."""
        for place in wanted:
            name = canonical_name(place.feed, place.name)
            for affected in self._affected.get((place.feed, place.release, name), ()):
                if place.key in affected.keys:
                    yield Hit(place, affected.advisory, affected.range)

    def gaps(self, wanted: Collection[Coordinates]) -> Iterator[Gap]:  # noqa: ARG002
        """Yield nothing: every bound can be ordered."""
        return iter(())

    def state(self, feed: str, release: str) -> FeedState | None:
        """Return how many flaws there are for `release` of `feed`, None for none."""
        ids = self._ids.get((feed, release))
        return FeedState(len(ids), "", self._data_until, ORIGIN) if ids else None

    def enrichment(self, cves: Collection[str]) -> Mapping[str, Enrichment]:
        """Return since when the flaws among `cves` are known to be exploited."""
        return {cve: Enrichment(cve, kev_added=self._exploited[cve]) for cve in cves if cve in self._exploited}

    def _add(self, flaw: Node, advisory: Advisory, schemes: Mapping[str, Scheme]) -> None:
        if exploited := flaw.text_or_none("kev"):
            self._exploited[advisory.id] = exploited
        for node in flaw.nodes("affected"):
            feed = node.text("feed")
            if feed not in schemes:
                continue
            affected = [_affected(text, node, advisory, schemes[feed]) for text in node.texts("ranges")]
            for release in node.texts("releases") or ("",):
                place = (feed, release, canonical_name(feed, node.text("package")))
                self._affected.setdefault(place, []).extend(affected)
                self._ids.setdefault((feed, release), set()).add(advisory.id)


def _affected(text: str, node: Node, advisory: Advisory, scheme: Scheme) -> _Affected:
    introduced, _, fixed = text.partition(" < ")
    versions = AffectedRange(introduced, fixed)
    keys = interval(scheme, versions)
    if keys is None:
        raise node.malformed("ranges", f"{text!r} cannot be ordered")
    return _Affected(keys, versions, advisory)


def _advisory(flaw: Node, scores: Scores) -> Advisory:
    cve = flaw.text("id")
    cvss = scores.cvss(flaw.text("cvss"), FEED)
    if cvss is None:
        raise flaw.malformed("cvss", "not a CVSS vector")
    return Advisory(
        id=cve,
        feed=FEED,
        aliases=flaw.texts("aliases"),
        upstream=(),
        summary=flaw.text("title"),
        details="",
        published="",
        modified="",
        cvss=(cvss,),
        ratings=(),
        cwes=flaw.texts("cwes"),
        references=(Reference("ADVISORY", f"https://www.cve.org/CVERecord?id={cve}"),),
    )
