"""containerd's storage, as containerd 1.6 writes it; images that it wrote are in tests/integration/test_storage.py."""

import json
import os
import struct
import threading
from pathlib import Path
from typing import Any, Self

import pytest
from tests.simulators.images import (
    OCI_INDEX,
    OCI_MANIFEST,
    BuiltImage,
    descriptor,
    digest,
    file,
    image,
    index,
    layer,
    platform,
    write_files,
)
from tests.unit.formats.bolt_pages import PAGE, database, items, leaf, meta

from hullcheck.errors import HullcheckError, ImageError, MalformedFile, StorageError
from hullcheck.formats.bolt import Bolt
from hullcheck.model.layer import Image
from hullcheck.model.progress import Unwatched
from hullcheck.model.source_file import SourceFile, Wants
from hullcheck.net.http import Http, HttpOptions
from hullcheck.sources.image_reference import open_image
from hullcheck.sources.options import SourceOptions, StorageOptions
from hullcheck.sources.storage import metadata
from hullcheck.sources.storage.chain import chain_ids

LAYERS = (layer(file("a/status", b"low")), layer(file("b/status", b"high"), packing="+zstd"))
AMD = image(*LAYERS, history=[{"created_by": "ADD a"}, {"created_by": "ADD b"}], architecture="amd64")
ARM = image(layer(file("arm/status", b"arm")), architecture="arm64")
BOTH = index(AMD.descriptor(platform=platform("linux/amd64")), ARM.descriptor(platform=platform("linux/arm64")))
CONFIG = json.loads(AMD.manifest)["config"]["digest"]
CHAINS = tuple(chain_ids([it.diff_id for it in LAYERS]))
WANTS = Wants(names=frozenset({"status"}))
NAME = "registry.example/team/app:1"

META = "io.containerd.metadata.v1.bolt/meta.db"
SNAPSHOTTER = "io.containerd.snapshotter.v1.overlayfs"
BLOBS = "io.containerd.content.v1.content/blobs/sha256"


def target(content: bytes, media_type: str = "application/vnd.oci.image.manifest.v1+json") -> dict[bytes, Any]:
    return {b"target": {b"digest": digest(content).encode(), b"mediatype": media_type.encode(), b"size": b"\2"}}


def namespace(images: dict[str, dict[bytes, Any]], snapshotter: bytes = b"overlayfs") -> dict[bytes, Any]:
    keys = {chain.encode(): {b"name": f"x/{number}/{chain}".encode()} for number, chain in enumerate(CHAINS)}
    return {b"images": {it.encode(): image for it, image in images.items()}, b"snapshots": {snapshotter: keys}}


def snapshots(kind: bytes = b"\3") -> dict[bytes, Any]:
    """Return what the snapshotter knows: the layers have the numbers 300 and 301, which are varints of two bytes."""
    known = (
        (f"x/{number}/{chain}".encode(), {b"id": bytes([0xAC + number, 2]), b"kind": kind})
        for number, chain in enumerate(CHAINS)
    )
    return {b"v1": {b"snapshots": dict(known)}}


def written(tree: dict[bytes, Any]) -> bytes:
    return database({3: leaf(items({b"v1": {**tree, b"version": b"\6"}}), 3)})


def storage(root: Path, namespaces: dict[bytes, Any] | None = None, blobs: dict[str, bytes] | None = None) -> Path:
    if namespaces is None:
        namespaces = {b"default": namespace({NAME: target(AMD.manifest)})}
    files = {META: written(namespaces), f"{SNAPSHOTTER}/metadata.db": database({3: leaf(items(snapshots()), 3)})}
    for name, content in (AMD.blobs if blobs is None else blobs).items():
        files[f"{BLOBS}/{name.removeprefix('sha256:')}"] = content
    for number in (300, 301):
        files[f"{SNAPSHOTTER}/snapshots/{number}/fs/status"] = f"layer {number}".encode()
    return write_files(root, files)


def opened(
    root: Path, name: str = NAME, *, unpacked: bool = False, namespace: str = "", **options: Any
) -> tuple[Image, list[bytes]]:
    driver = "containerd-overlayfs" if unpacked else ""
    wanted = SourceOptions(storage=StorageOptions(driver, str(root), namespace), **options)
    reference = name if unpacked else f"containerd:{name}"
    with Http() as http, open_image(reference, http, wanted, Unwatched()) as (source, images):
        ((record, trees),) = images.each
        assert source == (driver or "containerd")
        every = (it for tree in trees for it in tree.entries(WANTS))
        return record, [bytes(it.content) for it in every if isinstance(it, SourceFile)]


