"""Shards that cannot be used: each use ends in one clear error, whatever is wrong with the file."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.advisories.feeds import SCHEMES, place, simple, task, write_feed

from hullcheck.advisories.build import build, update
from hullcheck.advisories.database import Database
from hullcheck.advisories.refresh import Outcome
from hullcheck.advisories.schema import COMMON, SCHEMA_VERSION, file_name
from hullcheck.advisories.status import status
from hullcheck.errors import DatabaseError

WANTED = (place("PyPI", "a", "1"),)


@pytest.fixture
def shard(tmp_path: Path) -> Path:
    """Return a shard of 300 advisories."""
    records = [simple(f"X-{number}", "a", details=f"something else {number}" * 20) for number in range(300)]
    build(task(write_feed(tmp_path / "feeds", records), tmp_path / "db"))
    return tmp_path / "db" / file_name("PyPI")


def look_up(shard: Path) -> int:
    with Database(shard.parent, SCHEMES) as database:
        database.state("PyPI", "")
        list(database.gaps(WANTED))
        return len(list(database.lookup(WANTED)))


def change(statement: str) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute(statement)

    return damage


def truncate(part: float) -> Callable[[Path], None]:
    return lambda path: os.truncate(path, int(path.stat().st_size * part))


def overwrite(content: bytes) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        path.write_bytes(content)

    return damage


DAMAGES: dict[str, Callable[[Path], None]] = {
    "empty": truncate(0),
    "cut in its first page": truncate(0.005),
    "cut in the middle": truncate(0.5),
    "cut at its end": truncate(0.99),
    "no database": overwrite(b"<html>" * 1000),
    "a database of something else": change("PRAGMA application_id = 0"),
    "another schema version": change(f"PRAGMA user_version = {SCHEMA_VERSION + 1}"),
    "without a table": change("DROP TABLE span"),
    "without a dictionary": change("DELETE FROM dictionary"),
    "with a broken dictionary": change("UPDATE dictionary SET content = x'37a430ec01'"),
    "without its advisories": change("DELETE FROM advisory"),
    "with broken advisories": change("UPDATE advisory SET body = x'28b52ffd'"),
    "with advisories that are something else": change("UPDATE advisory SET body = 'text'"),
    "with advisories that claim to be huge": change("UPDATE advisory SET body = x'28b52ffde000000000ffffffff010000'"),
    "with text that is none": change("UPDATE bounds SET introduced = CAST(x'ff' AS TEXT)"),
    "of another feed": change("UPDATE meta SET value = 'npm' WHERE name = 'shard'"),
    "of another scheme": change("UPDATE meta SET value = 'semver' WHERE name = 'scheme'"),
    "of another number of the scheme": change("UPDATE meta SET value = '999' WHERE name = 'scheme_number'"),
    "without a word on its origin": change("DELETE FROM meta"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_shard_that_cannot_be_used_is_an_error_that_says_what_to_do(shard: Path, damage: str) -> None:
    assert look_up(shard) == 300
    DAMAGES[damage](shard)
    with pytest.raises(DatabaseError) as caught:
        look_up(shard)
    assert str(shard) in caught.value.message
    assert "\n" not in caught.value.message
    assert "hullcheck db update" in caught.value.hint


@pytest.mark.parametrize("damage", DAMAGES)
def test_an_update_replaces_a_shard_that_cannot_be_used(shard: Path, damage: str) -> None:
    DAMAGES[damage](shard)
    # Damage inside of a table is not looked for: it would take reading the whole file.
    fresh = replace(task(shard.parents[1] / "feeds", shard.parent), max_age=None)
    (outcome,) = update(["PyPI"], fresh)
    assert outcome.outcome is Outcome.BUILT
    assert look_up(shard) == 300


def test_every_changed_byte_is_found_out_or_does_no_harm(shard: Path) -> None:
    whole = shard.read_bytes()
    for position in range(0, len(whole), 997):
        shard.write_bytes(whole[:position] + bytes((whole[position] ^ 0xFF,)) + whole[position + 1 :])
        with suppress(DatabaseError):
            look_up(shard)


def test_a_shard_that_is_cut_while_it_is_read_is_an_error(shard: Path) -> None:
    with Database(shard.parent, SCHEMES) as database:
        assert database.state("PyPI", "")
        os.truncate(shard, 4096)
        with pytest.raises(DatabaseError):
            list(database.lookup(WANTED))


def test_a_shard_that_is_replaced_while_it_is_read_stays_as_it_was(shard: Path) -> None:
    with Database(shard.parent, SCHEMES) as database:
        assert database.state("PyPI", "")
        build(task(write_feed(shard.parents[1] / "feeds", [simple("Y-1", "a")]), shard.parent))
        assert len(list(database.lookup(WANTED))) == 300
    assert look_up(shard) == 1


def test_a_damaged_common_shard_is_an_error(tmp_path: Path) -> None:
    (tmp_path / file_name(COMMON)).write_bytes(b"SQLite format 3\0" + bytes(100))
    with Database(tmp_path, SCHEMES) as database, pytest.raises(DatabaseError, match="not a usable advisory database"):
        database.enrichment(["CVE-2021-44228"])


def test_the_status_tells_of_shards_that_cannot_be_used(shard: Path) -> None:
    change("PRAGMA user_version = 9")(shard)
    (shard.parent / "npm.sqlite").write_bytes(b"")
    described = {found.shard: found.error for found in status(shard.parent)}
    assert "has version 9 of the database's schema" in described["PyPI.sqlite"]
    assert "not a usable advisory database" in described["npm.sqlite"]


def test_a_directory_that_may_only_be_read_is_enough(shard: Path) -> None:
    shard.chmod(0o444)
    shard.parent.chmod(0o555)
    try:
        assert look_up(shard) == 300
        assert sorted(path.name for path in shard.parent.iterdir()) == [
            "PyPI.sqlite",
            "PyPI.sqlite.lock",
            "common.sqlite.lock",
        ]
    finally:
        shard.parent.chmod(0o755)


IN_THE_WAY: dict[str, Callable[[Path], None]] = {
    "a directory": Path.mkdir,
    "a pipe": os.mkfifo,
    "a loop of links": lambda path: path.symlink_to(path.name),
}


@pytest.mark.parametrize("kind", IN_THE_WAY)
@pytest.mark.parametrize("name", ["PyPI", COMMON])
def test_what_is_there_and_no_file_is_an_error_and_not_less_data(shard: Path, kind: str, name: str) -> None:
    path = shard.with_name(file_name(name))
    path.unlink(missing_ok=True)
    IN_THE_WAY[kind](path)
    with pytest.raises(DatabaseError, match=file_name(name)):
        enriched(shard)
    (told,) = [found.error for found in status(shard.parent) if found.path == path]
    assert "not a usable advisory database" in told


def test_a_link_that_leads_nowhere_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "npm.sqlite").symlink_to("gone")
    (found,) = status(tmp_path)
    assert (found.shard, found.error) != ("", "")
    assert "it is not there" in found.error


def test_an_update_says_what_is_in_the_way(shard: Path) -> None:
    shard.unlink()
    shard.mkdir()
    (outcome,) = update(["PyPI"], replace(task(shard.parents[1] / "feeds", shard.parent), max_age=None))
    assert (outcome.outcome, outcome.usable) == (Outcome.FAILED, False)
    assert "cannot be written: Is a directory" in str(outcome.error)


def test_a_directory_that_may_not_be_looked_into_is_not_an_empty_one(
    shard: Path, unprivileged: Callable[[Path], AbstractContextManager[None]]
) -> None:
    shard.parent.chmod(0o700)
    with unprivileged(shard.parents[1]):
        with pytest.raises(DatabaseError, match="Permission denied"):
            look_up(shard)
        with pytest.raises(DatabaseError, match="db: cannot be read: Permission denied"):
            status(shard.parent)


def test_a_file_in_place_of_the_directory_is_not_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "db").write_bytes(b"")
    with pytest.raises(DatabaseError, match="db: cannot be read: Not a directory"):
        status(tmp_path / "db")
    with pytest.raises(DatabaseError, match="Not a directory"):
        look_up(tmp_path / "db" / "PyPI.sqlite")


def enriched(shard: Path) -> None:
    look_up(shard)
    with Database(shard.parent, SCHEMES) as database:
        database.enrichment(["CVE-2021-44228"])
