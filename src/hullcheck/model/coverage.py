"""What a scan looked at, with which data, and what it could not look at."""

from dataclasses import dataclass

from hullcheck.model.gap import Gap


@dataclass(frozen=True, slots=True)
class Examined:
    """How many files an analyzer read, and how many packages it found in them."""

    analyzer: str
    files: int
    packages: int


@dataclass(frozen=True, slots=True)
class FeedUse:
    """The advisories that packages were compared with.

    `feed` is the ecosystem's name in OSV, `release` the part behind the colon ("12", "v3.20"; "" for none),
    `packages` how many packages of the target were compared, `advisories` how many records the feed holds for that
    release, `fetched` when they were fetched, `data_until` the time up to which 99 % of them were last
    changed; times are RFC 3339, "" if not known. `origin` is where they come from.
    """

    feed: str
    release: str
    packages: int
    advisories: int
    fetched: str
    data_until: str
    origin: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was looked at, and what was not: a result without gaps is complete.

    `excluded` are the globs by which the user left files and directories out, those of directories with "/" at the end.
    """

    examined: tuple[Examined, ...]
    feeds: tuple[FeedUse, ...]
    gaps: tuple[Gap, ...]
    excluded: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Say whether everything was looked at."""
        return not self.gaps