def refused(root: Path, name: str = NAME, **options: Any) -> HullcheckError:
    with pytest.raises(HullcheckError) as raised:
        opened(root, name, **options)
    assert "\n" not in raised.value.message
    return raised.value


def test_blobs_are_those_of_the_content_store(tmp_path: Path) -> None:
    record, files = opened(storage(tmp_path))
    assert files == [b"low", b"high"]
    assert (record.id, record.digest, record.tags) == (CONFIG, digest(AMD.manifest), (NAME,))
    assert [it.digest for it in record.layers] == [digest(it.blob) for it in LAYERS]


def test_unpacked_layers_are_those_of_the_snapshotter(tmp_path: Path) -> None:
    record, files = opened(storage(tmp_path), unpacked=True)
    assert files == [b"layer 300", b"layer 301"]
    assert record == opened(tmp_path)[0]


# Names


@pytest.mark.parametrize(
    "name", [CONFIG, CONFIG[7:19], digest(AMD.manifest), f"registry.example/team/app@{digest(AMD.manifest)}"]
)
def test_digests_and_ids_name_images(tmp_path: Path, name: str) -> None:
    assert opened(storage(tmp_path), name)[0].id == CONFIG
    assert opened(tmp_path, name, unpacked=True)[0].id == CONFIG


def test_names_are_written_in_full_or_not(tmp_path: Path) -> None:
    storage(tmp_path, {b"k8s.io": namespace({"docker.io/library/app:latest": target(AMD.manifest)})})
    for name in ("app", "app:latest", "library/app", "docker.io/library/app:latest"):
        assert opened(tmp_path, name)[0].id == CONFIG
    assert "no image" in refused(tmp_path, "app:2").message


def test_kubernetes_lists_an_image_by_its_id_too(tmp_path: Path) -> None:
    listed = dict.fromkeys((NAME, CONFIG, f"registry.example/team/app@{digest(AMD.manifest)}"), target(AMD.manifest))
    storage(tmp_path, {b"k8s.io": namespace(listed)})
    for name in (NAME, CONFIG, CONFIG[7:]):
        record = opened(tmp_path, name)[0]
        assert (record.id, NAME in record.tags) == (CONFIG, True)


def test_the_same_image_in_several_namespaces_is_one(tmp_path: Path) -> None:
    one = namespace({NAME: target(AMD.manifest)})
    storage(tmp_path, {b"a": namespace({NAME: target(AMD.manifest)}, b"native"), b"b": one})
    assert opened(tmp_path)[0].id == CONFIG
    assert opened(tmp_path, unpacked=True)[1] == [b"layer 300", b"layer 301"]


def test_different_images_of_one_name_are_told(tmp_path: Path) -> None:
    spaces = {b"a": namespace({NAME: target(AMD.manifest)}), b"b": namespace({NAME: target(ARM.manifest)})}
    storage(tmp_path, spaces, {**AMD.blobs, **ARM.blobs})
    error = refused(tmp_path)
    assert "several images" in error.message
    assert f"{NAME} with --containerd-namespace a, {NAME} with --containerd-namespace b" in error.hint
    assert opened(tmp_path, namespace="a")[0].platform == "linux/amd64"
    assert opened(tmp_path, namespace="b")[0].platform == "linux/arm64"
    assert "namespace c: has no image" in refused(tmp_path, namespace="c").message


# Platforms


def both(root: Path, blobs: BuiltImage | None = None) -> Path:
    spaces = {b"default": namespace({NAME: target(BOTH, OCI_INDEX)})}
    there = {**AMD.blobs, **ARM.blobs} if blobs is None else blobs.blobs
    return storage(root, spaces, {digest(BOTH): BOTH, **there})


def test_the_platform_is_the_one_that_is_asked_for(tmp_path: Path) -> None:
    assert opened(both(tmp_path), platform="linux/arm64")[1] == [b"arm"]
    assert opened(tmp_path, platform="linux/amd64")[1] == [b"low", b"high"]


def test_the_only_platform_that_was_pulled_is_meant(tmp_path: Path) -> None:
    for name, built, expected in (("amd", AMD, "linux/amd64"), ("arm", ARM, "linux/arm64")):
        assert opened(both(tmp_path / name, built))[0].platform == expected


