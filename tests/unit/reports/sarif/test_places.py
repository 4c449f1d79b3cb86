"""Where findings are, as SARIF says it."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.reports.cases import result

from hullcheck.model.layer import Image
from hullcheck.model.package import Location, Package
from hullcheck.model.target import Target, TargetKind
from hullcheck.reports.sarif.places import image_name, places, uri


def _image(name: str, source: str, *tags: str) -> Target:
    return Target(TargetKind.IMAGE, name, source, Image("sha256:1", "", tags, "linux/amd64", "", "", (), ()))


@pytest.mark.parametrize(
    ("name", "source", "tags", "stable"),
    [
        ("alpine:3.20", "registry", (), "alpine"),
        ("alpine", "registry", (), "alpine"),
        ("registry.example:5000/team/app:1.2", "registry", (), "registry.example:5000/team/app"),
        ("registry.example:5000/team/app", "registry", (), "registry.example:5000/team/app"),
        ("team/app@sha256:abc", "registry", (), "team/app"),
        ("team/app:1@sha256:abc", "registry", ("other:2",), "team/app"),
        ("/tmp/build/app.tar", "docker-archive", ("team/app:1", "team/app:latest"), "team/app"),
        ("/tmp/build/app.tar", "docker-archive", (), "app.tar"),
        ("./layout", "oci-layout", (), "layout"),
        ("./layout/", "oci-layout", (), "layout"),
        ("./layout", "oci-layout", ("1.4.2", "latest"), "layout"),
        ("./layout:1.4.2", "oci-layout", ("1.4.2",), "layout"),
        ("./layout", "oci-layout", ("1.4.2", "registry.example/app:1.4.2"), "registry.example/app"),
        ("~/app.tar", "oci-archive", (), "app.tar"),
        ("docker://alpine:3.20", "registry", ("alpine:3.20",), "alpine"),
        ("docker-archive:app.tar", "docker-archive", (), "app.tar"),
        ("oci:build/layout:1.2", "oci-layout", (), "build/layout"),
    ],
)
def test_an_image_keeps_its_name_when_it_is_built_again(
    name: str, source: str, tags: tuple[str, ...], stable: str
) -> None:
    assert image_name(_image(name, source, *tags)) == stable


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/b.json", "a/b.json"),
        ("/a//b/", "a/b"),
        ("../../etc/passwd", "etc/passwd"),
        ("./a/../b", "a/b"),
        ("a b/c?d#e", "a%20b/c%3Fd%23e"),
        ("host:5000/x", "host%3A5000/x"),
        ("app.jar!/BOOT-INF/lib/x.jar", "app.jar!/BOOT-INF/lib/x.jar"),
        ("100%/%2e%2e", "100%25/%252e%252e"),
        ("日本", "%E6%97%A5%E6%9C%AC"),
        ("caf\udce9", "caf%E9"),
        ("a\\b", "a%5Cb"),
        ("", ""),
        ("..", ""),
    ],
)
def test_a_path_becomes_a_relative_uri_that_stays_where_it_is(path: str, expected: str) -> None:
    assert uri(path) == expected


@given(st.text(max_size=30))
def test_any_path_can_be_read_back_from_its_uri(path: str) -> None:
    segments = [segment for segment in path.split("/") if segment not in {"", ".", ".."}]
    assert unquote(uri(path)) == "/".join(segments)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (".", "web/package-lock.json"),
        ("./", "web/package-lock.json"),
        ("services/shop", "services/shop/web/package-lock.json"),
        ("./services/shop/", "services/shop/web/package-lock.json"),
        ("/builds/shop", "web/package-lock.json"),
        ("../shop", "web/package-lock.json"),
    ],
)
def test_a_source_tree_below_the_checkout_keeps_its_directory(name: str, expected: str) -> None:
    artifact = places(Target(TargetKind.REPOSITORY, name, "directory")).artifact("web/package-lock.json")
    assert artifact == {"uri": expected, "uriBaseId": "%SRCROOT%"}


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        (TargetKind.SBOM, "build/app.cdx.json", "app.cdx.json"),
        (TargetKind.ROOTFS, "/mnt/root/", "root"),
        (TargetKind.REPOSITORY, ".", "target"),
        (TargetKind.SBOM, "/", "target"),
    ],
)
def test_a_package_without_a_location_is_in_the_target_itself(kind: TargetKind, name: str, expected: str) -> None:
    package = Package(result("one-finding").packages[0].purl, ())
    (location,) = places(Target(kind, name, "file")).locations(package)
    physical = location["physicalLocation"]
    assert isinstance(physical, dict)
    assert physical["artifactLocation"]["uri"] == expected
    assert physical["region"] == {"startLine": 1}


def test_no_more_locations_are_listed_than_github_shows() -> None:
    package = Package(result("one-finding").packages[0].purl, tuple(Location(f"{n}.txt") for n in range(300)))
    assert len(places(Target(TargetKind.ROOTFS, "/", "directory")).locations(package)) == 100
