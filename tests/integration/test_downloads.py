"""Advisories from a server: the first scan, later ones, and servers that fail."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.conftest import NOW, Hullcheck, Run, write
from tests.simulators.feed_server import FeedServer, serving
from tests.unit.advisories.feeds import simple, write_feed

pytestmark = pytest.mark.xdist_group("integration")

LATER = str(int(NOW) + 2 * 24 * 3600)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FeedServer]:
    folder = write_feed(tmp_path / "feeds", [simple("PYSEC-1", "jinja2", "2.10.1")], "PyPI")
    write_feed(folder, [simple("GHSA-1", "lodash", "4.17.21") | {"affected": []}], "npm")
    (folder / "ecosystems.txt").write_text("PyPI\nnpm\nHaskell\n")
    with serving(folder) as feeds:
        yield feeds


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return write(tmp_path / "tree", {"requirements.txt": "jinja2==2.10\n"})


def scan(bare: Hullcheck, tree: Path, server: FeedServer, now: str = NOW, *options: str) -> Run:
    environment = {"HULLCHECK_OFFLINE": "0", "HULLCHECK_DB_SOURCE": server.address, "SOURCE_DATE_EPOCH": now}
    return bare("repo", tree, "-f", "json", "--max-network-retries", "0", *options, env=environment)


def asked(server: FeedServer) -> list[tuple[str, int]]:
    """Return which archives were asked for since the last time. What is known of CVEs this server does not have."""
    requests = [request for request in server.requests if request[0].endswith("all.zip")]
    server.requests.clear()
    return requests


def test_the_first_scan_downloads_what_the_target_needs_and_nothing_else(
    bare: Hullcheck, tree: Path, server: FeedServer
) -> None:
    run = scan(bare, tree, server)
    assert (run.code, run.err) == (0, "")
    assert "PYSEC-1" in {finding["id"] for finding in run.json()["findings"]}
    assert asked(server) == [("PyPI/all.zip", 200)]
    assert run.json()["coverage"]["feeds"][0]["origin"] == server.address


def test_later_scans_ask_once_a_day_and_only_for_what_is_newer(bare: Hullcheck, tree: Path, server: FeedServer) -> None:
    scan(bare, tree, server)
    asked(server)
    scan(bare, tree, server)
    assert asked(server) == []
    scan(bare, tree, server, LATER)
    assert asked(server) == [("PyPI/all.zip", 304)]


def test_off_line_nothing_is_asked(bare: Hullcheck, tree: Path, server: FeedServer) -> None:
    scan(bare, tree, server)
    asked(server)
    assert scan(bare, tree, server, LATER, "--offline").code == 0
    assert server.requests == []


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_a_server_that_fails_leaves_the_starter_set_and_a_warning(
    bare: Hullcheck, tree: Path, server: FeedServer, status: int
) -> None:
    server.failing["PyPI/all.zip"] = status
    run = scan(bare, tree, server)
    assert run.code == 51
    assert "starter-advisories" in {gap["kind"] for gap in run.json()["coverage"]["gaps"]}
    assert run.err.count("\n") == 1
    assert str(status) in run.err


def test_a_download_that_is_cut_leaves_what_was_there(bare: Hullcheck, tree: Path, server: FeedServer) -> None:
    scan(bare, tree, server)
    write_feed(server.folder, [simple("PYSEC-2", "jinja2", "3.0")], "PyPI")
    server.cut["PyPI/all.zip"] = 50
    run = scan(bare, tree, server, LATER)
    assert run.code == 0
    assert {finding["id"] for finding in run.json()["findings"]} == {"PYSEC-1"}
    assert "warning: could not be downloaded: PyPI" in run.err


def test_a_source_without_the_feed_is_said(bare: Hullcheck, tmp_path: Path, server: FeedServer) -> None:
    run = scan(bare, write(tmp_path / "go", {"go.mod": "module a\n\nrequire golang.org/x/text v0.3.7\n"}), server)
    assert run.code == 51
    assert "has no advisories of Go" in run.err


class TestUpdate:
    def test_an_empty_database_gets_all_that_the_source_has(self, bare: Hullcheck, server: FeedServer) -> None:
        run = bare("db", "update", "--db-source", server.address)
        assert run.code == 40  # The npm feed of the source is about nothing.
        assert "PyPI: built" in run.err
        assert "left out, as no package of them is found yet: Haskell" in run.err
        assert "npm: not updated, what was there is still in use" in run.err

    def test_each_shard_is_updated_from_where_it_came_from(
        self, bare: Hullcheck, tree: Path, server: FeedServer
    ) -> None:
        scan(bare, tree, server)
        write_feed(server.folder, [simple("PYSEC-2", "jinja2", "3.0")], "PyPI")
        run = bare("db", "update")
        assert run.code == 0
        assert "PyPI: built" in run.err
        assert {f["id"] for f in scan(bare, tree, server).json()["findings"]} == {"PYSEC-2"}

    def test_without_news_nothing_is_built(self, bare: Hullcheck, tree: Path, server: FeedServer) -> None:
        scan(bare, tree, server)
        assert "PyPI: nothing newer" in bare("db", "update").err
