import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.simulators.feed_server import FeedServer, serving
from tests.unit.advisories.feeds import NOW, SCHEMES, place, simple, task, write_feed

from hullcheck.advisories.build import build, update
from hullcheck.advisories.database import Database
from hullcheck.advisories.refresh import Outcome, Refresh, Refreshed
from hullcheck.advisories.schema import COMMON
from hullcheck.advisories.sources import Folder, Server, source_at
from hullcheck.advisories.status import status
from hullcheck.errors import DatabaseError, NetworkError
from hullcheck.model.progress import Unwatched
from hullcheck.net.http import Http, HttpOptions

DAY = timedelta(days=1)
ALL = "PyPI/all.zip"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FeedServer]:
    with serving(write_feed(tmp_path / "feeds", [simple("X-1", "a")])) as feeds:
        yield feeds


@pytest.fixture
def http() -> Iterator[Http]:
    with Http(HttpOptions(timeout=5, retries=1, wait_min=0, wait_max=0)) as client:
        yield client


@pytest.fixture
def job(tmp_path: Path, server: FeedServer, http: Http) -> Refresh:
    """Return the task of keeping a database from `server` up to date."""
    return task(Server(server.address, http), tmp_path / "db", max_age=DAY)


def later(job: Refresh, by: timedelta, *shards: str) -> list[Outcome]:
    return [found.outcome for found in run(job, by, *shards)]


def run(job: Refresh, by: timedelta, *shards: str) -> tuple[Refreshed, ...]:
    moved = Refresh(job.source, job.directory, job.schemes, NOW + by, job.max_age, job.progress)
    return update(shards or ("PyPI",), moved)


def ids(directory: Path) -> list[str]:
    with Database(directory, SCHEMES) as database:
        return [hit.advisory.id for hit in database.lookup([place("PyPI", "a", "1")])]


def test_the_first_use_downloads_what_is_needed_and_nothing_else(server: FeedServer, job: Refresh) -> None:
    assert later(job, DAY * 0) == [Outcome.BUILT]
    assert server.requests == [(ALL, 200)]
    assert ids(job.directory) == ["X-1"]
    (shard,) = status(job.directory)
    assert shard.origin.source == server.address
    assert shard.origin.fetched == "2026-09-01T12:00:00Z"
    assert shard.origin.files[0].etag
    assert sorted(path.name for path in job.directory.iterdir()) == ["PyPI.sqlite", "PyPI.sqlite.lock"]


def test_a_young_shard_is_not_asked_about(server: FeedServer, job: Refresh) -> None:
    later(job, DAY * 0)
    assert later(job, DAY / 2) == [Outcome.FRESH]
    assert server.requests == [(ALL, 200)]


@pytest.mark.parametrize("validators", [{"ETag"}, {"Last-Modified"}, {"ETag", "Last-Modified"}])
def test_an_old_shard_is_not_sent_again_where_nothing_changed(
    server: FeedServer, job: Refresh, validators: set[str]
) -> None:
    server.validators = validators
    later(job, DAY * 0)
    assert later(job, DAY * 2) == [Outcome.UNCHANGED]
    assert later(job, DAY * 2.5) == [Outcome.FRESH]
    assert server.requests == [(ALL, 200), (ALL, 304)]
    assert ids(job.directory) == ["X-1"]


def test_a_server_without_validators_sends_again(server: FeedServer, job: Refresh) -> None:
    server.validators = set()
    later(job, DAY * 0)
    assert later(job, DAY * 2) == [Outcome.BUILT]
    assert server.requests == [(ALL, 200), (ALL, 200)]


def test_a_changed_feed_is_fetched(server: FeedServer, job: Refresh) -> None:
    later(job, DAY * 0)
    write_feed(server.folder, [simple("X-2", "a")])
    assert later(job, DAY * 2) == [Outcome.BUILT]
    assert ids(job.directory) == ["X-2"]


def test_another_source_is_asked_for_the_whole(tmp_path: Path, server: FeedServer, job: Refresh, http: Http) -> None:
    later(job, DAY * 0)
    with serving(write_feed(tmp_path / "mirror", [simple("X-1", "a")])) as mirror:
        moved = task(Server(mirror.address, http), job.directory, max_age=DAY, now=NOW + DAY * 2)
        assert [found.outcome for found in update(["PyPI"], moved)] == [Outcome.BUILT]
        assert mirror.requests == [(ALL, 200)]


