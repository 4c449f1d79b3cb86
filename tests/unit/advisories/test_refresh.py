"""Nothing that happens to a builder harms the shard that is in use."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.advisories.feeds import NOW, SCHEMES, SHARED, place, record, simple, task, write_feed

from hullcheck.advisories.build import build, update
from hullcheck.advisories.database import Database
from hullcheck.advisories.refresh import Outcome, Refreshed
from hullcheck.advisories.schema import file_name
from hullcheck.advisories.status import status
from hullcheck.errors import DatabaseError

PROJECT = Path(__file__).parents[3]
OLD = simple("OLD-1", "jinja2")
JINJA2 = place("PyPI", "jinja2", "1.0")

BUILDER = """
    import sys
    from pathlib import Path
    from tests.unit.advisories.feeds import task
    from hullcheck.advisories.build import update

    {before}
    (found,) = update(["PyPI"], task(Path(sys.argv[1]), Path(sys.argv[2])))
    print(found.outcome, found.usable, found.error)
"""


def untraced() -> dict[str, str]:
    """Return the environment without what makes child processes write coverage data, which limits and signals break."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COV")}


def start_builder(feeds: Path, directory: Path, before: str = "") -> "subprocess.Popen[str]":
    """Start a process that builds the shard of PyPI, after the statement `before`."""
    program = textwrap.dedent(BUILDER).format(before=before)
    paths = os.pathsep.join((str(PROJECT / "src"), str(PROJECT)))
    # A shell that runs the tests in the background has them ignore SIGINT, which is inherited.
    return subprocess.Popen(
        ["env", "--default-signal=INT", sys.executable, "-c", program, str(feeds), str(directory)],
        env={**untraced(), "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ids(directory: Path) -> set[str]:
    with Database(directory, SCHEMES) as database:
        return {hit.advisory.id for hit in database.lookup([JINJA2])}


def files(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir() if path.suffix != ".lock")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Return the directory of a database with one old advisory."""
    update(["PyPI"], task(write_feed(tmp_path / "old", [OLD]), tmp_path / "db"))
    return tmp_path / "db"


def the(found: tuple[Refreshed, ...]) -> Refreshed:
    (one,) = found
    return one


def stop_half_way(directory: Path, how: signal.Signals) -> "subprocess.Popen[str]":
    """Start a builder, and send it a signal as soon as it has begun to write."""
    builder = start_builder(SHARED, directory)
    staging = directory / "PyPI.sqlite.new.staging"
    while not staging.exists() or staging.stat().st_size == 0:
        assert builder.poll() is None, builder.communicate()
        time.sleep(0.001)
    builder.send_signal(how)
    builder.communicate()
    return builder


def test_a_builder_that_is_interrupted_leaves_nothing_half_written(directory: Path) -> None:
    assert stop_half_way(directory, signal.SIGINT).returncode != 0
    assert files(directory) == ["PyPI.sqlite"]
    assert ids(directory) == {"OLD-1"}


def test_a_builder_that_is_killed_leaves_the_old_shard_in_use(directory: Path) -> None:
    builder = stop_half_way(directory, signal.SIGKILL)
    assert builder.returncode == -signal.SIGKILL
    assert "PyPI.sqlite.new" in files(directory)
    assert ids(directory) == {"OLD-1"}

    assert the(update(["PyPI"], task(SHARED, directory))).outcome is Outcome.BUILT
    assert files(directory) == ["PyPI.sqlite"]
    assert "PYSEC-2019-217" in ids(directory)


@pytest.mark.parametrize("size", [0, 5_000, 100_000, 500_000])
def test_a_full_disk_is_one_clear_error_and_leaves_the_old_shard_in_use(directory: Path, size: int) -> None:
    # A limit on the size of a file is what a full disk is to a process that writes: the write fails half-way.
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))"
    out, errors = start_builder(SHARED, directory, limit).communicate()
    assert errors == ""
    assert out.startswith("failed True ")
    assert "PyPI.sqlite" in out
    assert "cannot be written" in out
    assert len(out.splitlines()) == 1
    assert files(directory) == ["PyPI.sqlite"]
    assert ids(directory) == {"OLD-1"}


def test_builders_at_the_same_time_take_turns_and_readers_see_whole_shards(directory: Path, tmp_path: Path) -> None:
    feeds = write_feed(tmp_path / "new", [simple(f"NEW-{number}", "jinja2") for number in range(500)])
    builders = [start_builder(feeds, directory) for _ in range(4)]
    seen = set()
    while any(builder.poll() is None for builder in builders):
        seen.add(len(ids(directory)))
    outputs = [builder.communicate() for builder in builders]
    assert outputs == [("built True None\n", "")] * 4
    assert seen <= {1, 500}
    assert len(ids(directory)) == 500
    assert files(directory) == ["PyPI.sqlite"]


def test_who_has_waited_for_another_does_not_do_it_again(tmp_path: Path) -> None:
    feeds = write_feed(tmp_path / "feeds", [OLD])
    first = the(update(["PyPI"], task(feeds, tmp_path / "db", max_age=timedelta(days=1))))
    second = the(update(["PyPI"], task(feeds, tmp_path / "db", max_age=timedelta(days=1))))
    assert (first.outcome, second.outcome) == (Outcome.BUILT, Outcome.FRESH)


@pytest.mark.parametrize(
    ("records", "problem"),
    [
        ([], "none of its 0 records"),
        ([record("X-1")], "none of its 1 records"),
        ([simple("X-1", "a", withdrawn="2026-01-01T00:00:00Z")], "none of its 1 records"),
        ([simple("X-1", "a"), b"{", b"[]", b"null"], "3 of its 4 records cannot be read"),
    ],
)
def test_a_feed_that_says_nothing_does_not_replace_one_that_does(
    directory: Path, tmp_path: Path, records: list[dict[str, object] | bytes], problem: str
) -> None:
    found = the(update(["PyPI"], task(write_feed(tmp_path / "new", records), directory)))
    assert (found.outcome, found.usable) == (Outcome.FAILED, True)
    assert found.error is not None
    assert problem in found.error.message
    assert ids(directory) == {"OLD-1"}
    assert files(directory) == ["PyPI.sqlite"]


def test_one_broken_feed_does_not_keep_the_others_from_being_built(directory: Path, tmp_path: Path) -> None:
    feeds = write_feed(tmp_path / "new", [simple("NEW-1", "jinja2")])
    (feeds / "npm").mkdir()
    (feeds / "npm" / "all.zip").write_bytes(b"no archive")
    outcomes = {found.shard: found.outcome for found in build(task(feeds, directory)).shards}
    assert outcomes == {"PyPI": Outcome.BUILT, "npm": Outcome.FAILED, "common": Outcome.ABSENT}
    assert ids(directory) == {"NEW-1"}


def test_broken_records_are_left_out_counted_and_named(directory: Path, tmp_path: Path) -> None:
    good = [simple(f"X-{number}", "jinja2") for number in range(5)]
    bad = [b"{", b'{"id": 5}', b'{"id": "Y-1", "affected": 5}']
    feeds = write_feed(tmp_path / "new", [*good, *bad, simple("X-9", "a", withdrawn="2026-01-01T00:00:00Z")])
    assert the(update(["PyPI"], task(feeds, directory))).outcome is Outcome.BUILT
    (shard,) = status(directory)
    assert shard.contents is not None
    assert (shard.contents.advisories, shard.contents.withdrawn, shard.left_out) == (5, 1, 3)
    reasons = {problem.record: problem.reason for problem in shard.problems if problem.left_out}
    assert list(reasons) == ["5.json", "6.json", "7.json"]
    assert "$.affected" in reasons["7.json"]


def test_two_records_of_one_id_both_count(directory: Path, tmp_path: Path) -> None:
    feeds = write_feed(tmp_path / "new", [b'{"id": "X-1", "affected": []}', simple("X-1", "jinja2")])
    update(["PyPI"], task(feeds, directory))
    assert ids(directory) == {"X-1"}
    (shard,) = status(directory)
    assert [problem.reason for problem in shard.problems] == ["there are two records with this id"]


def test_names_in_messages_are_harmless(directory: Path, tmp_path: Path) -> None:
    evil = [simple("\x1b[2J" + "x" * 1000, "a", severity=[{"type": "CVSS_V3", "score": "\x1b[31m" * 1000}])]
    update(["PyPI"], task(write_feed(tmp_path / "new", [OLD, *evil]), directory))
    (shard,) = status(directory)
    (problem,) = shard.problems
    assert (problem.record + problem.reason).isprintable()
    assert len(problem.record + problem.reason) < 1000


def test_the_same_feed_makes_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        update(["npm"], task(SHARED, tmp_path / name))
        made.append((tmp_path / name / file_name("npm")).read_bytes())
    assert made[0] == made[1]


@pytest.mark.parametrize("place", ["in a file", "in a directory that may not be written"])
def test_a_directory_that_cannot_be_written_is_an_error(tmp_path: Path, place: str) -> None:
    feeds = write_feed(tmp_path / "feeds", [OLD])
    blocked = tmp_path / "blocked"
    if place == "in a file":
        blocked.write_bytes(b"")
    else:
        blocked = Path("/proc/hullcheck")
    found = the(update(["PyPI"], task(feeds, blocked / "db")))
    assert (found.outcome, found.usable) == (Outcome.FAILED, False)
    assert isinstance(found.error, DatabaseError)
    assert "cannot be written" in found.error.message
    assert found.error.hint


def test_a_clock_that_was_wrong_does_not_keep_a_shard_fresh_for_ever(tmp_path: Path) -> None:
    feeds = write_feed(tmp_path / "feeds", [OLD])
    ahead = task(feeds, tmp_path / "db", max_age=timedelta(days=1), now=NOW + timedelta(days=1000))
    now = task(feeds, tmp_path / "db", max_age=timedelta(days=1))
    assert [the(update(["PyPI"], job)).outcome for job in (ahead, now, now)] == [
        Outcome.BUILT,
        Outcome.BUILT,
        Outcome.FRESH,
    ]
