"""Which advisories packages were compared with, and what that leaves open."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from hullcheck.model.coverage import FeedUse
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.lookup import STARTER_ORIGIN, AdvisoryIndex

_UPDATE = "run `hullcheck db update`, or build a database with `hullcheck db build --from`"


def feeds_used(packages: Mapping[tuple[str, str], int], index: AdvisoryIndex) -> tuple[FeedUse, ...]:
    """Return what `index` holds for the feeds and releases of `packages`, which counts packages for each."""
    return tuple(_use(feed, release, count, index) for (feed, release), count in sorted(packages.items()))


def feed_gaps(uses: Iterable[FeedUse], now: datetime, max_age: timedelta) -> Iterator[Gap]:
    """Yield what `uses` leave open: no advisories, the starter set only, or data that ends before `now` - `max_age`."""
    for use in uses:
        subject = f"{use.feed}:{use.release}" if use.release else use.feed
        if use.origin == STARTER_ORIGIN:
            yield Gap(
                GapKind.STARTER_ADVISORIES,
                subject,
                f"only the {use.advisories} best-known advisories of the built-in starter set were compared",
                _UPDATE,
            )
        elif not use.advisories:
            yield Gap(GapKind.NO_ADVISORIES, subject, "the database holds no advisories for it", _UPDATE)
        elif _ends_before(use.data_until, now - max_age):
            yield Gap(
                GapKind.OLD_ADVISORIES,
                subject,
                f"its advisories end on {use.data_until[:10]}, newer flaws are not known",
                "update the database; a release at its end of life gets no further advisories: move to a newer one",
            )


def _use(feed: str, release: str, packages: int, index: AdvisoryIndex) -> FeedUse:
    state = index.state(feed, release)
    if state is None:
        return FeedUse(feed, release, packages, 0, "", "", "")
    return FeedUse(feed, release, packages, state.advisories, state.fetched, state.data_until, state.origin)


def _ends_before(time: str, limit: datetime) -> bool:
    """Say whether `time` (RFC 3339) is before `limit`; a time that is not known is."""
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return True
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) < limit
