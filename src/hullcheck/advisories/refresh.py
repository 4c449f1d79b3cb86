"""Bringing one shard up to date."""

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from hullcheck.advisories.archive import RecordArchive
from hullcheck.advisories.common_shard import write_common_shard
from hullcheck.advisories.common_sources import FILES
from hullcheck.advisories.feed_shard import write_feed_shard
from hullcheck.advisories.origin import FileVersion, Origin
from hullcheck.advisories.placement import replacement, scratch, sole_writer, writing
from hullcheck.advisories.schema import COMMON, file_name
from hullcheck.advisories.sources import Absent, Answer, Fetched, Source, Unchanged, archive_of, fetch
from hullcheck.advisories.status import ShardStatus, is_fresh, is_usable, shard_status
from hullcheck.errors import DatabaseError, NetworkError
from hullcheck.model.progress import Progress
from hullcheck.versions.scheme import Scheme


class Outcome(StrEnum):
    """What became of a shard."""

    BUILT = "built"
    FRESH = "fresh"  # it is younger than asked for
    UNCHANGED = "unchanged"  # the source has nothing newer
    ABSENT = "absent"  # the source does not have it
    FAILED = "failed"  # the one that was there is still in use


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of a shard, why it failed, and whether there is one now that can be used."""

    shard: str
    outcome: Outcome
    usable: bool
    error: DatabaseError | NetworkError | None = None


@dataclass(frozen=True, slots=True)
class Refresh:
    """How shards are brought up to date: from `source`, in `directory`, at the time `now`.

    A shard that was last found to be the newest less than `max_age` ago is left as it is; None makes it anew in any
    case. `schemes` orders the versions of the feeds, by their names in OSV.
    """

    source: Source
    directory: Path
    schemes: Mapping[str, Scheme]
    now: datetime
    max_age: timedelta | None
    progress: Progress


def refresh(shard: str, task: Refresh) -> Refreshed:
    """Bring `shard`, a feed or `COMMON`, up to date; what fails leaves the old one in use."""
    path = task.directory / file_name(shard)
    try:
        with sole_writer(path):
            outcome = _outcome(shard, path, task)
    except (DatabaseError, NetworkError) as error:
        return Refreshed(shard, Outcome.FAILED, _current(shard, path, task) is not None, error)
    return Refreshed(shard, outcome, outcome is not Outcome.ABSENT or _current(shard, path, task) is not None)


def _outcome(shard: str, path: Path, task: Refresh) -> Outcome:
    current = _current(shard, path, task)
    if current and task.max_age is not None and is_fresh(path, task.now, task.max_age):
        return Outcome.FRESH
    with ExitStack() as downloads:
        answers = _answers(shard, path, _known(current, task), downloads, task)
        fetched = {name: answer for name, answer in answers.items() if isinstance(answer, Fetched)}
        if fetched:
            _build(shard, path, fetched, task)
            return Outcome.BUILT
    if not any(isinstance(answer, Unchanged) for answer in answers.values()):
        return Outcome.ABSENT
    with writing(path):
        _mark_as_newest(path, task.now)
    return Outcome.UNCHANGED


def _current(shard: str, path: Path, task: Refresh) -> ShardStatus | None:
    """Return the status of the shard that is there, None where there is none that can be used."""
    found = shard_status(path)
    return found if is_usable(found, shard, task.schemes.get(shard)) else None


def _mark_as_newest(path: Path, now: datetime) -> None:
    os.utime(path, (now.timestamp(), now.timestamp()))


def _known(current: ShardStatus | None, task: Refresh) -> Mapping[str, FileVersion]:
    """Return the versions of the files that need not be sent again: those of the same source."""
    if current is None or task.max_age is None or current.origin.source != task.source.address:
        return {}
    return {file.name: file for file in current.origin.files}


def _answers(
    shard: str, path: Path, known: Mapping[str, FileVersion], downloads: ExitStack, task: Refresh
) -> Mapping[str, Answer]:
    """Fetch the files of `shard`: all of them if one has changed."""
    names = tuple(FILES) if shard == COMMON else (archive_of(shard),)
    places = {name: downloads.enter_context(scratch(path, f"{count}.part")) for count, name in enumerate(names)}
    answers = {name: fetch(task.source, name, places[name], known.get(name), task.progress) for name in names}
    gone = any(isinstance(answer, Absent) and name in known for name, answer in answers.items())
    if not gone and not any(isinstance(answer, Fetched) for answer in answers.values()):
        return answers
    missing = [name for name, answer in answers.items() if isinstance(answer, Unchanged)]
    return answers | {name: fetch(task.source, name, places[name], None, task.progress) for name in missing}


def _build(shard: str, path: Path, fetched: Mapping[str, Fetched], task: Refresh) -> None:
    versions = tuple(file.version for _, file in sorted(fetched.items()))
    origin = Origin(task.source.address, rfc3339(task.now), versions)
    with replacement(path) as beside:
        if shard == COMMON:
            write_common_shard(beside, {name: file.path for name, file in fetched.items()}, origin, task.progress)
        else:
            with RecordArchive(fetched[archive_of(shard)].path) as archive:
                write_feed_shard(beside, archive, shard, task.schemes[shard], origin, task.progress)
        with writing(path):
            _mark_as_newest(beside, task.now)


def rfc3339(moment: datetime) -> str:
    """Return `moment` in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
