"""Shards as SQLite files: created, checked, opened."""

import sqlite3
import stat
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from hullcheck.advisories.origin import FileVersion, Origin
from hullcheck.advisories.placement import unwritable, writing
from hullcheck.advisories.schema import APPLICATION, SCHEMA_VERSION
from hullcheck.errors import DatabaseError

REBUILD = "fetch it anew with `hullcheck db update`, or build it with `hullcheck db build --from DIR_OR_URL`"

_LONGEST = 200

# The file is not in use before it is complete and on the disk: it needs neither a journal nor a sync for each write.
_CREATE = f"""
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {SCHEMA_VERSION};
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -65536;
"""


@contextmanager
def creating(path: Path, tables: str) -> Iterator[sqlite3.Connection]:
    """Hand out a new shard with empty `tables` at `path`, commit what was written to it, and check it."""
    with writing(path), _saying_what(path), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(_CREATE + tables)
        yield connection
        connection.execute("COMMIT")
    with closing(open_shard(path)) as connection, reading(path):
        problems = [row[0] for row in connection.execute("PRAGMA quick_check(1)")]
        if problems != ["ok"]:
            raise damaged(path, problems[0])


def open_shard(path: Path) -> sqlite3.Connection:
    """Open a shard for reading, or raise `DatabaseError` where it is damaged or of another version of the schema.

    SQLite is told that nobody changes the file: it is only ever replaced by another.
    """
    with reading(path):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)
        try:
            _check_version(path, connection)
            connection.execute("PRAGMA temp_store = MEMORY")
        except BaseException:
            connection.close()
            raise
    return connection


def is_there(path: Path) -> bool:
    """Say whether there is a shard at `path`; what is there and is no file, or may not be looked at, is an error."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    except OSError as error:
        raise damaged(path, error.strerror) from error
    if not stat.S_ISREG(mode):
        raise damaged(path, "it is not a regular file")
    return True


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what SQLite says against reading `path` into the project's error."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:
        # The latter: SQLite's message quotes what is damaged.
        raise damaged(path, error) from error


def damaged(path: Path, problem: object) -> DatabaseError:
    """Return the error that `path` cannot be used because of `problem`."""
    shown = "".join(character if character.isprintable() else "?" for character in str(problem)[:_LONGEST])
    return DatabaseError(f"{path}: not a usable advisory database: {shown}", hint=REBUILD)


def record_origin(connection: sqlite3.Connection, origin: Origin, meta: Mapping[str, str]) -> None:
    """Write where the data of a shard comes from, and `meta` about it."""
    values = {"source": origin.source, "fetched": origin.fetched, **meta}
    connection.executemany("INSERT INTO meta VALUES (?, ?)", values.items())
    files = ((file.name, file.etag, file.last_modified) for file in origin.files)
    connection.executemany("INSERT INTO file VALUES (?, ?, ?)", files)


def read_origin(connection: sqlite3.Connection) -> tuple[Origin, Mapping[str, str]]:
    """Return where the data of a shard comes from, and all that is written about it."""
    meta: dict[str, str] = dict(connection.execute("SELECT name, value FROM meta"))
    files = connection.execute("SELECT name, etag, last_modified FROM file ORDER BY name")
    origin = Origin(meta.get("source", ""), meta.get("fetched", ""), tuple(FileVersion(*row) for row in files))
    return origin, meta


def _check_version(path: Path, connection: sqlite3.Connection) -> None:
    application, version = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in _VERSIONS)
    if application != APPLICATION:
        raise damaged(path, "it was not made by Hullcheck")
    if version != SCHEMA_VERSION:
        message = f"{path}: has version {version} of the database's schema, this Hullcheck reads {SCHEMA_VERSION}"
        raise DatabaseError(message, hint=REBUILD)


_VERSIONS = ("application_id", "user_version")


@contextmanager
def _saying_what(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise unwritable(path, error) from error