@pytest.mark.parametrize("code", [403, 429, 500, 503])
def test_a_server_that_fails_leaves_the_old_shard_in_use(server: FeedServer, job: Refresh, code: int) -> None:
    later(job, DAY * 0)
    server.failing[ALL] = code
    (found,) = run(job, DAY * 2)
    assert (found.outcome, found.usable) == (Outcome.FAILED, True)
    assert isinstance(found.error, NetworkError)
    assert found.error.status == code
    assert ids(job.directory) == ["X-1"]
    server.failing.clear()
    assert later(job, DAY * 2) == [Outcome.UNCHANGED]


def test_a_body_that_is_cut_leaves_the_old_shard_in_use(server: FeedServer, job: Refresh) -> None:
    later(job, DAY * 0)
    write_feed(server.folder, [simple("X-2", "a")])
    server.cut[ALL] = 100
    (found,) = run(job, DAY * 2)
    assert (found.outcome, found.usable) == (Outcome.FAILED, True)
    assert ids(job.directory) == ["X-1"]
    assert not list(job.directory.glob("*.part"))


def test_without_a_network_what_is_there_is_kept(server: FeedServer, job: Refresh, http: Http) -> None:
    later(job, DAY * 0)
    away = task(Server("http://127.0.0.1:9", http), job.directory, max_age=DAY, now=NOW + DAY * 2)
    found = {shard.shard: shard for shard in update(["PyPI", "npm"], away)}
    assert found["PyPI"].outcome is found["npm"].outcome is Outcome.FAILED
    assert found["PyPI"].usable
    assert not found["npm"].usable
    assert ids(job.directory) == ["X-1"]


def test_a_feed_that_the_source_does_not_have_is_absent(server: FeedServer, job: Refresh) -> None:
    (found,) = run(job, DAY * 0, "npm")
    assert (found.outcome, found.usable, found.error) == (Outcome.ABSENT, False, None)
    later(job, DAY * 0)
    (server.folder / ALL).unlink()
    (found,) = run(job, DAY * 2)
    assert (found.outcome, found.usable) == (Outcome.ABSENT, True)
    assert ids(job.directory) == ["X-1"]


def test_an_ecosystem_without_a_scheme_is_not_asked_for(server: FeedServer, job: Refresh) -> None:
    assert run(job, DAY * 0, "Bitnami") == ()
    assert server.requests == []


def test_what_is_no_archive_leaves_the_old_shard_in_use(server: FeedServer, job: Refresh) -> None:
    later(job, DAY * 0)
    (server.folder / ALL).write_bytes(b"<html>log in</html>")
    (found,) = run(job, DAY * 2)
    assert (found.outcome, found.usable) == (Outcome.FAILED, True)
    assert isinstance(found.error, DatabaseError)
    assert ids(job.directory) == ["X-1"]


def test_files_of_the_common_shard_are_fetched_anew_if_one_changed(server: FeedServer, job: Refresh) -> None:
    (server.folder / "epss").mkdir()
    scores = gzip.compress(b"cve,epss,percentile\nCVE-2026-1000,0.5,0.9\n")
    (server.folder / "epss" / "epss_scores.csv.gz").write_bytes(scores)
    kev = server.folder / "kev.json"
    kev.write_text('{"vulnerabilities": [{"cveID": "CVE-2026-1000", "dateAdded": "2026-01-01"}]}')
    assert later(job, DAY * 0, COMMON) == [Outcome.BUILT]
    assert later(job, DAY * 2, COMMON) == [Outcome.UNCHANGED]
    kev.write_text('{"vulnerabilities": [{"cveID": "CVE-2026-2000", "dateAdded": "2026-01-01"}]}')
    assert later(job, DAY * 4, COMMON) == [Outcome.BUILT]
    with Database(job.directory, SCHEMES) as database:
        known = database.enrichment(["CVE-2026-1000", "CVE-2026-2000"])
    assert {cve: (found.kev_added, found.epss) for cve, found in known.items()} == {
        "CVE-2026-1000": ("", 0.5),
        "CVE-2026-2000": ("2026-01-01", None),
    }
    kev.unlink()
    assert later(job, DAY * 6, COMMON) == [Outcome.BUILT]
    with Database(job.directory, SCHEMES) as database:
        assert list(database.enrichment(["CVE-2026-1000", "CVE-2026-2000"])) == ["CVE-2026-1000"]


