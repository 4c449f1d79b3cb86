from pathlib import Path

import pytest
from tests.unit.advisories.feeds import SCHEMES, entry, place, record, simple, task, write_feed
from tests.unit.advisories.specification import evaluate, mentioned, real_records

from hullcheck.advisories.build import build
from hullcheck.advisories.database import Database
from hullcheck.model.advisory import AffectedRange
from hullcheck.model.gap import GapKind
from hullcheck.model.lookup import Coordinates, FeedState, Hit
from hullcheck.model.severity import Severity


def database(tmp_path: Path, *records: dict[str, object] | bytes, feed: str = "PyPI") -> Database:
    build(task(write_feed(tmp_path / "feeds", records, feed), tmp_path / "db"))
    return Database(tmp_path / "db", SCHEMES)


def hit(shared: Database, wanted: Coordinates, advisory: str) -> Hit | None:
    found = [hit for hit in shared.lookup((wanted,)) if hit.advisory.id == advisory]
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(
    ("wanted", "advisory", "fixed"),
    [
        (place("PyPI", "jinja2", "2.10"), "PYSEC-2019-217", "2.10.1"),
        (place("Go", "golang.org/x/text", "0.3.7"), "GO-2022-1059", "0.3.8"),
        (place("Go", "golang.org/x/text", "v0.3.7"), "GO-2022-1059", "0.3.8"),
        (place("crates.io", "regex", "1.5.4"), "RUSTSEC-2022-0013", "1.5.5"),
        (place("npm", "lodash", "4.17.20"), "GHSA-35jh-r3h4-6jhm", "4.17.21"),
        (place("Maven", "org.apache.logging.log4j:log4j-core", "2.14.1"), "GHSA-jfh8-c2jp-5v3q", "2.15.0"),
        (place("Debian", "openssl", "1.1.1k-1+deb11u1", "11"), "DEBIAN-CVE-2022-0778", "1.1.1k-1+deb11u2"),
        (place("Debian", "tar", "1.34+dfsg-1.2", "12"), "DEBIAN-CVE-2005-2541", ""),
        (place("Alpine", "busybox", "1.34.1-r4", "v3.15"), "ALPINE-CVE-2022-28391", "1.34.1-r5"),
    ],
)
def test_known_flaws_are_found(shared: Database, wanted: Coordinates, advisory: str, fixed: str) -> None:
    found = hit(shared, wanted, advisory)
    assert found is not None
    assert found.range.fixed == fixed
    assert found.coordinates == wanted
    assert found.advisory.feed == wanted.feed


@pytest.mark.parametrize(
    ("wanted", "advisory"),
    [
        (place("npm", "lodash", "4.17.21"), "GHSA-35jh-r3h4-6jhm"),
        (place("PyPI", "jinja2", "2.10.1"), "PYSEC-2019-217"),
        (place("Debian", "openssl", "1.1.1k-1+deb11u1", "11"), "DEBIAN-CVE-2022-3602"),
        (place("Debian", "openssl", "1.1.1k-1+deb11u2", "11"), "DEBIAN-CVE-2022-0778"),
        (place("Debian", "openssl", "3.0.7-1", "12"), "DEBIAN-CVE-2022-3602"),
        (place("Debian", "openssl", "1.1.1k-1+deb11u1", "99"), "DEBIAN-CVE-2022-0778"),
        (place("Debian", "openssl", "1.1.1k-1+deb11u1"), "DEBIAN-CVE-2022-0778"),
        (place("Alpine", "busybox", "1.34.1-r5", "v3.15"), "ALPINE-CVE-2022-28391"),
    ],
)
def test_what_is_fixed_or_of_another_release_is_not_found(shared: Database, wanted: Coordinates, advisory: str) -> None:
    assert hit(shared, wanted, advisory) is None


@pytest.mark.parametrize(
    ("wanted", "advisory"),
    [
        (place("PyPI", "arrayfire", "3.5.20170817"), "PYSEC-2019-144"),
        (place("Go", "k8s.io/kubernetes", "1.0.0"), "GO-2022-0617"),
        (place("Ubuntu", "a2ps", "1:4.14-1.1", "14.04:LTS"), "UBUNTU-CVE-2001-1593"),
    ],
)
def test_withdrawn_records_are_not_found(shared: Database, wanted: Coordinates, advisory: str) -> None:
    assert hit(shared, wanted, advisory) is None


