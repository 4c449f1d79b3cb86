"""The starter set is right where the feeds can tell, and complete in itself."""

import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pytest
from tests.unit.advisories.feeds import SCHEMES, SHARED

from hullcheck.advisories.severities import Scores
from hullcheck.advisories.starter import FEED, ORIGIN, StarterSet
from hullcheck.formats.json import read_json
from hullcheck.formats.node import Node
from hullcheck.formats.toml import read_toml
from hullcheck.matching.severity import from_score
from hullcheck.model.advisory import Enrichment
from hullcheck.model.lookup import Coordinates, Hit
from hullcheck.model.severity import Cvss
from hullcheck.model.source_file import SourceFile
from hullcheck.versions.scheme import Scheme

ENOUGH = 60
KINDS = ("introduced", "fixed", "last_affected")
STARTER = StarterSet(SCHEMES)
DEBIAN = ("10", "11", "12")
ALPINE = tuple(f"v3.{minor}" for minor in range(12, 22))


@dataclass(frozen=True)
class Row:
    """What the starter set says of a flaw in a package of a release."""

    cve: str
    vector: str
    feed: str
    release: str
    package: str
    ranges: tuple[tuple[str, str], ...]

    @property
    def scheme(self) -> Scheme:
        return SCHEMES[self.feed]

    @property
    def ecosystem(self) -> str:
        return f"{self.feed}:{self.release}" if self.release else self.feed

    @property
    def place(self) -> tuple[str, str, str]:
        return self.cve, self.ecosystem, self.package.lower()


@dataclass(frozen=True)
class Record:
    """What an advisory of a feed says of a flaw in a package: the events of each range, versions, CVSS vectors."""

    id: str
    ranges: tuple[tuple[tuple[str, str], ...], ...]
    versions: tuple[str, ...]
    vectors: tuple[str, ...]

    def holds(self, key: bytes, scheme: Scheme) -> bool:
        """Say whether the version of `key` is affected, by https://ossf.github.io/osv-schema/#evaluation."""
        return key in {scheme.key(version) for version in self.versions} or any(
            reached(events, key, scheme) for events in self.ranges
        )


def reached(events: tuple[tuple[str, str], ...], key: bytes, scheme: Scheme) -> bool:
    affected = False
    for bound, kind in sorted((b"" if version == "0" else known(scheme, version), kind) for kind, version in events):
        if kind == "last_affected":
            affected = affected and key <= bound
        elif key >= bound:
            affected = kind == "introduced"
    return affected


def known(scheme: Scheme, version: str) -> bytes:
    key = scheme.key(version)
    assert key is not None, version
    return key


@cache
def flaws() -> tuple[Node, ...]:
    content = files("hullcheck.advisories").joinpath("starter.toml").read_bytes()
    return tuple(read_toml(SourceFile("starter.toml", content)).nodes("flaw"))


@cache
def rows() -> tuple[Row, ...]:
    return tuple(
        Row(flaw.text("id"), flaw.text("cvss"), node.text("feed"), release, node.text("package"), bounds(node))
        for flaw in flaws()
        for node in flaw.nodes("affected")
        for release in node.texts("releases") or ("",)
    )


def bounds(node: Node) -> tuple[tuple[str, str], ...]:
    parts = [text.partition(" < ") for text in node.texts("ranges")]
    return tuple((introduced, fixed) for introduced, _, fixed in parts)


@cache
def records() -> Mapping[tuple[str, str, str], tuple[Record, ...]]:
    """Return what the feeds say, by CVE, ecosystem with release, and package."""
    found: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
    cves = {row.cve for row in rows()}
    for document in mentioning(cves):
        for cve in cves & names(document):
            for affected in document.nodes("affected"):
                package = affected.node("package")
                place = (cve, package.text("ecosystem"), package.text("name").lower())
                found[place].append(record(document, affected))
    return {place: tuple(about) for place, about in found.items()}


def names(document: Node) -> set[str]:
    """Return what the record is about; some have the CVE of a flaw in several programs as a related one."""
    return {document.text("id")}.union(*(document.texts(key) for key in ("aliases", "upstream", "related")))


