"""Images from layouts and archives, by what they are called."""

import gzip
import json
import os
import resource
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import zstandard
from tests.simulators.images import (
    BuiltImage,
    LayerFile,
    archive_files,
    descriptor,
    digest,
    docker_archive_files,
    encoded,
    file,
    hard_link,
    image,
    index,
    layer,
    layout_files,
    named,
    platform,
    symlink,
    tar,
    write_files,
)

from hullcheck.errors import ArchiveError, HullcheckError, InvalidParameter
from hullcheck.model.layer import Image
from hullcheck.model.source_file import SourceFile, Wants
from hullcheck.model.target import TargetKind
from hullcheck.net.http import Http
from hullcheck.sources.image_reference import Meaning, meaning
from hullcheck.sources.open import open_target
from hullcheck.sources.options import Limits, SourceOptions

WANTS = Wants(names=frozenset({"status"}))

BASE = layer(file("var/status", b"base"), file("etc/passwd"))
TOP = layer(file("app/status", b"top"), packing="+zstd")
HISTORY = [{"created_by": "ADD base"}, {"created_by": "ENV x", "empty_layer": True}, {"created_by": "COPY top"}]
BUILT = image(BASE, TOP, history=HISTORY, config={"User": "app", "Labels": {"a": "b"}}, created="2024-01-01T00:00:00Z")


def opened(reference: str | Path, **options: Any) -> tuple[str, Image, list[dict[str, str]]]:
    """Return how the image is had, its record, and the wanted files of each layer."""
    with Http() as http, open_target(TargetKind.IMAGE, str(reference), http, SourceOptions(**options)) as target:
        assert target.target.image is not None
        files = [
            {it.path: bytes(it.content).decode() for it in tree.entries(WANTS) if isinstance(it, SourceFile)}
            for tree in target.trees
        ]
        return target.target.source, target.target.image, files


def refused(reference: str | Path, **options: Any) -> HullcheckError:
    with pytest.raises(HullcheckError) as raised:
        opened(reference, **options)
    assert "\n" not in raised.value.message
    return raised.value


def layout(root: Path, listing: bytes, *images: BuiltImage, **more: Any) -> Path:
    return write_files(root / "layout", layout_files(listing, *images, **more))


# Layouts


def test_a_layout_gives_the_image_and_its_layers(tmp_path: Path) -> None:
    source, record, files = opened(layout(tmp_path, index(named(BUILT, "1.0")), BUILT))
    assert source == "oci-layout"
    assert files == [{"var/status": "base"}, {"app/status": "top"}]
    assert record.id == digest(json.dumps(json.loads(BUILT.blobs[record.id])).encode())
    assert record.digest == digest(BUILT.manifest)
    assert (record.tags, record.platform, record.user, record.created) == (
        ("1.0",),
        "linux/amd64",
        "app",
        "2024-01-01T00:00:00Z",
    )
    assert record.labels == (("a", "b"),)
    assert [(it.diff_id, it.digest, it.size, it.created_by) for it in record.layers] == [
        (BASE.diff_id, digest(BASE.blob), len(BASE.blob), "ADD base"),
        (TOP.diff_id, digest(TOP.blob), len(TOP.blob), "COPY top"),
    ]
    assert record.layers[1].media_type.endswith("tar+zstd")


def test_an_index_of_images_and_their_attestations_is_one_image(tmp_path: Path) -> None:
    """As buildx writes it: `--output type=oci`, with provenance."""
    statement = encoded({"_type": "https://in-toto.io/Statement/v0.1"})
    attestation = image(LayerFile(statement, "", "application/vnd.in-toto+json"), architecture="unknown", os="unknown")
    about = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": digest(BUILT.manifest)}
    nested = index(
        BUILT.descriptor(platform=AMD64),
        attestation.descriptor(platform={"os": "unknown", "architecture": "unknown"}, annotations=about),
    )
    name = {"io.containerd.image.name": "registry.example/app:1", "org.opencontainers.image.ref.name": "1"}
    listing = index(descriptor(nested, "application/vnd.oci.image.index.v1+json", annotations=name))
    files = layout_files(listing, BUILT, attestation, blobs={digest(nested): nested})
    path = tmp_path / "image.tar"
    path.write_bytes(archive_files(files))
    for reference in (str(path), f"{path}:app:1", f"{path}:1"):
        assert opened(reference)[2] == [{"var/status": "base"}, {"app/status": "top"}]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda it: zstandard.ZstdCompressor().compress(it)])
