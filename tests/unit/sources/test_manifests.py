"""Images for several platforms, in layouts that hold them in all the ways that indexes can."""

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from tests.simulators.images import (
    OCI_INDEX,
    BuiltImage,
    descriptor,
    digest,
    docker_archive_files,
    file,
    image,
    index,
    layer,
    layout_files,
    named,
    platform,
    write_files,
)

from hullcheck.errors import ArchiveError, HullcheckError, InvalidParameter
from hullcheck.model.platforms import platform_names
from hullcheck.model.target import Target, TargetKind
from hullcheck.net.http import Http
from hullcheck.sources.open import OpenedTarget, open_target
from hullcheck.sources.options import Limits, SourceOptions

BASE = layer(file("etc/status", b"base"))
AMD = image(BASE, layer(file("app/status", b"amd")), architecture="amd64")
ARM = image(BASE, layer(file("app/status", b"arm")), architecture="arm64")
ATTESTATION = BuiltImage(b'{"schemaVersion": 2, "not": "read"}')


def offered(built: BuiltImage, name: str, **more: Any) -> dict[str, Any]:
    return built.descriptor(platform=platform(name), **more)


TWO = (offered(AMD, "linux/amd64"), offered(ARM, "linux/arm64"))


def layout(root: Path, listing: bytes, *images: BuiltImage, indexes: tuple[bytes, ...] = ()) -> Path:
    """Return a layout with an image whose index is `listing`; `indexes` are those in it."""
    blobs = {digest(it): it for it in (listing, *indexes)}
    return write_files(root / "layout", layout_files(index(descriptor(listing, OCI_INDEX)), *images, blobs=blobs))


def flat(root: Path, listing: bytes, *images: BuiltImage) -> Path:
    """Return a layout that lists the images itself."""
    return write_files(root / "layout", layout_files(listing, *images))


def opened(path: Path, asked: str = "all", **options: Any) -> OpenedTarget:
    wanted = SourceOptions(platform=asked, **options)
    with Http() as http, open_target(TargetKind.IMAGE, str(path), http, wanted) as target:
        return target


def windows(version: str) -> BuiltImage:
    more: dict[str, Any] = {"os.version": version}
    return image(BASE, os="windows", **more)


def found(path: Path, asked: str = "all", **options: Any) -> list[str]:
    """Return what the platforms are called."""
    target = opened(path, asked, **options).target
    return list(names(target))


def names(target: Target) -> tuple[str, ...]:
    return platform_names(target.images) or tuple(it.platform for it in target.every_image)


def refused(path: Path, asked: str = "all", **options: Any) -> HullcheckError:
    with pytest.raises(HullcheckError) as raised:
        opened(path, asked, **options)
    assert "\n" not in raised.value.message
    return raised.value


def test_all_platforms_are_those_of_the_index_in_its_order(tmp_path: Path) -> None:
    target = opened(layout(tmp_path, index(*TWO), AMD, ARM))
    assert target.target.image is None
    assert [it.digest for it in target.target.images] == [digest(AMD.manifest), digest(ARM.manifest)]
    assert names(target.target) == ("linux/amd64", "linux/arm64")
    assert [len(trees) for trees in target.platforms] == [2, 2]
    assert target.trees == ()


def test_a_layout_can_list_the_platforms_itself(tmp_path: Path) -> None:
    assert found(flat(tmp_path, index(*TWO), AMD, ARM)) == ["linux/amd64", "linux/arm64"]
    two = index(*({**it, "annotations": {"org.opencontainers.image.ref.name": "app"}} for it in TWO))
    assert found(flat(tmp_path, two, AMD, ARM)) == ["linux/amd64", "linux/arm64"]


def test_other_images_of_a_layout_are_no_platforms(tmp_path: Path) -> None:
    path = flat(tmp_path, index(named(AMD, "app"), named(ARM, "other")), AMD, ARM)
    assert "has 2 images" in refused(path).message
    assert opened(Path(f"{path}:other")).target.every_image[0].platform == "linux/arm64"


def test_an_index_in_an_index_is_followed(tmp_path: Path) -> None:
    inner = index(TWO[1])
    outer = index(TWO[0], descriptor(inner, OCI_INDEX))
    path = layout(tmp_path, outer, AMD, ARM, indexes=(inner,))
    assert found(path) == ["linux/amd64", "linux/arm64"]


def test_an_image_that_is_listed_twice_is_one(tmp_path: Path) -> None:
    inner = index(*TWO)
    listing = index(*TWO, descriptor(inner, OCI_INDEX), descriptor(inner, OCI_INDEX))
    assert found(layout(tmp_path, listing, AMD, ARM, indexes=(inner,))) == ["linux/amd64", "linux/arm64"]