def mentioning(cves: set[str]) -> Iterator[Node]:
    mention = re.compile("|".join(map(re.escape, sorted(cves))).encode()).search
    for feed in sorted({row.feed for row in rows()}):
        with zipfile.ZipFile(SHARED / feed / "all.zip") as archive:
            for name in archive.namelist():
                content = archive.read(name)
                if mention(content):
                    yield read_json(SourceFile(name, content))


def record(document: Node, affected: Node) -> Record:
    ranges = tuple(
        tuple((kind, event.text(kind)) for event in entry.nodes("events") for kind in KINDS if event.has(kind))
        for entry in affected.nodes("ranges")
        if entry.text("type") != "GIT"
    )
    severities = (*document.nodes("severity"), *affected.nodes("severity"))
    vectors = tuple(severity.text("score") for severity in severities if severity.text("type") == "CVSS_V3")
    return Record(document.text("id"), ranges, affected.texts("versions"), vectors)


@cache
def compared() -> tuple[tuple[Row, tuple[Record, ...]], ...]:
    """Return the rows whose CVE a feed has for the same package and release."""
    return tuple((row, records()[row.place]) for row in rows() if row.place in records())


def below(key: bytes) -> bytes:
    """Return a key that is just below `key`."""
    return key[:-1] if key.endswith(b"\0") else key[:-1] + bytes((key[-1] - 1,)) + b"\xff" * 16


def starter_holds(row: Row, key: bytes) -> bool:
    place = Coordinates(row.feed, row.release, row.package, "", key)
    return any(hit.advisory.id == row.cve for hit in STARTER.lookup([place]))


def feed_holds(row: Row, about: tuple[Record, ...], key: bytes) -> bool:
    return any(found.holds(key, row.scheme) for found in about)


def test_enough_flaws_can_be_compared_with_the_feeds(capsys: pytest.CaptureFixture[str]) -> None:
    cves = {row.cve for row, _ in compared()}
    with capsys.disabled():
        print(
            f"\ncompared with the feeds: {len(cves)} of {len(flaws())} flaws, {len(compared())} of {len(rows())} rows"
        )
    assert len(cves) >= ENOUGH


def test_a_fixed_version_is_not_affected_and_what_is_just_below_is_and_the_feeds_agree() -> None:
    wrong = [
        f"{row.cve} {row.ecosystem} {row.package}: {fixed} {[found.id for found in about]}"
        for row, about in compared()
        for _, fixed in row.ranges
        if fixed
        for key in [known(row.scheme, fixed)]
        if [starter_holds(row, key), starter_holds(row, below(key))] != [False, True]
        or [feed_holds(row, about, key), feed_holds(row, about, below(key))] != [False, True]
    ]
    assert wrong == []


def test_what_has_no_fix_has_none_in_the_feeds() -> None:
    wrong = [
        f"{row.cve} {row.ecosystem} {row.package}"
        for row, about in compared()
        for _, fixed in row.ranges
        if not fixed and any(kind == "fixed" for found in about for events in found.ranges for kind, _ in events)
    ]
    assert wrong == []


def test_where_a_flaw_was_introduced_the_feeds_have_it() -> None:
    # The records of victims have the CVE as their id, and ranges that begin with a series.
    wrong = [
        f"{row.cve} {row.ecosystem} {row.package}: {introduced}"
        for row, about in compared()
        for introduced, _ in row.ranges
        if introduced != "0" and any(found.id != row.cve for found in about)
        if not feed_holds(row, about, known(row.scheme, introduced))
    ]
    assert wrong == []


def test_severities_are_within_one_level_of_the_feeds() -> None:
    scores = Scores()
    wrong = [
        f"{row.cve}: {own.score}, {found.id}: {other.score}"
        for row, about in compared()
        for found in about
        for vector in found.vectors
        for own, other in [(scored(scores, row.vector), scored(scores, vector))]
        if abs(from_score(own.score).rank - from_score(other.score).rank) > 1
    ]
    assert wrong == []


