"""How far the work on the database is."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Activity(StrEnum):
    """What is done for a shard."""

    DOWNLOAD = "download"  # counted in bytes
    BUILD = "build"  # counted in records


@dataclass(frozen=True, slots=True)
class Step:
    """`done` of `total` units of an activity for a shard; `total` is 0 where it is not known."""

    shard: str
    activity: Activity
    done: int
    total: int


Progress = Callable[[Step], None]


def unseen(step: Step) -> None:
    """Show nothing of `step`."""