@pytest.mark.parametrize("prefix", ["", "oci-archive:", "oci:"])
def test_an_archive_of_a_layout_is_one(tmp_path: Path, pack: Any, prefix: str) -> None:
    path = tmp_path / "image.tar"
    path.write_bytes(pack(archive_files(layout_files(index(named(BUILT, "1.0")), BUILT))))
    source, record, files = opened(f"{prefix}{path}")
    assert (source, record.digest) == ("oci-archive", digest(BUILT.manifest))
    assert files == [{"var/status": "base"}, {"app/status": "top"}]


def test_one_of_several_images_is_chosen_by_its_tag(tmp_path: Path) -> None:
    other = image(layer(file("other/status", b"other")))
    full = {"io.containerd.image.name": "registry.example/team/app:2.0", "org.opencontainers.image.ref.name": "2.0"}
    path = layout(tmp_path, index(named(BUILT, "1.0"), other.descriptor(annotations=full)), BUILT, other)
    assert opened(f"{path}:1.0")[2][0] == {"var/status": "base"}
    for tag in ("2.0", "app:2.0", "team/app:2.0", "registry.example/team/app:2.0", digest(other.manifest)):
        assert opened(f"{path}:{tag}")[2] == [{"other/status": "other"}]
        assert opened(f"oci:{path}:{tag}")[2] == [{"other/status": "other"}]
    for error in (refused(path), refused(f"{path}:3.0"), refused(f"{path}:pp:2.0")):
        assert "1.0, registry.example/team/app:2.0" in error.hint


AMD64 = platform("linux/amd64")
OTHER = image(layer(file("other/status", b"other")))


@pytest.mark.parametrize("where", [{}, {"platform": AMD64}])
def test_several_images_without_names_are_told_apart_by_digest_only(tmp_path: Path, where: Any) -> None:
    path = layout(tmp_path, index(BUILT.descriptor(**where), OTHER.descriptor(**where)), BUILT, OTHER)
    error = refused(path)
    assert "has 2 images" in error.message
    assert digest(OTHER.manifest) in error.hint
    assert digest(BUILT.manifest) in error.hint
    assert opened(f"{path}:{digest(OTHER.manifest)}")[2] == [{"other/status": "other"}]


@pytest.mark.parametrize("where", [{}, {"platform": AMD64}])
def test_the_end_of_two_names_means_neither(tmp_path: Path, where: Any) -> None:
    listing = index(named(BUILT, "registry.example/app:1", **where), named(OTHER, "registry.example/web:1", **where))
    path = layout(tmp_path, listing, BUILT, OTHER)
    error = refused(f"{path}:1")
    assert "has 2 images called '1'" in error.message
    assert "registry.example/app:1, registry.example/web:1" in error.hint
    assert opened(f"{path}:web:1")[2] == [{"other/status": "other"}]


def test_a_whole_name_goes_before_the_end_of_another(tmp_path: Path) -> None:
    listing = index(named(BUILT, "registry.example/app:1"), named(OTHER, "1"))
    assert opened(f"{layout(tmp_path, listing, BUILT, OTHER)}:1")[2] == [{"other/status": "other"}]


def test_two_images_of_one_name_and_platform_are_told_apart_by_digest_only(tmp_path: Path) -> None:
    path = layout(
        tmp_path, index(named(BUILT, "app:1", platform=AMD64), named(OTHER, "app:1", platform=AMD64)), BUILT, OTHER
    )
    for name in (path, f"{path}:app:1"):
        error = refused(name)
        assert "has 2 images" in error.message
        assert digest(OTHER.manifest) in error.hint


def test_one_image_of_several_names_is_one(tmp_path: Path) -> None:
    path = layout(tmp_path, index(named(BUILT, "app:1"), named(BUILT, "app:latest"), BUILT.descriptor()), BUILT)
    for name in (path, f"{path}:latest"):
        assert opened(name)[1].tags == ("app:1", "app:latest")


