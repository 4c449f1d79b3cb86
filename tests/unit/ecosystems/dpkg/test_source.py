import pytest
from packageurl import PackageURL

from hullcheck.ecosystems.dpkg.source import source_name, source_version


def name(purl: str) -> str:
    return source_name(PackageURL.from_string(purl))


def version(purl: str) -> str:
    return source_version(PackageURL.from_string(purl))


def test_a_package_is_its_own_source_if_it_names_no_other() -> None:
    assert name("pkg:deb/debian/bash@5.2-1?arch=amd64") == "bash"
    assert version("pkg:deb/debian/bash@5.2-1?arch=amd64") == "5.2-1"


def test_the_source_may_have_the_same_version() -> None:
    assert name("pkg:deb/debian/libc6@2.36-9?upstream=glibc") == "glibc"
    assert version("pkg:deb/debian/libc6@2.36-9?upstream=glibc") == "2.36-9"


def test_the_source_may_have_another_version() -> None:
    purl = "pkg:deb/debian/libgcc-s1@12.2.0-14%2Bb1?upstream=gcc-12%401:12.2.0-14"
    assert name(purl) == "gcc-12"
    assert version(purl) == "1:12.2.0-14"


@pytest.mark.parametrize(
    ("binary", "source"),
    [
        ("1.0-1+b1", "1.0-1"),
        ("1:1.0-1+deb12u1+b12", "1:1.0-1+deb12u1"),
        ("1.0+b1-1", "1.0+b1-1"),
        ("1.0-1+b", "1.0-1+b"),
        ("1.0-1+b1~bpo1", "1.0-1+b1~bpo1"),
    ],
)
def test_the_number_of_a_rebuild_is_not_of_the_source(binary: str, source: str) -> None:
    assert source_version(PackageURL("deb", "debian", "a", binary)) == source


def test_the_epoch_may_be_a_qualifier() -> None:
    assert version("pkg:deb/debian/a@1.0-1?epoch=2") == "2:1.0-1"
    assert version("pkg:deb/debian/a@2:1.0-1?epoch=2") == "2:1.0-1"
    assert version("pkg:deb/debian/a@1.0-1?epoch=2&upstream=b%400.9-1") == "0.9-1"


def test_a_package_without_version_has_none() -> None:
    assert version("pkg:deb/debian/a?epoch=2") == ""


@pytest.mark.parametrize(
    ("source", "advised"),
    [
        ("linux-signed-amd64", "linux"),
        ("linux-signed-arm64", "linux"),
        ("linux-signed", "linux"),
        ("linux-signed-aws", "linux-aws"),
        ("linux", "linux"),
        ("linux-signedness", "linux-signedness"),
        ("my-linux-signed", "my-linux-signed"),
    ],
)
def test_signed_kernels_are_kernels(source: str, advised: str) -> None:
    assert source_name(PackageURL("deb", "debian", "linux-image", "6.1", {"upstream": f"{source}@6.1+1"})) == advised
    assert source_name(PackageURL("deb", "debian", source, "6.1")) == advised