@pytest.mark.parametrize("feed", sorted(SCHEMES))
def test_real_records_match_as_the_specification_evaluates_them(shared: Database, feed: str) -> None:
    records = real_records(feed)
    wanted = {
        (name, release, version)
        for one in records
        for name, release, versions in mentioned(one, feed)
        for version in versions
        if SCHEMES[feed].key(version) is not None
    }
    places = [place(feed, name, version, release) for name, release, version in sorted(wanted)]
    found = {(hit.coordinates, hit.advisory.id) for hit in shared.lookup(places)}
    for one in records:
        for where in places:
            assert ((where, one["id"]) in found) == evaluate(one, where, SCHEMES[feed]), (one["id"], where)


def test_hits_come_in_the_order_of_what_is_wanted_then_of_ids(tmp_path: Path) -> None:
    records = [simple(f"X-{n}", name) for n in (3, 1, 2) for name in ("b",)] + [simple("X-0", "a")]
    wanted = (place("PyPI", "b", "1.1"), place("PyPI", "a", "1"), place("PyPI", "none", "1"), place("PyPI", "b", "1"))
    with database(tmp_path, *records) as index:
        found = [(hit.coordinates.name, hit.coordinates.version, hit.advisory.id) for hit in index.lookup(wanted)]
    ids = ("X-1", "X-2", "X-3")
    assert found == [*(("b", "1.1", i) for i in ids), ("a", "1", "X-0"), *(("b", "1", i) for i in ids)]