def test_artifacts_beside_an_image_are_no_images(tmp_path: Path) -> None:
    """As the signatures and SBOMs that are copied with an image (OCI image specification 1.1, "artifactType")."""
    signature = image(manifest={"config": descriptor(b"{}", "application/vnd.oci.empty.v1+json")})
    listing = index(named(BUILT, "app:1"), signature.descriptor(artifactType="application/vnd.example.signature"))
    assert opened(layout(tmp_path, listing, BUILT, signature))[1].digest == digest(BUILT.manifest)


def test_an_index_in_a_layout_is_followed_to_the_platform(tmp_path: Path) -> None:
    arm = image(layer(file("status", b"arm")), architecture="arm64")
    nested = index(
        BUILT.descriptor(platform=platform("linux/amd64")),
        arm.descriptor(platform=platform("linux/arm64")),
        {**descriptor(b"{}", "application/vnd.oci.image.manifest.v1+json"), "platform": platform("unknown/unknown")},
    )
    listing = index(descriptor(nested, "application/vnd.oci.image.index.v1+json"))
    path = layout(tmp_path, listing, BUILT, arm, blobs={digest(nested): nested})
    assert opened(path, platform="linux/arm64")[2] == [{"status": "arm"}]
    assert opened(path, platform="amd64")[1].digest == digest(BUILT.manifest)
    error = refused(path, platform="linux/s390x")
    assert "has no image for linux/s390x" in error.message
    assert error.hint == "choose one with --platform: linux/amd64, linux/arm64"


def test_images_of_one_name_for_several_platforms_are_one(tmp_path: Path) -> None:
    arm = image(layer(file("status", b"arm")), architecture="arm64")
    listing = index(
        named(BUILT, "1", platform=platform("linux/amd64")), named(arm, "1", platform=platform("linux/arm64"))
    )
    path = layout(tmp_path, listing, BUILT, arm)
    assert opened(path, platform="linux/arm64")[2] == [{"status": "arm"}]
    assert opened(f"{path}:1", platform="linux/arm64")[2] == [{"status": "arm"}]


def test_an_image_for_another_platform_than_asked_for_is_an_invalid_parameter(tmp_path: Path) -> None:
    path = layout(tmp_path, index(named(BUILT, "1")), BUILT)
    error = refused(path, platform="linux/arm64")
    assert isinstance(error, InvalidParameter)
    assert "is for linux/amd64 and not for linux/arm64" in error.message


def test_indexes_within_indexes_end(tmp_path: Path) -> None:
    blobs: dict[str, bytes] = {}
    inner = BUILT.manifest
    for _ in range(10):
        inner = index(descriptor(inner, "application/vnd.oci.image.index.v1+json"))
        blobs[digest(inner)] = inner
    assert "more than 4 indexes" in refused(layout(tmp_path, inner, BUILT, blobs=blobs)).message


def test_an_image_without_layers_has_none(tmp_path: Path) -> None:
    empty = image()
    _, record, files = opened(layout(tmp_path, index(named(empty, "1")), empty))
    assert (record.layers, files) == ((), [])


def test_a_blob_that_is_missing_is_named(tmp_path: Path) -> None:
    for gone in (digest(BUILT.manifest), digest(BASE.blob)):
        path = layout(tmp_path / gone[7:], index(named(BUILT, "1")), BUILT)
        (path / "blobs" / gone.replace(":", "/")).unlink()
        error = refused(path)
        assert isinstance(error, ArchiveError)
        assert gone.partition(":")[2] in error.message


def test_a_document_of_another_digest_is_refused(tmp_path: Path) -> None:
    for name in (digest(BUILT.manifest), json.loads(BUILT.manifest)["config"]["digest"]):
        path = layout(tmp_path / name[7:], index(named(BUILT, "1")), BUILT)
        (path / "blobs" / name.replace(":", "/")).write_bytes(b"{}")
        assert f"has digest {digest(b'{}')} and not {name}" in refused(path).message


