from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from packageurl import PackageURL
from tests.unit.advisories.feeds import SCHEMES, entry, record, task, write_feed

from hullcheck.advisories.build import build
from hullcheck.advisories.database import Database
from hullcheck.advisories.starter import StarterSet
from hullcheck.ecosystems.table import by_purl_type, schemes
from hullcheck.matching.match import Matched, MatchOptions, match_packages, wanted_feeds
from hullcheck.model.gap import GapKind
from hullcheck.model.package import Location, Package
from hullcheck.model.severity import Severity

NOW = datetime(2026, 9, 1, tzinfo=UTC)
CRITICAL = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}
LOW = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"}

PYPI = (
    record(
        "PYSEC-2019-217",
        entry("Jinja2", {"introduced": "0"}, {"fixed": "2.10.1"}),
        aliases=["CVE-2019-10906"],
        details="In Pallets Jinja before 2.10.1,\nstr.format_map allows a sandbox escape.",
    ),
    record(
        "GHSA-462w-v97r-4m45",
        entry("jinja2", {"introduced": "2.0"}, {"fixed": "2.10.2"}),
        aliases=["CVE-2019-10906"],
        summary="Jinja2 sandbox escape",
        severity=[CRITICAL],
    ),
    record("GHSA-open", entry("jinja2", {"introduced": "2.0"}, {"last_affected": "2.10"}), severity=[LOW]),
    record("GHSA-gone", entry("jinja2", {"introduced": "0"}), withdrawn="2026-01-01T00:00:00Z"),
)
NPM = (record("GHSA-odd", entry("odd", {"introduced": "0"}, {"fixed": "latest"}, ecosystem="npm")),)
DEBIAN = (
    record(
        "DEBIAN-CVE-2022-0778",
        entry("openssl", {"introduced": "0"}, {"fixed": "1.1.1k-1+deb11u2"}, ecosystem="Debian:11"),
        entry("openssl", {"introduced": "0"}, {"fixed": "1.1.1n-1"}, ecosystem="Debian:12"),
        upstream=["CVE-2022-0778"],
    ),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    source, directory = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("database")
    write_feed(source, PYPI, "PyPI")
    write_feed(source, DEBIAN, "Debian")
    write_feed(source, NPM, "npm")
    build(task(source, directory))
    with Database(directory, SCHEMES) as database:
        yield database


def package(purl: str, place: str = "requirements.txt", path: str = "") -> Package:
    return Package(PackageURL.from_string(purl), (Location(path or place),), place)


def matched(index: Database, *packages: Package, now: datetime = NOW, days: int = 180) -> Matched:
    return match_packages(packages, index, by_purl_type, now, MatchOptions(timedelta(days=days)))


def test_one_flaw_is_one_row_with_the_highest_fix_and_every_match(index: Database) -> None:
    first, second = matched(index, package("pkg:pypi/jinja2@2.10")).findings
    assert (first.id, first.aliases) == ("CVE-2019-10906", ("GHSA-462w-v97r-4m45", "PYSEC-2019-217"))
    assert (first.severity, first.severity_source) == (Severity.CRITICAL, "GHSA-462w-v97r-4m45 (CVSS 3.1)")
    assert first.fixed == "2.10.2"
    assert first.title == "Jinja2 sandbox escape"
    assert [(m.advisory.id, m.fixed, m.compared) for m in first.matches] == [
        ("GHSA-462w-v97r-4m45", "2.10.2", "jinja2 2.10"),
        ("PYSEC-2019-217", "2.10.1", "jinja2 2.10"),
    ]
    assert (second.id, second.fixed, second.severity) == ("GHSA-open", "", Severity.LOW)


def test_only_the_advisories_that_hold_the_version_match(index: Database) -> None:
    (found,) = matched(index, package("pkg:pypi/jinja2@2.10.1")).findings
    assert [m.advisory.id for m in found.matches] == ["GHSA-462w-v97r-4m45"]
    assert matched(index, package("pkg:pypi/jinja2@2.10.2")).findings == ()


def test_details_make_a_title_of_one_line_where_there_is_no_summary(index: Database) -> None:
    (found,) = matched(index, package("pkg:pypi/jinja2@1.0")).findings
    assert found.title == "In Pallets Jinja before 2.10.1, str.format_map allows a sandbox escape."


def test_packages_of_a_distribution_match_by_source_package_and_release(index: Database) -> None:
    purl = "pkg:deb/debian/libssl1.1@1.1.1k-1%2Bdeb11u1?arch=amd64&distro=debian-11&upstream=openssl"
    (found,) = matched(index, package(purl, place="", path="var/lib/dpkg/status")).findings
    assert (found.id, found.fixed) == ("CVE-2022-0778", "1.1.1k-1+deb11u2")
    assert found.matches[0].compared == "openssl 1.1.1k-1+deb11u1"
    mended = purl.replace("deb11u1?", "deb11u2?")
    assert matched(index, package(mended, place="")).findings == ()


def test_every_binary_package_of_a_source_package_has_its_row(index: Database) -> None:
    purls = (
        f"pkg:deb/debian/{name}@1.1.1k-1?arch=amd64&distro=debian-11&upstream=openssl"
        for name in ("libssl1.1", "openssl-tools")
    )
    found = matched(index, *(package(purl, place="") for purl in purls)).findings
    assert [f.package.purl.name for f in found] == ["libssl1.1", "openssl-tools"]
    assert len({f.fingerprint for f in found}) == 2


def test_a_fingerprint_survives_a_new_version_a_line_and_another_path(index: Database) -> None:
    (old, _) = matched(index, package("pkg:pypi/jinja2@2.10", "app", "app/a/METADATA")).findings
    (new, *_) = matched(index, package("pkg:pypi/jinja2@2.9", "app", "app/b/METADATA")).findings
    (elsewhere, _) = matched(index, package("pkg:pypi/jinja2@2.10", "other")).findings
    assert old.fingerprint == new.fingerprint != elsewhere.fingerprint


def test_two_versions_in_one_place_are_told_apart_in_their_order(index: Database) -> None:
    lower, higher = package("pkg:pypi/jinja2@2.9"), package("pkg:pypi/jinja2@2.10")
    alone = {f.id: f.fingerprint for f in matched(index, lower).findings}
    both = matched(index, higher, lower).findings
    assert len({f.fingerprint for f in both}) == len(both) == 4
    assert {f.id: f.fingerprint for f in both if f.package is lower} == alone


def test_the_worst_comes_first_whatever_the_order_of_packages(index: Database) -> None:
    packages = [package("pkg:pypi/jinja2@2.10", "b"), package("pkg:pypi/jinja2@2.10", "a")]
    found = matched(index, *packages).findings
    assert [(f.severity.value, f.package.place) for f in found] == [
        ("critical", "a"),
        ("critical", "b"),
        ("low", "a"),
        ("low", "b"),
    ]
    assert found == matched(index, *reversed(packages)).findings


@pytest.mark.parametrize(
    ("purl", "kind", "subject"),
    [
        ("pkg:pypi/jinja2", GapKind.NOT_COMPARABLE, "pkg:pypi/jinja2"),
        ("pkg:npm/x@latest", GapKind.NOT_COMPARABLE, "pkg:npm/x@latest"),
        ("pkg:gem/rails@1.0", GapKind.NO_ADVISORIES, "pkg:gem"),
        ("pkg:deb/other/a@1?distro=other-1", GapKind.NO_ADVISORIES, "pkg:deb/other"),
        ("pkg:deb/debian/a@1?distro=debian", GapKind.NO_ADVISORIES, "Debian:unknown release"),
        ("pkg:deb/debian/a@1?distro=debian-99", GapKind.NO_ADVISORIES, "Debian:99"),
        ("pkg:cargo/regex@1.0.0", GapKind.NO_ADVISORIES, "crates.io"),
        ("pkg:npm/odd@1.0.0", GapKind.NOT_COMPARABLE, "npm odd 1.0.0"),
    ],
)
def test_what_could_not_be_compared_is_a_gap(index: Database, purl: str, kind: GapKind, subject: str) -> None:
    found = matched(index, package(purl))
    assert found.findings == ()
    assert [(gap.kind, gap.subject) for gap in found.gaps] == [(kind, subject)]


def test_what_was_never_published_is_no_gap(index: Database) -> None:
    found = matched(index, package("pkg:golang/example.com/app@%28devel%29"))
    assert (found.findings, found.gaps, found.feeds) == ((), (), ())


def test_many_packages_share_one_gap(index: Database) -> None:
    (gap,) = matched(index, *(package(f"pkg:gem/a{number}@1.0") for number in range(500))).gaps
    assert "(500 packages)" in gap.reason


def test_the_feeds_that_were_compared_are_stated(index: Database) -> None:
    found = matched(index, package("pkg:pypi/jinja2@3.0"), package("pkg:pypi/flask@3.0"))
    (use,) = found.feeds
    assert (use.feed, use.release, use.packages, use.advisories) == ("PyPI", "", 2, 3)
    assert (use.fetched, use.data_until[:10]) == ("2026-09-01T12:00:00Z", "2026-08-01")
    assert found.gaps == ()


def test_advisories_that_end_long_ago_are_a_gap(index: Database) -> None:
    late = NOW + timedelta(days=180)
    (gap,) = matched(index, package("pkg:pypi/flask@3.0"), now=late).gaps
    assert (gap.kind, gap.subject) == (GapKind.OLD_ADVISORIES, "PyPI")
    assert "2026-08-01" in gap.reason
    assert matched(index, package("pkg:pypi/flask@3.0"), now=late, days=365).gaps == ()


def test_the_starter_set_is_a_gap_whatever_it_finds() -> None:
    packages = [package("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1")]
    found = match_packages(packages, StarterSet(schemes()), by_purl_type, NOW, MatchOptions())
    assert "CVE-2021-44228" in {f.id for f in found.findings}
    assert [gap.kind for gap in found.gaps] == [GapKind.STARTER_ADVISORIES]


def test_the_feeds_that_packages_need_are_those_of_their_ecosystems() -> None:
    packages = [
        package("pkg:pypi/jinja2@2.10"),
        package("pkg:gem/rails@1.0"),
        package("pkg:deb/debian/a@1?distro=debian-12"),
    ]
    assert wanted_feeds(packages, by_purl_type) == ("Debian", "PyPI")