@pytest.mark.parametrize(
    "attached",
    [
        {"platform": platform("unknown/unknown")},
        {"annotations": {"vnd.docker.reference.type": "attestation-manifest"}},
        {"artifactType": "application/vnd.dev.cosign.artifact.sig.v1+json"},
        {"annotations": {"kind": "dev.cosignproject.cosign/sigs"}},
        {"annotations": {"kind": "dev.cosignproject.cosign/atts"}},
    ],
)
def test_what_is_attached_to_an_image_is_no_platform(tmp_path: Path, attached: dict[str, Any]) -> None:
    listing = index(*TWO, ATTESTATION.descriptor(**attached))
    assert found(layout(tmp_path, listing, AMD, ARM)) == ["linux/amd64", "linux/arm64"]
    alone = layout(tmp_path / "alone", index(ATTESTATION.descriptor(**attached)))
    assert "lists no image" in refused(alone).message


@pytest.mark.parametrize("asked", ["all", "linux/amd64,", "amd64, linux/x86_64"])
def test_one_platform_gives_its_image_as_without_the_option(tmp_path: Path, asked: str) -> None:
    path = layout(tmp_path, index(TWO[0]), AMD)
    target = opened(path, asked)
    assert target.target == opened(path, "").target
    assert (len(target.trees), target.platforms) == (2, ())


def test_what_is_no_index_is_one_platform(tmp_path: Path) -> None:
    path = flat(tmp_path, index(named(AMD, "app")), AMD)
    assert opened(path).target == opened(path, "").target


def test_an_old_archive_has_one_platform(tmp_path: Path) -> None:
    path = write_files(tmp_path / "archive", docker_archive_files([((BASE,), ("app:1",))], architecture="arm64"))
    with tarfile.open(tmp_path / "archive.tar", "w") as archive:
        archive.add(path, ".")
    assert found(tmp_path / "archive.tar") == ["linux/arm64"]
    assert found(tmp_path / "archive.tar", "arm64,") == ["linux/arm64"]
    problem = refused(tmp_path / "archive.tar", "linux/arm64,linux/amd64").message
    assert problem.endswith("the image is for linux/arm64 and not for linux/amd64")


def test_an_archive_of_both_kinds_is_read_by_its_index(tmp_path: Path) -> None:
    """`docker save` writes manifest.json for one platform, beside an index of all of them."""
    files = layout_files(index(*TWO), AMD, ARM) | docker_archive_files([((BASE,), ("app:1",))])
    path = write_files(tmp_path / "archive", files)
    with tarfile.open(tmp_path / "archive.tar", "w") as archive:
        archive.add(path, ".")
    assert opened(tmp_path / "archive.tar", "").target.source == "docker-archive"
    several = opened(tmp_path / "archive.tar")
    assert (several.target.source, names(several.target)) == ("oci-archive", ("linux/amd64", "linux/arm64"))


class TestLists:
    def test_they_are_in_the_order_of_the_user(self, tmp_path: Path) -> None:
        assert found(layout(tmp_path, index(*TWO), AMD, ARM), " arm64 ,linux/amd64") == ["linux/arm64", "linux/amd64"]

    def test_a_platform_that_is_not_there_is_an_error_with_its_name(self, tmp_path: Path) -> None:
        error = refused(layout(tmp_path, index(*TWO), AMD, ARM), "amd64,linux/s390x")
        assert error.message.startswith("linux/s390x: ")
        assert error.hint == "choose one with --platform: linux/amd64, linux/arm64"

    @pytest.mark.parametrize("asked", [",", " , ", "linux//x,amd64", "a/b/c/d,amd64"])
    def test_what_is_no_list_of_platforms_is_refused(self, tmp_path: Path, asked: str) -> None:
        assert isinstance(refused(layout(tmp_path, index(*TWO), AMD, ARM), asked), InvalidParameter)


