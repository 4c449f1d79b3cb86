"""What people call packages and versions."""

from dataclasses import replace

import pytest
from packageurl import PackageURL
from tests.unit.reports.cases import result

from hullcheck.model.advisory import AffectedRange
from hullcheck.reports.naming import affected, cves, ecosystem, name, source_package, version


@pytest.mark.parametrize(
    ("purl", "shown"),
    [
        ("pkg:deb/debian/openssl@1", "openssl"),
        ("pkg:apk/alpine/busybox@1", "busybox"),
        ("pkg:npm/lodash@1", "lodash"),
        ("pkg:npm/%40babel/traverse@1", "@babel/traverse"),
        ("pkg:maven/org.apache.logging.log4j/log4j-core@1", "org.apache.logging.log4j:log4j-core"),
        ("pkg:golang/golang.org/x/text@v1", "golang.org/x/text"),
        ("pkg:pypi/%1B%5B31m@1", r"\x1b[31m"),
    ],
)
def test_a_package_is_called_as_its_own_tools_call_it(purl: str, shown: str) -> None:
    assert name(PackageURL.from_string(purl)) == shown


@pytest.mark.parametrize(
    ("purl", "shown"),
    [
        ("pkg:deb/debian/zlib1g@1:1.2.11", "1:1.2.11"),
        ("pkg:rpm/redhat/openssl@1.1.1k-7.el8?epoch=1", "1:1.1.1k-7.el8"),
        ("pkg:rpm/redhat/bash@5-1?epoch=0", "5-1"),
        ("pkg:npm/lodash", ""),
    ],
)
def test_a_version_has_its_epoch_once(purl: str, shown: str) -> None:
    assert version(PackageURL.from_string(purl)) == shown


@pytest.mark.parametrize(
    ("bounds", "shown"),
    [
        (AffectedRange("0", "1.2"), "< 1.2"),
        (AffectedRange("", "1.2"), "< 1.2"),
        (AffectedRange("1.0", "1.2"), ">= 1.0, < 1.2"),
        (AffectedRange("1.0", "", "1.2"), ">= 1.0, <= 1.2"),
        (AffectedRange("1.0", "", "1.0"), "= 1.0"),
        (AffectedRange("1.0"), ">= 1.0"),
        (AffectedRange("0"), "all versions"),
        (AffectedRange("0", "\x1b"), r"< \x1b"),
    ],
)
def test_a_range_reads_like_mathematics(bounds: AffectedRange, shown: str) -> None:
    assert affected(bounds) == shown


def test_a_source_package_is_named_where_it_has_another_name() -> None:
    named = {name(f.package.purl): source_package(f) for f in result("image-with-gaps").findings}
    assert named["libssl1.1"] == "openssl"
    assert named["openssl"] == ""
    assert named["libc6"] == "glibc"
    assert named["@babel/traverse"] == ""


def test_cve_ids_are_the_id_and_the_aliases_that_are_some() -> None:
    finding = replace(result("one-finding").findings[0], id="GHSA-1", aliases=("CVE-2021-1", "PYSEC-1", "CVE-2021-2"))
    assert cves(finding) == ("CVE-2021-1", "CVE-2021-2")


def test_an_ecosystem_without_a_name_is_called_by_its_purl_type() -> None:
    assert ecosystem("pypi") == "Python"
    assert ecosystem("conan") == "conan"