def test_one_of_several_platforms_is_meant_by_its_digest_or_id(tmp_path: Path) -> None:
    both(tmp_path)
    arm = json.loads(ARM.manifest)["config"]["digest"]
    for name in (arm, digest(ARM.manifest), f"registry.example/team/app@{digest(ARM.manifest)}"):
        assert opened(tmp_path, name)[0].platform == "linux/arm64"


def test_a_platform_that_was_not_pulled_is_told(tmp_path: Path) -> None:
    error = refused(both(tmp_path, AMD), platform="linux/arm64")
    assert f"{digest(ARM.manifest)} is not in containerd's store" in error.message
    assert "ctr images pull --platform" in error.hint


def several(root: Path, asked: str = "all", *, unpacked: bool = False) -> dict[str, list[bytes]]:
    """Return by platform what is in its layers, and by those that are not there why."""
    driver = "containerd-overlayfs" if unpacked else ""
    wanted = SourceOptions(platform=asked, storage=StorageOptions(driver, str(root)))
    reference = NAME if unpacked else f"containerd:{NAME}"
    found: dict[str, list[bytes]] = {}
    with Http() as http, open_image(reference, http, wanted, Unwatched()) as (_, images):
        for record, trees in images.each:
            entries = (it for tree in trees for it in tree.entries(WANTS))
            found[record.platform] = [bytes(it.content) for it in entries if isinstance(it, SourceFile)]
    return found | {gap.subject: [gap.reason.encode()] for gap in images.absent}


NOT_PULLED = [b"the image is for this platform, too, and was not pulled for it"]


def test_all_platforms_that_were_pulled_are_read_and_the_others_are_told(tmp_path: Path) -> None:
    assert several(both(tmp_path)) == {"linux/amd64": [b"low", b"high"], "linux/arm64": [b"arm"]}
    assert several(both(tmp_path / "amd", AMD)) == {"linux/amd64": [b"low", b"high"], "linux/arm64": NOT_PULLED}
    assert several(both(tmp_path / "arm", ARM)) == {"linux/amd64": NOT_PULLED, "linux/arm64": [b"arm"]}


def test_unpacked_platforms_are_read_together(tmp_path: Path) -> None:
    found = several(both(tmp_path / "amd", AMD), unpacked=True)
    assert found == {"linux/amd64": [b"layer 300", b"layer 301"], "linux/arm64": NOT_PULLED}
    with pytest.raises(StorageError, match=r"^linux/arm64: .*is not unpacked by overlayfs"):
        several(both(tmp_path), unpacked=True)


def test_platforms_that_are_listed_have_to_be_there(tmp_path: Path) -> None:
    assert list(several(both(tmp_path), "linux/arm64,linux/amd64")) == ["linux/arm64", "linux/amd64"]
    with pytest.raises(StorageError, match=r"^linux/arm64: .* is not in containerd's store"):
        several(both(tmp_path / "amd", AMD), "linux/amd64,linux/arm64")


def test_a_layer_that_was_dropped_is_told_with_its_platform(tmp_path: Path) -> None:
    both(tmp_path)
    blob = json.loads(ARM.manifest)["layers"][0]["digest"]
    (tmp_path / BLOBS / blob.removeprefix("sha256:")).unlink()
    with pytest.raises(StorageError, match=f"^linux/arm64: .*layer {blob} is not in containerd's store"):
        several(tmp_path)


def test_what_is_no_image_is_passed_over_where_ids_are_looked_for(tmp_path: Path) -> None:
    chart = b'{"schemaVersion": 2, "config": {"mediaType": "application/vnd.cncf.helm", "digest": "x"}, "layers": []}'
    spaces = {b"default": namespace({"chart:1": target(chart), "gone:1": target(b"gone"), NAME: target(AMD.manifest)})}
    assert opened(storage(tmp_path, spaces, {**AMD.blobs, digest(chart): chart}), CONFIG)[0].id == CONFIG


def test_indexes_that_list_others_many_times_are_read_once(tmp_path: Path) -> None:
    content, media_type, blobs = AMD.manifest, OCI_MANIFEST, dict(AMD.blobs)
    for _ in range(12):
        content, media_type = index(*[descriptor(content, media_type)] * 12), OCI_INDEX
        blobs[digest(content)] = content
    storage(tmp_path, {b"default": namespace({NAME: target(content, OCI_INDEX)})}, blobs)
    assert "no image" in refused(tmp_path, "abcdef").message


# What is missing