def test_a_layer_of_another_digest_is_refused(tmp_path: Path) -> None:
    path = layout(tmp_path, index(named(BUILT, "1")), BUILT)
    blob = path / "blobs" / digest(BASE.blob).replace(":", "/")
    blob.write_bytes(blob.read_bytes()[:-1] + b"x")
    error = refused(path)
    assert isinstance(error, ArchiveError)
    assert "has digest" in error.message
    assert error.hint


def test_a_pipe_in_place_of_a_blob_is_not_waited_for(tmp_path: Path) -> None:
    path = layout(tmp_path, index(named(BUILT, "1")), BUILT)
    blob = path / "blobs" / digest(BUILT.manifest).replace(":", "/")
    blob.unlink()
    os.mkfifo(blob)
    assert "not a regular file" in refused(path).message


def test_layers_and_diff_ids_of_different_numbers_are_malformed(tmp_path: Path) -> None:
    for layers, diff_ids in (([BASE], [BASE, TOP]), ([BASE, TOP], [BASE])):
        built = image(*layers, rootfs={"diff_ids": [it.diff_id for it in diff_ids]})
        error = refused(layout(tmp_path / str(len(layers)), index(named(built, "1")), built))
        assert f"tells of {len(diff_ids)} layers, where there are {len(layers)}" in error.message


def test_documents_beyond_the_limit_are_refused(tmp_path: Path) -> None:
    path = layout(tmp_path, index(named(BUILT, "1")), BUILT)
    for limits in (Limits(document=100), Limits(config=100)):
        assert "of which at most 100 are read" in refused(path, limits=limits).message


# Archives of Docker


def docker_archive(root: Path, built: Sequence[tuple[Sequence[LayerFile], Sequence[str]]], **more: Any) -> Path:
    path = root / "saved.tar"
    path.write_bytes(archive_files(docker_archive_files(built, **more)))
    return path


@pytest.mark.parametrize("packing", ["", "+gzip"])
@pytest.mark.parametrize("prefix", ["", "docker-archive:"])
def test_a_docker_archive_gives_the_image_and_its_layers(tmp_path: Path, packing: str, prefix: str) -> None:
    layers = [LayerFile(it.archive, packing) for it in (BASE, TOP)]
    path = docker_archive(tmp_path, [(layers, ["app:1.0", "app:latest"])], history=HISTORY)
    source, record, files = opened(f"{prefix}{path}")
    assert (source, record.digest, record.tags) == ("docker-archive", "", ("app:1.0", "app:latest"))
    assert files == [{"var/status": "base"}, {"app/status": "top"}]
    assert [it.diff_id for it in record.layers] == [BASE.diff_id, TOP.diff_id]
    assert [it.digest for it in record.layers] == ([BASE.diff_id, TOP.diff_id] if not packing else ["", ""])
    assert [it.created_by for it in record.layers] == ["ADD base", "COPY top"]


def test_a_docker_archive_may_be_compressed(tmp_path: Path) -> None:
    path = docker_archive(tmp_path, [([LayerFile(BASE.archive, "")], ["app:1"])])
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert opened(path)[2] == [{"var/status": "base"}]


def test_without_room_to_decompress_an_archive_there_is_an_error(tmp_path: Path) -> None:
    path = docker_archive(tmp_path, [([LayerFile(BASE.archive, "")], ["app:1"])])
    path.write_bytes(gzip.compress(path.read_bytes()))
    with files_up_to(1000):
        error = refused(path)
    assert isinstance(error, ArchiveError)
    assert "no temporary file of" in error.message
    assert "TMPDIR" in error.hint


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Let no file be written beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_one_of_several_docker_images_is_chosen_by_its_tag(tmp_path: Path) -> None:
    one, two = LayerFile(BASE.archive, ""), LayerFile(TOP.archive, "")
    path = docker_archive(tmp_path, [([one], ["registry.example/app:1"]), ([two], ["app:2", "other:1"])])
    assert opened(f"{path}:registry.example/app:1")[2] == [{"var/status": "base"}]
    assert opened(f"{path}:app:1")[2] == [{"var/status": "base"}]
    assert opened(f"docker-archive:{path}:2")[2] == [{"app/status": "top"}]
    assert "has 2 images" in refused(path).message
    assert "has 2 images" in refused(f"{path}:1").message
    assert "registry.example/app:1, app:2, other:1" in refused(f"{path}:3").hint


