"""Findings by place and package."""

from collections import Counter
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from tests.unit.records import values
from tests.unit.reports.cases import result

from hullcheck.model.result import ScanResult
from hullcheck.reports.groups import groups
from hullcheck.reports.naming import name


def test_the_system_and_each_application_are_a_group() -> None:
    found = groups(result("image-with-gaps"))
    assert [(group.place, group.purl_type, group.packages, group.count) for group in found] == [
        ("", "deb", 5, 30),
        ("opt/shop/lib/python3.9/site-packages", "pypi", 3, 3),
        ("opt/shop/web", "npm", 3, 3),
    ]
    assert [group.is_system for group in found] == [True, False, False]


def test_a_package_in_two_lock_files_is_in_two_groups() -> None:
    places = [group.place for group in groups(result("repo-lock-files"))]
    assert "web/package-lock.json" in places
    assert "admin/package-lock.json" in places


def test_packages_of_one_source_that_have_the_same_flaws_stand_together() -> None:
    system = groups(result("image-with-gaps"))[0]
    together = system.affected[0]
    assert [name(package.purl) for package in together.packages] == ["libssl1.1", "openssl"]
    assert len(together.findings) == 14
    assert together.count == 28


def test_packages_of_one_source_with_other_flaws_stand_apart() -> None:
    whole = result("image-with-gaps")
    fewer = tuple(f for f in whole.findings if not (f.package.purl.name == "openssl" and f.id == "CVE-2023-3817"))
    system = groups(replace(whole, findings=fewer))[0]
    assert [[name(package.purl) for package in each.packages] for each in system.affected[:2]] == [
        ["libssl1.1"],
        ["openssl"],
    ]


def test_packages_whose_flaws_are_fixed_in_different_versions_stand_apart() -> None:
    whole = result("image-with-gaps")
    other = tuple(replace(f, fixed="9") if f.package.purl.name == "openssl" else f for f in whole.findings)
    assert [len(each.packages) for each in groups(replace(whole, findings=other))[0].affected[:2]] == [1, 1]


def test_the_worst_come_first_in_groups_packages_and_findings() -> None:
    for group in groups(result("image-with-gaps")):
        for affected in group.affected:
            ranks = [finding.severity.rank for finding in affected.findings]
            assert ranks == sorted(ranks)
        firsts = [affected.findings[0].severity.rank for affected in group.affected]
        assert firsts == sorted(firsts)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(values(ScanResult))
def test_no_finding_is_lost_or_counted_twice(scanned: object) -> None:
    assert isinstance(scanned, ScanResult)
    found = groups(scanned)
    listed = Counter(f.id for g in found for a in g.affected for f in a.findings for _ in a.packages)
    assert listed == Counter(finding.id for finding in scanned.findings)
    assert sum(group.count for group in found) == len(scanned.findings)
