"""`hullcheck db build`, `update` and `status`."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

from hullcheck.advisories.build import build, update
from hullcheck.advisories.refresh import Outcome, Refresh, Refreshed
from hullcheck.advisories.sources import OSV_BUCKET, source_at
from hullcheck.advisories.status import ShardStatus, status
from hullcheck.cli import clock
from hullcheck.cli.messages import Messages, one_line
from hullcheck.cli.progress import watched
from hullcheck.cli.stdout import show
from hullcheck.config.assemble import database_directory, http_options
from hullcheck.config.settings import Settings
from hullcheck.ecosystems.table import schemes
from hullcheck.errors import DatabaseError, InvalidParameter
from hullcheck.net.http import Http

_MEGABYTE = 1_000_000
_WORDS = {
    Outcome.BUILT: "built",
    Outcome.FRESH: "up to date",
    Outcome.UNCHANGED: "nothing newer",
    Outcome.ABSENT: "not there",
    Outcome.FAILED: "failed",
}


def _build(settings: Settings) -> int:
    place = settings.text("from")
    if not place:
        raise InvalidParameter("db build: --from is missing", hint="name a directory or URL with ECOSYSTEM/all.zip")
    return _build_from(place, settings)


def _build_from(place: str, settings: Settings) -> int:
    messages = Messages(sys.stderr, quiet=settings.flag("quiet"))
    with ExitStack() as opened:
        built = build(_task(place, settings, opened))
    if built.left_out:
        messages.note(f"left out, as no package of them is found yet: {', '.join(built.left_out)}")
    return _tell(built.shards, settings, messages)


def _update(settings: Settings) -> int:
    """Bring each shard up to date from where it came from, or all from the source that is named.

    Where there is none yet, all that the source has are made.
    """
    messages = Messages(sys.stderr, quiet=settings.flag("quiet"))
    there = [shard for shard in status(database_directory(settings)) if not shard.error]
    if not there:
        return _build_from(settings.text("db-source") or OSV_BUCKET, settings)
    named = settings.text("db-source")
    places: dict[str, list[str]] = {}
    for shard in there:
        places.setdefault(named or shard.origin.source, []).append(shard.shard)
    with ExitStack() as opened:
        refreshed = [
            one
            for place, shards in places.items()
            for one in update(shards, replace(_task(place, settings, opened), max_age=timedelta(0)))
        ]
    return _tell(refreshed, settings, messages)


def _task(place: str, settings: Settings, opened: ExitStack) -> Refresh:
    progress = opened.enter_context(watched(sys.stderr, quiet=settings.flag("quiet")))
    http = opened.enter_context(Http(http_options(settings, os.environ), os.environ))
    directory, now = database_directory(settings), clock.now(os.environ)
    return Refresh(source_at(place, http), directory, schemes(), now, None, progress)


def _tell(shards: Iterable[Refreshed], settings: Settings, messages: Messages) -> int:
    """Say what became of `shards`; one that failed makes the whole fail, although the others were written."""
    failed = [shard for shard in shards if shard.outcome is Outcome.FAILED]
    for shard in shards:
        reason = f": {shard.error}" if shard.error else ""
        messages.note(f"{shard.shard}: {_WORDS[shard.outcome]}{reason}")
    if failed:
        names = ", ".join(shard.shard for shard in failed)
        raise DatabaseError(f"{names}: not updated, what was there is still in use", hint="see the lines above")
    messages.note(f"database: {database_directory(settings)}")
    return 0


def _status(settings: Settings) -> int:
    directory = database_directory(settings)
    shards = status(directory)
    lines = [f"{directory}: " + (f"{len(shards)} shard{'s' * (len(shards) > 1)}" if shards else "empty")]
    for shard in shards:
        lines += _shard_lines(shard)
    show("".join(f"{one_line(line)}\n" for line in lines))
    broken = [shard for shard in shards if shard.error]
    if broken:
        others = f", and so it is with {len(broken) - 1} more" if broken[1:] else ""
        raise DatabaseError(f"{broken[0].error}{others}", hint="make it anew with `hullcheck db build`")
    return 0


def _shard_lines(shard: ShardStatus) -> Iterable[str]:
    size = f"{shard.size / _MEGABYTE:.1f} MB"
    if shard.error:
        yield f"  {shard.shard}  {size}  cannot be used: {shard.error}"
        return
    advisories = f"  {shard.contents.advisories} advisories" if shard.contents else ""
    yield f"  {shard.shard}{advisories}  {size}  fetched {shard.origin.fetched} from {shard.origin.source}"
    if shard.left_out:
        yield f"      {shard.left_out} records could not be read, such as {shard.problems[0].record}"
    for release in shard.contents.releases if shard.contents else ():
        name = f"{shard.shard}:{release.release}" if release.release else shard.shard
        yield f"      {name}  {release.advisories} advisories, data until {release.data_until[:10]}"


COMMANDS: Mapping[str, Callable[[Settings], int]] = {
    "db build": _build,
    "db status": _status,
    "db update": _update,
}
