from pathlib import Path

from tests.unit.advisories.feeds import entry, record, task, write_feed

from hullcheck.advisories.build import build
from hullcheck.advisories.origin import FileVersion, Origin
from hullcheck.advisories.status import Contents, ReleaseStatus, ShardStatus, status


def test_a_shard_tells_what_it_holds_and_where_it_is_from(tmp_path: Path) -> None:
    eleven, twelve = (entry("a", {"introduced": "0"}, ecosystem=f"Debian:{release}") for release in ("11", "12"))
    blank = entry("b", {"introduced": "0"}, {"fixed": " "}, ecosystem="Debian:12")
    records = [
        record("X-1", eleven, twelve),
        record("X-2", twelve, blank),
        record("X-3", withdrawn="2026-01-01T00:00:00Z"),
    ]
    build(task(write_feed(tmp_path / "feeds", records, "Debian"), tmp_path / "db"))
    path = tmp_path / "db" / "Debian.sqlite"
    assert status(tmp_path / "db") == (
        ShardStatus(
            "Debian",
            path,
            path.stat().st_size,
            Origin(str(tmp_path / "feeds"), "2026-09-01T12:00:00Z", (FileVersion("Debian/all.zip"),)),
            Contents(
                scheme=("dpkg", "1"),
                advisories=2,
                withdrawn=1,
                undecided=1,
                releases=(
                    ReleaseStatus("11", 1, "2026-08-01T00:00:00Z"),
                    ReleaseStatus("12", 2, "2026-08-01T00:00:00Z"),
                ),
            ),
        ),
    )


def test_a_directory_that_is_not_there_has_no_shards(tmp_path: Path) -> None:
    assert status(tmp_path / "nowhere") == ()