class TestNames:
    def test_the_variant_of_the_index_goes_before_a_configuration_without_one(self, tmp_path: Path) -> None:
        v6, v5 = image(BASE, architecture="arm"), image(layer(file("x")), architecture="arm")
        listing = index(offered(v6, "linux/arm/v6"), offered(v5, "linux/arm/v5"))
        assert found(layout(tmp_path, listing, v6, v5)) == ["linux/arm/v6", "linux/arm/v5"]

    def test_a_configuration_that_was_copied_from_another_platform_does_not_count(self, tmp_path: Path) -> None:
        copied = image(layer(file("x")), architecture="amd64")
        listing = index(TWO[0], offered(copied, "linux/arm64"))
        assert found(layout(tmp_path, listing, AMD, copied)) == ["linux/amd64", "linux/arm64"]

    def test_what_means_the_same_is_told_as_the_configuration_tells_it(self, tmp_path: Path) -> None:
        listing = index(TWO[0], offered(ARM, "linux/arm64/v8"))
        assert found(layout(tmp_path, listing, AMD, ARM)) == ["linux/amd64", "linux/arm64"]

    def test_versions_of_windows_are_told_apart(self, tmp_path: Path) -> None:
        versions = ("10.0.17763.5576", "10.0.20348.2340")
        built = [windows(it) for it in versions]
        listing = index(*(offered(it, "windows/amd64") for it in built), TWO[1])
        names = [*(f"windows/amd64 {it}" for it in versions), "linux/arm64"]
        assert found(layout(tmp_path, listing, *built, ARM)) == names

    def test_images_that_nothing_else_tells_apart_have_the_beginnings_of_their_ids(self, tmp_path: Path) -> None:
        other = image(layer(file("x")), architecture="amd64")
        listing = index(TWO[0], offered(other, "linux/amd64"))
        ids = [json.loads(it.manifest)["config"]["digest"][7:19] for it in (AMD, other)]
        assert found(layout(tmp_path, listing, AMD, other)) == [f"linux/amd64 {it}" for it in ids]

    def test_the_same_image_in_other_compression_is_one(self, tmp_path: Path) -> None:
        other = image(layer(file("etc/status", b"base"), packing="+zstd"), architecture="arm64")
        same = image(BASE, architecture="arm64")
        listing = index(TWO[0], offered(same, "linux/arm64"), offered(other, "linux/arm64"))
        target = opened(layout(tmp_path, listing, AMD, same, other)).target
        assert names(target) == ("linux/amd64", "linux/arm64")
        assert target.images[1].digest == digest(same.manifest)

    def test_one_image_for_several_platforms_is_each_of_them(self, tmp_path: Path) -> None:
        """What consists of data alone is listed for all, and its configuration tells one or none."""
        listing = index(*(offered(AMD, it) for it in ("linux/amd64", "linux/arm64", "linux/amd64")))
        path = layout(tmp_path, listing, AMD)
        target = opened(path).target
        assert names(target) == ("linux/amd64", "linux/arm64")
        assert len({it.id for it in target.images}) == 1


class TestFailures:
    def test_a_manifest_that_is_missing_is_told_with_its_platform(self, tmp_path: Path) -> None:
        error = refused(layout(tmp_path, index(*TWO), AMD))
        assert isinstance(error, ArchiveError)
        assert error.message.startswith("linux/arm64: ")

    def test_a_configuration_of_other_layers_is_told_with_its_platform(self, tmp_path: Path) -> None:
        broken = image(BASE, architecture="arm64", rootfs={"type": "layers", "diff_ids": []})
        error = refused(layout(tmp_path, index(TWO[0], offered(broken, "linux/arm64")), AMD, broken))
        assert error.message.startswith("linux/arm64: ")
        assert "tells of 0 layers, where there are 1" in error.message

    def test_indexes_end(self, tmp_path: Path) -> None:
        levels = [index(*TWO)]
        for _ in range(4):
            levels.append(index(descriptor(levels[-1], OCI_INDEX)))
        path = layout(tmp_path, levels[-1], AMD, ARM, indexes=tuple(levels))
        assert "more than 4 indexes within each other" in refused(path).message

    def test_images_beyond_any_use_are_not_read(self, tmp_path: Path) -> None:
        many = index(*(descriptor(b"%d" % number, OCI_INDEX) for number in range(101)))
        assert "more than 100 platforms" in refused(layout(tmp_path, many)).message

    def test_indexes_full_of_indexes_end_soon(self, tmp_path: Path) -> None:
        inner = [index(descriptor(b"%d" % number, OCI_INDEX), TWO[0]) for number in range(60)]
        inner += [index(*(descriptor(b"a%d" % number, OCI_INDEX) for number in range(60)))]
        path = layout(tmp_path, index(*(descriptor(it, OCI_INDEX) for it in reversed(inner))), indexes=tuple(inner))
        assert "more than 100 platforms" in refused(path).message

    def test_configurations_have_room_together(self, tmp_path: Path) -> None:
        built = [image(BASE, architecture=f"a{number}", comment="x" * 1000) for number in range(4)]
        listing = index(*(offered(it, f"linux/a{number}") for number, it in enumerate(built)))
        path = layout(tmp_path, listing, *built)
        assert len(found(path)) == 4
        error = refused(path, limits=Limits(configs=3500))
        assert error.message.startswith("linux/a2: ")

    def test_a_name_that_a_target_makes_long_is_cut_in_errors(self, tmp_path: Path) -> None:
        listing = index(TWO[0], offered(ARM, f"linux/{'x' * 100_000}"))
        assert len(refused(layout(tmp_path, listing, AMD)).message) < 2000
