"""Making and updating the database."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from hullcheck.advisories.refresh import Refresh, Refreshed, refresh
from hullcheck.advisories.schema import COMMON
from hullcheck.errors import DatabaseError


@dataclass(frozen=True, slots=True)
class Built:
    """What became of each shard, and the ecosystems of the source whose versions cannot be ordered, both sorted."""

    shards: tuple[Refreshed, ...]
    left_out: tuple[str, ...]


def build(task: Refresh) -> Built:
    """Make a shard of every feed that the source has and `schemes` covers, and the common one, whatever their age.

    A feed that fails keeps its old shard, and is told of in what is returned.
    """
    offered = task.source.ecosystems()
    feeds = sorted(task.schemes) if offered is None else [name for name in offered if name in task.schemes]
    if not feeds:
        raise DatabaseError(
            f"{task.source.address}: no advisories of an ecosystem that is known",
            hint="name a folder or address that has ECOSYSTEM/all.zip, such as PyPI/all.zip, below it",
        )
    # Older exports have a folder for each release, "Debian:12", beside the one that holds them all.
    left_out = {name for name in offered or () if name.partition(":")[0] not in task.schemes}
    return Built(_refreshed((*feeds, COMMON), replace(task, max_age=None)), tuple(sorted(left_out)))


def update(shards: Collection[str], task: Refresh) -> tuple[Refreshed, ...]:
    """Bring `shards` up to date: feeds that a target needs, `COMMON`; those without a scheme are passed over.

    The public OSV bucket has no common shard's files. Without a network, what is there stays in use.
    """
    return _refreshed([shard for shard in shards if shard in task.schemes or shard == COMMON], task)


def _refreshed(shards: Collection[str], task: Refresh) -> tuple[Refreshed, ...]:
    return tuple(refresh(shard, task) for shard in sorted(shards))