def test_links_to_layers_are_followed(tmp_path: Path) -> None:
    """Docker before version 25 saved a layer that is there twice as a symbolic link."""
    plain = LayerFile(BASE.archive, "")
    files = docker_archive_files([([plain], ["a:1"])])
    (first,) = [name for name in files if name.endswith("layer.tar")]
    listing = json.loads(files.pop("manifest.json"))
    listing[0]["Layers"] = [first, "second/layer.tar", "third/layer.tar"]
    configuration = json.loads(files.pop(listing[0]["Config"]))
    configuration["rootfs"]["diff_ids"] *= 3
    listing[0]["Config"] = "config.json"
    members = [file(name, content) for name, content in files.items()]
    members += [file("config.json", encoded(configuration)), file("manifest.json", encoded(listing))]
    members += [symlink("second/layer.tar", f"../{first}"), hard_link("third/layer.tar", "second/layer.tar")]
    path = tmp_path / "saved.tar"
    path.write_bytes(tar(members))
    assert opened(path)[2] == [{"var/status": "base"}] * 3


def test_links_in_a_circle_or_out_of_the_archive_lead_nowhere(tmp_path: Path) -> None:
    for number, target in enumerate(("manifest.json", "../../etc/passwd", "/etc/passwd")):
        path = tmp_path / f"{number}.tar"
        path.write_bytes(tar([symlink("manifest.json", target)]))
        assert "holds neither manifest.json nor index.json" in refused(path).message


def test_an_archive_that_is_both_has_the_digest_of_the_manifest(tmp_path: Path) -> None:
    """As Docker saves images since version 25."""
    plain = LayerFile(BASE.archive, "")
    built = image(plain)
    files = layout_files(index(named(built, "1.0")), built)
    config = json.loads(built.manifest)["config"]["digest"]
    paths = [f"blobs/{it.replace(':', '/')}" for it in (config, plain.diff_id)]
    files["manifest.json"] = encoded([{"Config": paths[0], "RepoTags": ["app:1.0"], "Layers": paths[1:]}])
    path = tmp_path / "saved.tar"
    path.write_bytes(archive_files(files))
    source, record, _ = opened(path)
    assert (source, record.digest, record.tags) == ("docker-archive", digest(built.manifest), ("app:1.0",))
    assert record.layers[0].digest == plain.diff_id
    assert opened(f"oci-archive:{path}")[1].tags == ("1.0",)
    files[paths[1]] = files[paths[1]] + b"x"
    path.write_bytes(archive_files(files))
    assert "is longer than" in refused(f"oci-archive:{path}").message
    assert "has digest" in refused(path).message


def test_what_else_a_layout_lists_does_not_matter_to_a_docker_archive(tmp_path: Path) -> None:
    """As the containerd store of Docker saves an image for one of its platforms, with attestations."""
    plain = LayerFile(BASE.archive, "")
    built = image(plain)
    artifact = image(manifest={"config": descriptor(b"{}", "application/vnd.oci.empty.v1+json")})
    nested = index(
        descriptor(b"not there", "application/vnd.oci.image.manifest.v1+json", platform=platform("linux/s390x")),
        artifact.descriptor(),
        descriptor(b"damaged", "application/vnd.oci.image.manifest.v1+json"),
        built.descriptor(platform=platform("linux/amd64")),
    )
    listing = index(descriptor(nested, "application/vnd.oci.image.index.v1+json"))
    files = layout_files(listing, built, artifact, blobs={digest(nested): nested, digest(b"damaged"): b"not it"})
    config = json.loads(built.manifest)["config"]["digest"]
    paths = [f"blobs/{it.replace(':', '/')}" for it in (config, plain.diff_id)]
    files["manifest.json"] = encoded([{"Config": paths[0], "RepoTags": ["app:1.0"], "Layers": paths[1:]}])
    path = tmp_path / "saved.tar"
    path.write_bytes(archive_files(files))
    assert opened(path)[1].digest == digest(built.manifest)