def scored(scores: Scores, vector: str) -> Cvss:
    found = scores.cvss(vector, "test")
    assert found is not None, vector
    return found


def test_the_dates_of_exploitation_are_those_of_cisa() -> None:
    catalogue = json.loads((SHARED / "kev.json").read_text(encoding="utf-8"))
    listed = {entry["cveID"]: entry["dateAdded"] for entry in catalogue["vulnerabilities"]}
    ids = [flaw.text("id") for flaw in flaws()]
    assert {cve: found.kev_added for cve, found in STARTER.enrichment(ids).items()} == {
        cve: listed[cve] for cve in ids if cve in listed
    }


def test_aliases_that_the_feeds_know_are_of_the_same_flaw() -> None:
    owners = {alias: flaw.text("id") for flaw in flaws() for alias in flaw.texts("aliases")}
    wrong = [
        f"{owners[document.text('id')]}: {document.text('id')}"
        for document in mentioning(set(owners))
        if document.text("id") in owners
        and owners[document.text("id")] not in {*document.texts("aliases"), *document.texts("upstream")}
    ]
    assert wrong == []


def test_every_flaw_is_complete() -> None:
    for flaw in flaws():
        assert re.fullmatch(r"CVE-\d{4}-\d{4,}", flaw.text("id"))
        assert re.fullmatch(r"CVSS:3\.1(/[A-Z]{1,2}:[A-Z]){8}", flaw.text("cvss"))
        assert all(re.fullmatch(r"CWE-\d+", cwe) for cwe in flaw.texts("cwes"))
        assert flaw.texts("cwes")
        assert re.fullmatch(r"(\d{4}-\d\d-\d\d)?", flaw.text_or_none("kev") or "")
        assert 20 <= len(flaw.text("title")) <= 120
        assert list(flaw.nodes("affected"))


def test_every_row_is_complete() -> None:
    releases = {"Debian": set(DEBIAN), "Alpine": set(ALPINE)}
    for row in rows():
        assert row.release in releases.get(row.feed, {""})
        assert row.ranges
        for introduced, fixed in row.ranges:
            low = b"" if introduced == "0" else known(row.scheme, introduced)
            assert not fixed or low < known(row.scheme, fixed)


def test_flaws_and_rows_are_sorted_and_named_once() -> None:
    ids = [flaw.text("id") for flaw in flaws()]
    assert ids == sorted(set(ids))
    places = [(row.cve, row.feed, row.release, row.package) for row in rows()]
    assert len(places) == len(set(places))
    for flaw in flaws():
        packages = [(node.text("feed"), node.text("package")) for node in flaw.nodes("affected")]
        assert packages == sorted(packages)
        assert list(flaw.texts("aliases")) == sorted(set(flaw.texts("aliases")))


def test_the_set_has_the_size_that_was_meant() -> None:
    assert 60 <= len(flaws()) <= 120


def look_up(feed: str, release: str, name: str, version: str) -> list[Hit]:
    place = Coordinates(feed, release, name, version, known(SCHEMES[feed], version))
    return list(STARTER.lookup([place]))


@pytest.mark.parametrize(
    ("feed", "release", "name", "version", "cve", "fixed"),
    [
        ("Maven", "", "org.apache.logging.log4j:log4j-core", "2.14.1", "CVE-2021-44228", "2.15.0"),
        ("Maven", "", "org.apache.logging.log4j:log4j-core", "2.3", "CVE-2021-44228", "2.3.1"),
        ("PyPI", "", "Jinja2", "2.10", "CVE-2019-10906", "2.10.1"),
        ("PyPI", "", "PyYAML", "5.3.1", "CVE-2020-14343", "5.4"),
        ("npm", "", "lodash", "4.17.20", "CVE-2021-23337", "4.17.21"),
        ("Go", "", "golang.org/x/text", "v0.3.7", "CVE-2022-32149", "0.3.8"),
        ("Go", "", "stdlib", "go1.21rc2", "CVE-2023-44487", "1.21.3"),
        ("crates.io", "", "regex", "1.5.4", "CVE-2022-24713", "1.5.5"),
        ("Debian", "11", "openssl", "1.1.1k-1+deb11u1", "CVE-2022-0778", "1.1.1k-1+deb11u2"),
        ("Debian", "12", "openssh", "1:9.2p1-2+deb12u2", "CVE-2024-6387", "1:9.2p1-2+deb12u3"),
        ("Alpine", "v3.15", "busybox", "1.34.1-r4", "CVE-2022-28391", "1.34.1-r5"),
    ],
)
def test_a_version_below_the_fix_is_found(
    feed: str, release: str, name: str, version: str, cve: str, fixed: str
) -> None:
    hit = next(hit for hit in look_up(feed, release, name, version) if hit.advisory.id == cve)
    assert hit.range.fixed == fixed
    assert hit.coordinates.name == name
    assert hit.advisory.feed == FEED
    assert cve not in {hit.advisory.id for hit in look_up(feed, release, name, fixed)}


