"""The shard of a feed: its records as ranges of keys."""

from collections.abc import Iterator
from pathlib import Path

from hullcheck.advisories.archive import Member, RecordArchive, Unreadable
from hullcheck.advisories.bodies import learn_dictionary
from hullcheck.advisories.feed_tables import FeedTables
from hullcheck.advisories.origin import Origin
from hullcheck.advisories.osv import Record, RecordReader
from hullcheck.advisories.placement import scratch
from hullcheck.advisories.schema import FEED_TABLES
from hullcheck.advisories.shard_file import creating, record_origin
from hullcheck.errors import DatabaseError, MalformedFile
from hullcheck.model.advisory import Advisory
from hullcheck.model.progress import Progress
from hullcheck.versions.scheme import Scheme

# Records from which the dictionary of the bodies is learnt, evenly spread over the archive.
_SAMPLES = 2000
_RECORDS_A_STEP = 500
_COUNTS = ("advisories", "undecided", "withdrawn")


def write_feed_shard(
    path: Path, archive: RecordArchive, feed: str, scheme: Scheme, origin: Origin, progress: Progress
) -> None:
    """Write what `archive` says of the packages of `feed` to `path`.

    Raises `DatabaseError` where it says nothing, or most of its records cannot be read: whatever it is, it is not this
    feed, and what was there before is better.
    """
    reader = RecordReader(feed, scheme)
    dictionary = learn_dictionary(_sample(archive, reader))
    with scratch(path, "staging") as staging, creating(path, FEED_TABLES) as connection:
        tables = FeedTables(connection, staging, dictionary)
        progress.start(f"building the advisories of {feed}", len(archive))
        for done, outcome in enumerate(_outcomes(archive, reader)):
            if done % _RECORDS_A_STEP == 0:
                progress.advance(min(_RECORDS_A_STEP, len(archive) - done))
            if isinstance(outcome, Record):
                tables.add(outcome)
            else:
                tables.problems.leave_out(outcome.name, outcome.reason)
        _check_worth(feed, tables, len(archive))
        tables.finish()
        meta = {"shard": feed, "scheme": scheme.name, "scheme_number": str(scheme.number)}
        meta["left_out"] = str(tables.problems.left_out)
        record_origin(connection, origin, meta | {name: str(tables.counts[name]) for name in _COUNTS})


def _outcomes(archive: RecordArchive, reader: RecordReader, step: int = 1) -> Iterator[Record | Unreadable]:
    for member in archive.records(step):
        yield _read(member, reader) if isinstance(member, Member) else member


def _read(member: Member, reader: RecordReader) -> Record | Unreadable:
    try:
        return reader.read(member.name, member.content)
    except MalformedFile as error:
        return Unreadable(member.name, error.problem)


def _sample(archive: RecordArchive, reader: RecordReader) -> Iterator[Advisory]:
    for outcome in _outcomes(archive, reader, len(archive) // _SAMPLES + 1):
        if isinstance(outcome, Record) and outcome.statements:
            yield outcome.statements[0].advisory


def _check_worth(feed: str, tables: FeedTables, records: int) -> None:
    left_out = tables.problems.left_out
    if left_out > records // 2:
        raise DatabaseError(f"{feed}: {left_out} of its {records} records cannot be read")
    if not tables.counts["advisories"]:
        raise DatabaseError(f"{feed}: none of its {records} records is an advisory about a package of it")