@pytest.mark.parametrize(
    ("listing", "problem"),
    [
        (b"[]", "has no image"),
        (b"{}", "expected a list"),
        (b"nonsense", "not JSON"),
        (b'[{"Config": "gone.json", "Layers": []}]', "has no gone.json"),
        (b'[{"Config": "../../../etc/passwd", "Layers": []}]', "has no ../../../etc/passwd"),
        (b'[{"Layers": []}]', "expected text"),
        (b'[{"Config": "c.json"}]', "expected a list of layers"),
        (b'[{"Config": "c.json", "Layers": ["gone/layer.tar"]}]', "has no gone/layer.tar"),
        (b'[{"Config": "c.json", "Layers": []}]', "tells of 1 layers, where there are 0"),
        (b'["x"]', "expected an object"),
    ],
)
def test_a_docker_archive_that_lists_nonsense_is_malformed(tmp_path: Path, listing: bytes, problem: str) -> None:
    configuration = encoded({"rootfs": {"diff_ids": [BASE.diff_id]}})
    path = tmp_path / "saved.tar"
    path.write_bytes(archive_files({"c.json": configuration, "manifest.json": listing}))
    error = refused(path)
    assert isinstance(error, ArchiveError)
    assert problem in error.message


def test_a_docker_configuration_of_another_digest_is_refused(tmp_path: Path) -> None:
    files = docker_archive_files([([LayerFile(BASE.archive, "")], ["a:1"])])
    (name,) = [name for name in files if name.endswith(".json") and name != "manifest.json"]
    path = tmp_path / "saved.tar"
    path.write_bytes(archive_files({**files, name: files[name] + b" "}))
    assert "has digest" in refused(path).message


# What is no image


@pytest.mark.parametrize("cut", [100, 600, 1500, 3000])
def test_a_truncated_archive_is_cut_short(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "image.tar"
    content = archive_files(layout_files(index(named(BUILT, "1")), BUILT))
    path.write_bytes(content[:cut])
    assert any(word in refused(path).message for word in ("cut short", "holds neither", "has no"))
    packed = gzip.compress(content)
    path.write_bytes(packed[: len(packed) * cut // 4000])
    assert any(word in refused(path).message for word in ("cut short", "damaged"))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "holds neither manifest.json nor index.json"),
        (b"#!/bin/sh\n" * 100, "not a tar archive"),
        (b"\x1f\x8b" + b"x" * 1000, "damaged gzip"),
        (archive_files({"etc/passwd": b""}), "holds neither manifest.json nor index.json"),
        (archive_files({"index.json": b"[]"}), "expected an object"),
        (archive_files({"index.json": b"{"}), "not JSON"),
        (archive_files({"index.json": b"{}"}), "neither an index nor a manifest"),
        (archive_files({"index.json": index()}), "lists no image"),
    ],
)
def test_what_is_no_image_ends_in_one_clear_line(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "image"
    path.write_bytes(content)
    error = refused(path)
    assert isinstance(error, ArchiveError)
    assert str(path) in error.message
    assert problem in error.message
    assert error.hint


def test_a_compressed_archive_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.tar.gz"
    path.write_bytes(gzip.compress(bytes(20_000_000)))
    assert "holds more than 1000000 bytes" in refused(path, limits=Limits(layer=1_000_000)).message


def test_a_directory_without_an_index_is_no_layout(tmp_path: Path) -> None:
    assert "without an OCI image layout" in refused(tmp_path).message
    assert "hullcheck rootfs" in refused(f"{tmp_path}/").hint
    (tmp_path / "oci-layout").write_text("{}")
    assert "has no index.json" in refused(tmp_path).message


# Names


def test_a_name_means_what_exists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path, {"layout/index.json": b"", "image.tar": b"", "dir/file": b"", "odd:name.tar": b""})
    assert meaning("layout") == Meaning("oci-layout", "layout")
    assert meaning("./layout:app:1") == Meaning("oci-layout", "./layout", "app:1")
    assert meaning("image.tar") == Meaning("", "image.tar")
    assert meaning("image.tar:1") == Meaning("", "image.tar", "1")
    assert meaning("odd:name.tar") == Meaning("", "odd:name.tar")
    assert meaning("odd:name.tar:1") == Meaning("", "odd:name.tar", "1")
    assert meaning("dir") == Meaning("anywhere", "dir")
    assert meaning("registry:image.tar") == Meaning("registry", "image.tar")
    assert meaning("docker://debian:12") == Meaning("registry", "debian:12")
    assert meaning("debian:12") == Meaning("anywhere", "debian:12")
    assert meaning("localhost:5000/a/b:1") == Meaning("anywhere", "localhost:5000/a/b:1")
    assert meaning("docker:debian:12") == meaning("docker-daemon:debian:12") == Meaning("docker", "debian:12")
    assert meaning("podman:image.tar") == Meaning("podman", "image.tar")
    assert meaning("docker-archive:image.tar:x:1") == Meaning("docker-archive", "image.tar", "x:1")


