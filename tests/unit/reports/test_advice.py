"""What to do next."""

from dataclasses import replace

import pytest
from packageurl import PackageURL
from tests.unit.reports.cases import result

from hullcheck.model.severity import Severity
from hullcheck.reports.advice import upgrade_of, upgrades
from hullcheck.reports.groups import Affected
from hullcheck.reports.naming import name


def _affected(purl: str, *fixes: str) -> Affected:
    template = result("one-finding").findings[0]
    package = replace(template.package, purl=PackageURL.from_string(purl))
    findings = tuple(replace(template, id=f"CVE-{n}", package=package, fixed=fix) for n, fix in enumerate(fixes))
    return Affected((package,), findings)


@pytest.mark.parametrize(
    ("purl", "fixes", "to"),
    [
        ("pkg:npm/a@1.0.0", ("1.2.0", "1.10.0", "1.9.0"), "1.10.0"),
        ("pkg:pypi/a@1", ("1.0rc1", "1.0", "1.0.dev3"), "1.0"),
        ("pkg:deb/debian/a@1", ("1.0~rc1", "1.0", "1:0.5"), "1:0.5"),
        ("pkg:apk/alpine/a@1", ("1.2_rc1", "1.2", "1.2_p1"), "1.2_p1"),
        ("pkg:maven/g/a@1", ("1.0-SNAPSHOT", "1.0", "1.0-alpha"), "1.0"),
        ("pkg:npm/a@1.0.0", ("1.2.0", ""), "1.2.0"),
        ("pkg:npm/a@1.0.0", ("", ""), ""),
        ("pkg:unheard/a@1", ("1", "1"), "1"),
    ],
)
def test_the_upgrade_is_to_the_highest_of_the_fixed_versions(purl: str, fixes: tuple[str, ...], to: str) -> None:
    assert upgrade_of(_affected(purl, *fixes), "").to == to


@pytest.mark.parametrize(("purl", "fixes"), [("pkg:unheard/a@1", ("1", "2")), ("pkg:npm/a@1.0.0", ("1.2.0", "newest"))])
def test_where_versions_cannot_be_ordered_none_is_named(purl: str, fixes: tuple[str, ...]) -> None:
    upgrade = upgrade_of(_affected(purl, *fixes), "")
    assert upgrade.to == ""
    assert upgrade.count == 2


def test_an_upgrade_removes_what_has_a_fix_in_all_packages_of_the_source() -> None:
    first = upgrades(result("image-with-gaps"))[0]
    assert name(first.affected.packages[1].purl) == "openssl"
    assert first.to == "1.1.1v-0~deb11u1"
    assert first.count == 28
    assert first.by_severity == ((Severity.CRITICAL, 4), (Severity.HIGH, 10), (Severity.MEDIUM, 14))


def test_upgrades_that_remove_exploited_and_worse_flaws_come_first() -> None:
    assert [name(each.affected.packages[0].purl) for each in upgrades(result("repo-lock-files"))] == [
        "org.apache.logging.log4j:log4j-core",
        "lodash",
        "lodash",
        "jinja2",
    ]


def test_one_exploited_flaw_outweighs_worse_ones_that_nobody_exploits() -> None:
    scanned = result("repo-lock-files")
    exploited = tuple(
        replace(f, kev_added="2026-01-01" if f.package.purl.name == "jinja2" else "") for f in scanned.findings
    )
    assert name(upgrades(replace(scanned, findings=exploited))[0].affected.packages[0].purl) == "jinja2"


def test_what_has_no_fix_asks_for_no_upgrade() -> None:
    assert upgrades(result("old-data")) == ()
