"""The advisories that a scan can have: the database, downloads for what it lacks, and the starter set for the rest."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hullcheck.advisories.database import Database
from hullcheck.advisories.schema import COMMON, file_name
from hullcheck.advisories.shard_file import is_there
from hullcheck.advisories.sources import OSV_BUCKET, Source
from hullcheck.advisories.status import is_fresh, is_usable, shard_status
from hullcheck.model.advisory import Enrichment
from hullcheck.model.gap import Gap
from hullcheck.model.lookup import AdvisoryIndex, Coordinates, FeedState, Hit
from hullcheck.model.progress import Progress
from hullcheck.versions.scheme import Scheme

if TYPE_CHECKING:
    from hullcheck.advisories.starter import StarterSet

# OSV exports anew about once an hour; a day is what a pipeline that runs often can live with.
MAX_AGE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Provision:
    """How advisories are provided: from `directory`, and from `source` if that is not None (off-line).

    `schemes` orders the versions of the feeds, by their names in OSV; `warn` is told what went wrong.
    """

    directory: Path
    source: Source | None
    schemes: Mapping[str, Scheme]
    now: datetime
    progress: Progress
    warn: Callable[[str], None]


@contextmanager
def at_hand(feeds: Collection[str], provision: Provision) -> Iterator[AdvisoryIndex]:
    """Open the advisories of `feeds`.

    A shard that is missing is downloaded, and one that came from the same source is asked for news once a day; one
    that was built from elsewhere stays as it is. The starter set stands in for what cannot be had. A shard that is
    there and cannot be used raises `DatabaseError`: less than what the user believes to have would be worse.
    """
    if provision.source is not None and (stale := _stale(feeds, provision.source, provision)):
        _download(stale, provision.source, provision)
    missing = frozenset(feed for feed in feeds if not is_there(provision.directory / file_name(feed)))
    with Database(provision.directory, provision.schemes) as database:
        yield _with_starter(database, missing, provision) if missing else database


def _with_starter(database: Database, missing: frozenset[str], provision: Provision) -> AdvisoryIndex:
    # 15 ms that scans with a database are spared.
    from hullcheck.advisories.starter import StarterSet

    return _Joined(database, StarterSet(provision.schemes), missing)


def _stale(feeds: Collection[str], source: Source, provision: Provision) -> tuple[str, ...]:
    """Return the shards that `source` is asked for. The public bucket has nothing for the common one."""
    wanted = [*feeds, COMMON] if feeds and source.address != OSV_BUCKET else list(feeds)
    return tuple(shard for shard in wanted if _is_asked_for(shard, source, provision))


def _is_asked_for(shard: str, source: Source, provision: Provision) -> bool:
    path = provision.directory / file_name(shard)
    if not is_there(path):
        return True
    found = shard_status(path)
    if found.error or found.origin.source != source.address:
        return bool(found.error)
    return not (is_usable(found, shard, provision.schemes.get(shard)) and is_fresh(path, provision.now, MAX_AGE))


def _download(shards: Collection[str], source: Source, provision: Provision) -> None:
    # 60 ms that scans are spared that find all they need.
    from hullcheck.advisories.build import update
    from hullcheck.advisories.refresh import Outcome, Refresh

    task = Refresh(source, provision.directory, provision.schemes, provision.now, MAX_AGE, provision.progress)
    refreshed = update(shards, task)
    failed = [one for one in refreshed if one.outcome is Outcome.FAILED]
    if failed:
        names = ", ".join(one.shard for one in failed)
        provision.warn(f"could not be downloaded: {names}: {failed[0].error}")
    absent = [one.shard for one in refreshed if one.outcome is Outcome.ABSENT and not one.usable]
    if missing := ", ".join(shard for shard in absent if shard != COMMON):
        provision.warn(f"{source.address} has no advisories of {missing}")


class _Joined:
    """A database, and the starter set for the feeds in `missing`."""

    def __init__(self, database: Database, starter: "StarterSet", missing: frozenset[str]) -> None:
        self._database = database
        self._starter = starter
        self._missing = missing

    def lookup(self, wanted: Collection[Coordinates]) -> Iterator[Hit]:
        order = {place: number for number, place in enumerate(wanted)}
        here, missing = self._split(wanted)
        hits = [*self._database.lookup(here), *self._starter.lookup(missing)]
        yield from sorted(hits, key=lambda hit: order[hit.coordinates])

    def gaps(self, wanted: Collection[Coordinates]) -> Iterator[Gap]:
        here, missing = self._split(wanted)
        yield from self._database.gaps(here)
        yield from self._starter.gaps(missing)

    def state(self, feed: str, release: str) -> FeedState | None:
        return (self._starter if feed in self._missing else self._database).state(feed, release)

    def enrichment(self, cves: Collection[str]) -> Mapping[str, Enrichment]:
        return {**self._starter.enrichment(cves), **self._database.enrichment(cves)}

    def _split(self, wanted: Collection[Coordinates]) -> tuple[list[Coordinates], list[Coordinates]]:
        here = [place for place in wanted if place.feed not in self._missing]
        return here, [place for place in wanted if place.feed in self._missing]