@pytest.mark.parametrize(
    "name",
    [
        "./gone",
        "/gone",
        "../gone",
        "gone.tar",
        "gone.tar.gz",
        "gone.tgz",
        "oci:gone",
        "docker-archive:gone",
        "x" * 5000 + ".tar",
        "a\0b.tar",
    ],
)
def test_a_path_that_is_not_there_is_not_looked_for_in_registries(name: str) -> None:
    assert "no such file" in refused(name).message


def test_a_path_that_is_no_file_is_called_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    assert "pipe: a pipe" in refused("pipe").message
    assert "/dev/zero: neither a file nor a directory" in refused("/dev/zero").message


@pytest.mark.parametrize("prefix", ["oci:", "docker-archive:", "oci-archive:"])
def test_a_prefix_alone_names_nothing(prefix: str) -> None:
    assert refused(prefix).message == "no archive and no directory is named"


# Real tools


def run(*command: str | Path) -> None:
    done = subprocess.run([str(it) for it in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def umoci_layout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a layout with two tags that umoci made."""
    root = tmp_path_factory.mktemp("umoci")
    path = root / "layout"
    run("umoci", "init", "--layout", path)
    for tag, content in (("one", "first"), ("two", "second")):
        (root / tag / "var").mkdir(parents=True)
        (root / tag / "var" / "status").write_text(content)
        run("tar", "-C", root / tag, "-cf", root / f"{tag}.tar", ".")
        run("umoci", "new", "--image", f"{path}:{tag}")
        run(
            "umoci",
            "raw",
            "add-layer",
            "--image",
            f"{path}:{tag}",
            "--history.created_by",
            f"COPY {tag}",
            root / f"{tag}.tar",
        )
    return path


def test_a_layout_of_umoci_is_read(umoci_layout: Path) -> None:
    _, record, files = opened(f"{umoci_layout}:two")
    assert (files, [it.created_by for it in record.layers]) == ([{"var/status": "second"}], ["COPY two"])


@pytest.mark.parametrize(
    ("transport", "source"),
    [("docker-archive", "docker-archive"), ("oci-archive", "oci-archive"), ("oci", "oci-layout")],
)
def test_what_skopeo_writes_is_read(tmp_path: Path, umoci_layout: Path, transport: str, source: str) -> None:
    path = tmp_path / "copy"
    run("skopeo", "copy", f"oci:{umoci_layout}:one", f"{transport}:{path}:registry.example/app:one")
    found, record, files = opened(path)
    assert (found, files) == (source, [{"var/status": "first"}])
    assert record.tags == ("registry.example/app:one",)
    assert opened(f"{path}:app:one")[1] == record
    original = opened(f"{umoci_layout}:one")[1]
    assert [it.diff_id for it in record.layers] == [it.diff_id for it in original.layers]


def test_a_zstd_layout_of_skopeo_is_read(tmp_path: Path, umoci_layout: Path) -> None:
    path = tmp_path / "copy"
    run("skopeo", "copy", "--dest-compress-format=zstd", f"oci:{umoci_layout}:one", f"oci:{path}:one")
    _, record, files = opened(path)
    assert (files, record.layers[0].media_type.endswith("+zstd")) == ([{"var/status": "first"}], True)