def test_packages_of_several_feeds_may_be_mixed(shared: Database) -> None:
    wanted = [
        place("npm", "lodash", "4.17.20"),
        place("PyPI", "jinja2", "2.10"),
        place("npm", "minimist", "0.0.8"),
    ] * 400
    found = [hit.coordinates for hit in shared.lookup(wanted)]
    assert list(dict.fromkeys(found)) == wanted[:3]
    assert found == found[: len(found) // 400] * 400


def test_several_ranges_of_an_advisory_are_several_hits_lowest_first(tmp_path: Path) -> None:
    one = entry("a", {"introduced": "0"}, {"fixed": "3"})
    other = entry("a", {"introduced": "1"}, {"last_affected": "2"})
    with database(tmp_path, record("X-1", other, one)) as index:
        found = [hit.range for hit in index.lookup([place("PyPI", "a", "1.5")])]
    assert found == [AffectedRange("0", "3"), AffectedRange("1", last_affected="2")]


@pytest.mark.parametrize("wanted", ["zope.interface", "Zope_Interface", "zope-interface"])
def test_names_are_compared_as_the_ecosystem_does(tmp_path: Path, wanted: str) -> None:
    with database(tmp_path, simple("X-1", "Zope.Interface")) as index:
        assert [hit.advisory.id for hit in index.lookup([place("PyPI", wanted, "1")])] == ["X-1"]


def test_releases_are_told_apart_whatever_their_names(tmp_path: Path) -> None:
    releases = ("22.04:LTS", "Pro:22.04:LTS", "24.10")
    records = [
        record(f"X-{name}", entry("a", {"introduced": "0"}, {"fixed": "2"}, ecosystem=f"Ubuntu:{name}"))
        for name in releases
    ]
    with database(tmp_path, *records, feed="Ubuntu") as index:
        for name in releases:
            assert [hit.advisory.id for hit in index.lookup([place("Ubuntu", "a", "1", name)])] == [f"X-{name}"]
            assert index.state("Ubuntu", name) is not None
        assert index.state("Ubuntu", "22.04") is None


def test_a_rating_counts_for_its_release_only(tmp_path: Path) -> None:
    words = {"11": "unimportant", "12": "high"}
    entries = [
        entry("a", {"introduced": "0"}, ecosystem=f"Debian:{release}", ecosystem_specific={"urgency": word})
        for release, word in words.items()
    ]
    with database(tmp_path, record("X-1", *entries), feed="Debian") as index:
        ratings = {
            release: [hit.advisory.ratings for hit in index.lookup([place("Debian", "a", "1", release)])]
            for release in words
        }
        assert index.state("Debian", "11") == FeedState(
            1, "2026-09-01T12:00:00Z", "2026-08-01T00:00:00Z", str(tmp_path / "feeds")
        )
    assert {release: [rating.severity for rating in found[0]] for release, found in ratings.items()} == {
        "11": [Severity.NEGLIGIBLE],
        "12": [Severity.HIGH],
    }


def test_the_end_of_the_data_lets_one_record_in_a_hundred_be_newer(tmp_path: Path) -> None:
    records = [simple(f"X-{n}", "a", modified=f"20{n:02}-01-01T00:00:00Z") for n in range(1, 100)]
    late = [simple(f"Y-{n}", "a", modified="2199-01-01T00:00:00Z") for n in range(1)]
    with database(tmp_path, *records, *late) as index:
        state = index.state("PyPI", "")
    assert state is not None
    assert (state.advisories, state.data_until) == (100, "2099-01-01T00:00:00Z")


def test_a_package_is_not_silently_unaffected_by_a_range_that_cannot_be_compared(tmp_path: Path) -> None:
    undecided = record("X-1", entry("a", {"introduced": "0"}, {"fixed": "latest"}, ecosystem="npm"))
    with database(
        tmp_path,
        undecided,
        simple("X-2", "b"),
        record("X-3", entry("a", {"introduced": "0"}, {"fixed": "2.0.0"}, ecosystem="npm")),
        feed="npm",
    ) as index:
        wanted = [place("npm", "b", "1.0.0"), place("npm", "a", "1.0.0")]
        assert [hit.advisory.id for hit in index.lookup(wanted)] == ["X-3"]
        (gap,) = index.gaps(wanted)
    assert gap.kind is GapKind.NOT_COMPARABLE
    assert gap.subject == "npm a 1.0.0"
    assert "X-1" in gap.reason
    assert "'latest'" in gap.reason


def test_what_another_range_of_the_advisory_decides_is_no_gap(tmp_path: Path) -> None:
    ranges = ({"introduced": "0"}, {"fixed": "latest"}), ({"introduced": "1.0.0"}, {"fixed": "2.0.0"})
    content = record("X-1", *(entry("a", *events, ecosystem="npm") for events in ranges))
    with database(tmp_path, content, feed="npm") as index:
        assert [gap.subject for gap in index.gaps([place("npm", "a", "1.5.0"), place("npm", "a", "2.5.0")])] == [
            "npm a 2.5.0"
        ]


def test_a_feed_without_a_shard_holds_nothing(tmp_path: Path) -> None:
    with Database(tmp_path / "nowhere", SCHEMES) as index:
        assert list(index.lookup([place("PyPI", "jinja2", "2.10")])) == []
        assert list(index.gaps([place("PyPI", "jinja2", "2.10")])) == []
        assert index.state("PyPI", "") is None
        assert index.enrichment(["CVE-2021-44228"]) == {}


def test_only_the_shards_that_are_asked_for_are_opened(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "npm.sqlite").write_bytes(b"no database")
    with database(tmp_path, simple("X-1", "a")) as index:
        assert [hit.advisory.id for hit in index.lookup([place("PyPI", "a", "1")])] == ["X-1"]
        assert index.state("PyPI", "") is not None


def test_other_sources_are_joined_by_cve(shared: Database) -> None:
    known = shared.enrichment(["CVE-2021-44228", "CVE-2024-3094", "CVE-1999-99999", "no cve"])
    assert sorted(known) == ["CVE-2021-44228", "CVE-2024-3094"]
    log4shell = known["CVE-2021-44228"]
    assert log4shell.kev_added == "2021-12-10"
    assert log4shell.epss is not None
    assert log4shell.epss > 0.9
    assert log4shell.epss_percentile is not None
    assert {(score.version, score.score) for score in known["CVE-2024-3094"].cvss} == {("3.1", 10.0)}