def test_a_whole_database_is_built_from_a_server(server: FeedServer, job: Refresh) -> None:
    write_feed(server.folder, [simple("X-1", "a")], "Rocky Linux")
    (server.folder / "ecosystems.txt").write_text("PyPI\r\nRocky Linux\nDebian:12\n\n")
    built = build(job)
    assert [(found.shard, found.outcome) for found in built.shards] == [
        ("PyPI", Outcome.BUILT),
        (COMMON, Outcome.ABSENT),
    ]
    assert built.left_out == ("Rocky Linux",)


def test_a_server_without_a_list_is_asked_for_every_feed(server: FeedServer, job: Refresh) -> None:
    built = build(job)
    assert [found.shard for found in built.shards if found.outcome is Outcome.BUILT] == ["PyPI"]
    assert {found.shard for found in built.shards} == {*SCHEMES, COMMON}
    assert built.left_out == ()


def test_names_with_blanks_are_quoted(tmp_path: Path, server: FeedServer, http: Http) -> None:
    write_feed(server.folder, [simple("X-1", "a")], "Rocky Linux")
    job = Refresh(
        Server(f"{server.address}/", http),
        tmp_path / "db",
        {"Rocky Linux": SCHEMES["Debian"]},
        NOW,
        DAY,
        Unwatched(),
    )
    (found,) = update(["Rocky Linux"], job)
    # The record is about PyPI, but it came.
    assert isinstance(found.error, DatabaseError)
    assert server.requests == [("Rocky Linux/all.zip", 200)]


@dataclass
class Watched:
    """Adds up what it is told."""

    parts: dict[str, tuple[int, int]] = field(default_factory=dict)

    def start(self, what: str, total: int) -> None:
        self.parts[what] = (0, total)

    def advance(self, count: int) -> None:
        what, (done, total) = next(reversed(self.parts.items()))
        self.parts[what] = (done + count, total)


def test_progress_is_told_from_the_first_byte_to_the_last_record(server: FeedServer, job: Refresh) -> None:
    watched = Watched()
    update(["PyPI"], replace(job, now=NOW, progress=watched))
    size = (server.folder / ALL).stat().st_size
    assert watched.parts == {"downloading PyPI/all.zip": (size, size), "building the advisories of PyPI": (1, 1)}


def test_a_folder_is_read_where_it_is(tmp_path: Path, server: FeedServer) -> None:
    os.utime(server.folder / ALL, (0, 0))
    built = build(task(server.folder, tmp_path / "db"))
    assert [found.outcome for found in built.shards] == [Outcome.BUILT, Outcome.ABSENT]
    assert sorted(path.name for path in server.folder.rglob("*")) == ["PyPI", "all.zip"]
    assert ids(tmp_path / "db") == ["X-1"]


def test_addresses_and_paths_are_told_apart(tmp_path: Path, http: Http) -> None:
    for scheme in ("https", "HTTPS"):
        source = source_at(f"{scheme}://user:secret@mirror.example/osv/?token=1", http)
        assert source.address == "https://mirror.example/osv"
    for where in (str(tmp_path), f"file://{tmp_path}", f"file://localhost{tmp_path}/"):
        source = source_at(where, http)
        assert isinstance(source, Folder)
        assert source.address == str(tmp_path)
    for where in ("ftp://user:secret@mirror.example", "file://user:secret@mirror.example/x", "s3://bucket"):
        with pytest.raises(DatabaseError, match="cannot be read from there") as caught:
            source_at(where, http)
        assert "secret" not in caught.value.message
    with pytest.raises(DatabaseError, match="no such folder"):
        source_at(str(tmp_path / "none"), http)
    with pytest.raises(DatabaseError, match="not a folder"):
        source_at(__file__, http)


def test_a_folder_is_found_again_from_anywhere(
    tmp_path: Path, server: FeedServer, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert source_at("feeds", http).address == str(server.folder)


def test_the_query_of_an_address_goes_with_every_request(server: FeedServer, job: Refresh, http: Http) -> None:
    build(replace(job, source=source_at(f"{server.address}/?token=a/b", http)))
    assert set(server.queries) == {"token=a/b"}


def test_a_list_that_cannot_be_had_is_an_error_of_the_database(server: FeedServer, job: Refresh) -> None:
    server.failing["ecosystems.txt"] = 403
    with pytest.raises(DatabaseError, match="403 Forbidden"):
        build(job)


def test_a_source_without_a_known_feed_is_an_error(tmp_path: Path) -> None:
    write_feed(tmp_path / "feeds", [simple("X-1", "a")], "Unheard-of")
    with pytest.raises(DatabaseError, match="no advisories of an ecosystem that is known"):
        build(task(tmp_path / "feeds", tmp_path / "db"))
    assert not (tmp_path / "db").exists()