def test_a_layer_that_was_dropped_is_told_with_the_way_out(tmp_path: Path) -> None:
    storage(tmp_path)
    (tmp_path / BLOBS / digest(LAYERS[1].blob)[7:]).unlink()
    error = refused(tmp_path)
    assert digest(LAYERS[1].blob) in error.message
    assert "--storage-driver containerd-overlayfs" in error.hint
    assert opened(tmp_path, unpacked=True)[1] == [b"layer 300", b"layer 301"]


@pytest.mark.parametrize("snapshotter", [b"native", b"stargz"])
def test_layers_of_another_snapshotter_are_told(tmp_path: Path, snapshotter: bytes) -> None:
    error = refused(storage(tmp_path, {b"a": namespace({NAME: target(AMD.manifest)}, snapshotter)}), unpacked=True)
    assert f"by the snapshotter {snapshotter.decode()}" in error.message
    assert f"containerd:{NAME}" in error.hint


def test_layers_that_are_being_unpacked_are_told(tmp_path: Path) -> None:
    storage(tmp_path)
    (tmp_path / SNAPSHOTTER / "metadata.db").write_bytes(database({3: leaf(items(snapshots(b"\2")), 3)}))
    assert "is being unpacked" in refused(tmp_path, unpacked=True).message


def test_an_image_without_layers_has_none(tmp_path: Path) -> None:
    empty = image()
    storage(tmp_path, {b"a": namespace({NAME: target(empty.manifest)})}, empty.blobs)
    assert opened(tmp_path, unpacked=True)[1] == opened(tmp_path)[1] == []


def test_where_there_is_no_storage_others_are_named(tmp_path: Path) -> None:
    for unpacked in (False, True):
        error = refused(tmp_path, unpacked=unpacked)
        assert "no images of containerd" in error.message
        assert "/var/lib/rancher/k3s/agent/containerd" in error.hint


def test_a_blob_of_another_digest_is_refused(tmp_path: Path) -> None:
    for blob in (digest(AMD.manifest), CONFIG, digest(LAYERS[0].blob)):
        storage(tmp_path)
        path = tmp_path / BLOBS / blob[7:]
        content = path.read_bytes()
        path.write_bytes(content[:-3] + b"xyz")
        assert isinstance(refused(tmp_path), StorageError)
        path.write_bytes(content)


@pytest.mark.parametrize(
    ("image", "problem"),
    [
        ({b"target": {b"digest": b"../../etc/passwd"}}, "has the digest '../../etc/passwd'"),
        ({b"target": b"x"}, "has the digest ''"),
        ({}, "has the digest ''"),
    ],
)
def test_an_image_that_is_listed_wrongly_is_refused(tmp_path: Path, image: dict[bytes, Any], problem: str) -> None:
    assert problem in refused(storage(tmp_path, {b"a": namespace({NAME: image})})).message


@pytest.mark.parametrize("number", [b"", b"\x80", b"\x80" * 9 + b"\1\0", b"\xff" * 20])
def test_a_layer_with_a_number_that_is_none_is_refused(tmp_path: Path, number: bytes) -> None:
    storage(tmp_path)
    known = snapshots()
    for snapshot in known[b"v1"][b"snapshots"].values():
        snapshot[b"id"] = number
    (tmp_path / SNAPSHOTTER / "metadata.db").write_bytes(database({3: leaf(items(known), 3)}))
    assert "is no number" in refused(tmp_path, unpacked=True).message


def test_a_database_that_is_damaged_is_refused(tmp_path: Path) -> None:
    storage(tmp_path)
    content = (tmp_path / META).read_bytes()
    for damaged, problem in ((b"", "no database"), (content[: 3 * PAGE], "cut short"), (content[:40], "no database")):
        (tmp_path / META).write_bytes(damaged)
        assert problem in refused(tmp_path).message


# Among other sources


def looked_for(root: Path, name: str, asked: str = "") -> tuple[str, list[str]]:
    """Return where an image was found, and what was noted on the way."""
    notes: list[str] = []
    sources = ("containerd", "registry")
    wanted = SourceOptions(platform=asked, storage=StorageOptions(root=str(root)), image_sources=sources)
    with (
        Http(HttpOptions(retries=0)) as http,
        open_image(name, http, wanted, Unwatched(), notes.append) as (source, _),
    ):
        return source, notes


ELSEWHERE = "127.0.0.1:1/team/app:1"


def test_an_image_of_containerd_is_not_looked_for_in_its_registry(tmp_path: Path) -> None:
    storage(tmp_path, {b"default": namespace({ELSEWHERE: target(AMD.manifest)})})
    assert looked_for(tmp_path, ELSEWHERE) == ("containerd", [])