@pytest.mark.parametrize(
    ("feed", "release", "name", "version"),
    [
        ("Maven", "", "org.apache.logging.log4j:log4j-core", "2.17.1"),
        ("npm", "", "lodash", "4.17.21"),
        ("npm", "", "ua-parser-js", "0.7.28"),
        ("Debian", "12", "openssl", "3.0.9-1"),
        ("Debian", "13", "openssl", "1.0"),
        ("Debian", "", "openssl", "1.0"),
        ("Alpine", "v3.20", "xz", "5.4.5-r0"),
        ("PyPI", "", "no-such-package", "1.0"),
    ],
)
def test_a_version_that_is_not_affected_is_not_found(feed: str, release: str, name: str, version: str) -> None:
    assert look_up(feed, release, name, version) == []


def test_hits_come_in_the_order_of_the_question_then_of_the_id() -> None:
    versions = [("PyPI", "django", "3.2.1"), ("Maven", "org.apache.logging.log4j:log4j-core", "2.14.1")]
    places = [Coordinates(feed, "", name, text, known(SCHEMES[feed], text)) for feed, name, text in versions]
    found = [(places.index(hit.coordinates), hit.advisory.id) for hit in STARTER.lookup(places)]
    assert found == sorted(found)
    assert {number for number, _ in found} == {0, 1}


def test_an_advisory_has_its_score_and_says_whose_it_is() -> None:
    advisory = look_up("npm", "", "minimist", "1.2.5")[0].advisory
    assert advisory.cvss == (Cvss("3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, FEED),)
    assert advisory.aliases == ("GHSA-xvch-5gv4-984h",)
    assert advisory.cwes == ("CWE-1321",)
    assert [link.url for link in advisory.references] == ["https://www.cve.org/CVERecord?id=CVE-2021-44906"]


def test_the_state_of_a_release_counts_its_flaws() -> None:
    state = STARTER.state("Debian", "11")
    assert state is not None
    assert state.advisories == len({row.cve for row in rows() if (row.feed, row.release) == ("Debian", "11")})
    assert state.origin == ORIGIN
    assert state.fetched == ""
    assert state.data_until.endswith("Z")


@pytest.mark.parametrize(("feed", "release"), [("Debian", "13"), ("Debian", ""), ("Ubuntu", "22.04"), ("NuGet", "")])
def test_nothing_is_known_of_a_release_without_flaws(feed: str, release: str) -> None:
    assert STARTER.state(feed, release) is None


def test_a_feed_without_a_scheme_is_left_out() -> None:
    starter = StarterSet({"npm": SCHEMES["npm"]})
    assert starter.state("npm", "") is not None
    assert starter.state("PyPI", "") is None


def test_only_known_exploitation_is_said() -> None:
    assert STARTER.enrichment(["CVE-2021-44228", "CVE-2021-45105", "CVE-1999-0001"]) == {
        "CVE-2021-44228": Enrichment("CVE-2021-44228", kev_added="2021-12-10")
    }


def test_there_are_no_gaps() -> None:
    assert list(STARTER.gaps([Coordinates("npm", "", "lodash", "1", b"\x21\x02")])) == []
