"""What matching asks of the advisory database."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from hullcheck.model.advisory import Advisory, AffectedRange, Enrichment
from hullcheck.model.gap import Gap

# The origin of what the built-in starter set holds.
STARTER_ORIGIN = "built-in starter set"


@dataclass(frozen=True, slots=True)
class Coordinates:
    """A package version in the terms of a feed.

    `feed` is the ecosystem's name in OSV before the colon, `release` what stands behind it ("" for none), `name` and
    `version` what the feed lists the package under, `key` the version's key in the ecosystem's scheme.
    """

    feed: str
    release: str
    name: str
    version: str
    key: bytes


@dataclass(frozen=True, slots=True)
class Hit:
    """A range of an advisory that holds the version of `coordinates`."""

    coordinates: Coordinates
    advisory: Advisory
    range: AffectedRange


@dataclass(frozen=True, slots=True)
class FeedState:
    """What the database holds for a release of a feed: see `FeedUse` for the fields."""

    advisories: int
    fetched: str
    data_until: str
    origin: str


class AdvisoryIndex(Protocol):
    """The advisories that are at hand."""

    def lookup(self, wanted: Collection[Coordinates]) -> Iterator[Hit]:
        """Yield the ranges that hold a version of `wanted`, in the order of `wanted`, then of advisory id."""

    def gaps(self, wanted: Collection[Coordinates]) -> Iterator[Gap]:
        """Yield what `wanted` could not be compared with: advisories with a bound that cannot be ordered."""

    def state(self, feed: str, release: str) -> FeedState | None:
        """Return what is known for `release` of `feed`, None where nothing is."""

    def enrichment(self, cves: Collection[str]) -> Mapping[str, Enrichment]:
        """Return what other sources say of `cves`, for those that they mention."""