@pytest.mark.parametrize("there", [True, False])
def test_what_containerd_does_not_have_is_looked_for_in_its_registry(tmp_path: Path, there: bool) -> None:
    if there:
        storage(tmp_path)
    with pytest.raises(ImageError, match=r"127\.0\.0\.1:1"):
        looked_for(tmp_path, ELSEWHERE)


def test_what_containerd_has_a_part_of_is_looked_for_in_its_registry(tmp_path: Path) -> None:
    storage(tmp_path, {b"default": namespace({ELSEWHERE: target(AMD.manifest)})})
    (tmp_path / BLOBS / digest(LAYERS[1].blob)[7:]).unlink()
    with pytest.raises(ImageError, match=r"127\.0\.0\.1:1"):
        looked_for(tmp_path, ELSEWHERE)


def test_platforms_that_were_not_pulled_are_looked_for_in_the_registry(tmp_path: Path) -> None:
    spaces = {b"default": namespace({ELSEWHERE: target(BOTH, OCI_INDEX)})}
    every = {digest(BOTH): BOTH, **AMD.blobs, **ARM.blobs}
    assert looked_for(storage(tmp_path / "both", spaces, every), ELSEWHERE, "all") == ("containerd", [])
    part = storage(tmp_path / "part", spaces, {digest(BOTH): BOTH, **AMD.blobs})
    with pytest.raises(ImageError, match=r"127\.0\.0\.1:1"):
        looked_for(part, ELSEWHERE, "all")
    assert looked_for(part, ELSEWHERE) == ("containerd", [])


def test_an_id_is_not_looked_for_where_it_may_be_a_name(tmp_path: Path) -> None:
    with pytest.raises(HullcheckError) as raised:
        looked_for(storage(tmp_path), f"127.0.0.1:1/{CONFIG[7:]}")
    assert not isinstance(raised.value, StorageError)


# While others write


class Writer:
    """Writes the page of a database in place, again and again, as containerd may: transaction after transaction."""

    def __init__(self, path: Path, pages: tuple[bytes, bytes]) -> None:
        self._path = path
        self._pages = pages
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self.written = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _work(self) -> None:
        descriptor = os.open(self._path, os.O_RDWR)
        txid = 100
        while not self._ended.wait(0.001):
            txid += 1
            # Nothing at first: nobody may have seen it.
            page = self._pages[txid % 2]
            number = 3 + txid % 2
            os.pwrite(descriptor, bytes(PAGE), number * PAGE)
            self._ended.wait(0.001)
            os.pwrite(descriptor, struct.pack("<Q", number) + page[8:], number * PAGE)
            os.pwrite(descriptor, meta(txid % 2, number, txid, 5), txid % 2 * PAGE)
            self.written += 1
        os.close(descriptor)


def test_what_is_read_is_of_one_transaction(tmp_path: Path) -> None:
    pages = tuple(leaf(items({b"v1": {b"default": namespace({NAME: target(it.manifest)})}}), 3) for it in (AMD, ARM))
    storage(tmp_path, None, {**AMD.blobs, **ARM.blobs})
    padding = bytes(5 * PAGE)
    (tmp_path / META).write_bytes(((tmp_path / META).read_bytes() + padding)[: 5 * PAGE])
    with Writer(tmp_path / META, (pages[0], pages[1])) as writer:
        found = {metadata.images(tmp_path, "")[0].key for _ in range(2000)}
    assert found == {digest(AMD.manifest), digest(ARM.manifest)}
    assert writer.written > 10


@pytest.mark.parametrize("torn", [True, False])
def test_what_changed_while_it_was_read_is_read_again(tmp_path: Path, torn: bool) -> None:
    storage(tmp_path)
    path = tmp_path / META
    new = database({3: leaf(items({b"v1": {b"version": b"new"}}), 3)}, txid=7)
    answers: list[bytes | None] = []

    def question(bolt: Bolt) -> bytes | None:
        answers.append(bolt.top.value(b"v1", b"version"))
        if len(answers) == 1:
            path.write_bytes(new)
            if torn:
                raise MalformedFile("meta.db", "half a page")
        return answers[-1]

    assert metadata._asked(path, question) == b"new"
    assert answers == [b"\6", b"new"]


def test_a_database_that_is_written_all_the_time_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage(tmp_path)
    monkeypatch.setattr(metadata, "_ATTEMPTS", 0)
    assert "written to all the time" in refused(tmp_path).message
