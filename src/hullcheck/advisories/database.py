"""The advisory database: shards in a directory, opened when they are needed."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from hullcheck.advisories.common_shard import CommonShard
from hullcheck.advisories.schema import COMMON, file_name
from hullcheck.advisories.shard import Shard
from hullcheck.advisories.shard_file import is_there
from hullcheck.model.advisory import Enrichment
from hullcheck.model.gap import Gap
from hullcheck.model.lookup import Coordinates, FeedState, Hit
from hullcheck.versions.scheme import Scheme

# Packages that are looked up at once: enough for the join to pay, few enough for their hits to fit in memory.
_AT_ONCE = 1000


class Database:
    """An `AdvisoryIndex` of the shards in `directory`; `schemes` orders the versions of feeds by their name in OSV.

    A shard is opened with the first question about its feed, and stays as it was then until the database is closed. One
    that is damaged, or was made by another version, raises `DatabaseError`; one that is missing holds nothing.
    """

    def __init__(self, directory: Path, schemes: Mapping[str, Scheme]) -> None:
        self._directory = directory
        self._schemes = schemes
        self._opened = ExitStack()
        self._shards: dict[str, Shard | None] = {}
        # At most one, None until it is asked for.
        self._common: tuple[CommonShard, ...] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the files that were opened."""
        self._opened.close()
        self._shards.clear()
        self._common = None

    def lookup(self, wanted: Collection[Coordinates]) -> Iterator[Hit]:
        """Yield the ranges that hold a version of `wanted`, in the order of `wanted`, then of advisory id."""
        for places in _batches(wanted):
            hits = [found for shard, part in self._by_shard(places) for found in shard.hits(part)]
            yield from (hit for _, hit in sorted(hits, key=_number))

    def gaps(self, wanted: Collection[Coordinates]) -> Iterator[Gap]:
        """Yield what `wanted` could not be compared with: advisories with a bound that cannot be ordered."""
        for places in _batches(wanted):
            gaps = [found for shard, part in self._by_shard(places) for found in shard.gaps(part)]
            yield from (gap for _, gap in sorted(gaps, key=_number))

    def state(self, feed: str, release: str) -> FeedState | None:
        """Return what is known for `release` of `feed`, None where nothing is."""
        shard = self._shard(feed)
        return shard.state(release) if shard else None

    def enrichment(self, cves: Collection[str]) -> Mapping[str, Enrichment]:
        """Return what other sources say of `cves`, for those that they mention."""
        if self._common is None:
            path = self._directory / file_name(COMMON)
            self._common = (self._opened.enter_context(closing(CommonShard(path))),) if is_there(path) else ()
        return {cve: found for shard in self._common for cve, found in shard.enrichment(sorted(cves))}

    def _by_shard(self, places: Mapping[int, Coordinates]) -> Iterator[tuple[Shard, Mapping[int, Coordinates]]]:
        """Yield each shard that `places` need, with the part of them that is about it."""
        feeds: dict[str, dict[int, Coordinates]] = {}
        for number, place in places.items():
            feeds.setdefault(place.feed, {})[number] = place
        for feed, part in feeds.items():
            if shard := self._shard(feed):
                yield shard, part

    def _shard(self, feed: str) -> Shard | None:
        if feed not in self._shards:
            self._shards[feed] = self._open(feed)
        return self._shards[feed]

    def _open(self, feed: str) -> Shard | None:
        path, scheme = self._directory / file_name(feed), self._schemes.get(feed)
        if scheme is None or not is_there(path):
            return None
        return self._opened.enter_context(closing(Shard(path, feed, scheme)))


def _batches(wanted: Iterable[Coordinates]) -> Iterator[Mapping[int, Coordinates]]:
    numbered = enumerate(wanted)
    while batch := dict(islice(numbered, _AT_ONCE)):
        yield batch


def _number(found: tuple[int, object]) -> int:
    return found[0]
