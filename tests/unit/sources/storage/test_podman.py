"""Podman's storage, as containers/storage writes it; images that it wrote are in tests/integration/test_storage.py."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from tests.simulators.images import digest, encoded, file, image, index, layer, write_files

from hullcheck.errors import HullcheckError, StorageError
from hullcheck.model.layer import Image
from hullcheck.model.progress import Unwatched
from hullcheck.model.source_file import SourceFile, Wants
from hullcheck.model.tree import Entry, Hidden, Unwanted
from hullcheck.sources.options import SourceOptions, StorageOptions
from hullcheck.sources.storage.drivers import open_directories

LAYERS = (layer(file("a/status", b"low")), layer(file("b/status", b"high"), packing="+zstd"))
BUILT = image(*LAYERS, history=[{"created_by": "ADD a"}, {"created_by": "ADD b"}])
CONFIG = json.loads(BUILT.manifest)["config"]["digest"]
IDENTITY = CONFIG.removeprefix("sha256:")
IDS = (64 * "1", 64 * "2")
WANTS = Wants(names=frozenset({"status"}))


def listed(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the entries of layers.json, with `changes` to each."""
    entries = [
        {"id": IDS[0], "diff-digest": LAYERS[0].diff_id},
        {"id": IDS[1], "parent": IDS[0], "diff-digest": LAYERS[1].diff_id},
    ]
    return [{**entry, **change} for entry, change in zip(entries, changes or ({}, {}), strict=True)]


def storage(root: Path, layers: list[dict[str, Any]] | None = None, program: bytes = b"false", **more: Any) -> Path:
    """Write the image as Podman does; `more` goes into its entry in images.json."""
    manifest = digest(BUILT.manifest)
    entry = {
        "id": IDENTITY,
        "digest": manifest,
        "names": ["registry.example/team/app:1"],
        "layer": IDS[1],
        "big-data-names": [CONFIG, "manifest", f"manifest-{digest(b'index')}"],
        **more,
    }
    encoded_name = "=" + base64.b64encode(CONFIG.encode()).decode()
    files = {
        "overlay-images/images.json": encoded([entry]),
        f"overlay-images/{IDENTITY}/manifest": BUILT.manifest,
        f"overlay-images/{IDENTITY}/{encoded_name}": BUILT.blobs[CONFIG],
        "overlay-layers/layers.json": encoded(listed() if layers is None else layers),
        "overlay/.has-mount-program": program,
    }
    for number, name in enumerate(IDS):
        files |= {f"overlay/{name}/diff/status": f"layer {number}".encode(), f"overlay/{name}/diff/.wh.x": b""}
    return write_files(root, files)


def entries(root: Path, reference: str = "app:1", **options: Any) -> tuple[Image, list[list[Entry]]]:
    wanted = SourceOptions(storage=StorageOptions("podman-overlay", str(root), **options))
    driver, images = open_directories(reference, wanted, Unwatched())
    ((record, trees),) = images.each
    assert driver == "podman-overlay"
    return record, [list(tree.entries(WANTS)) for tree in trees]


def contents(found: list[list[Entry]]) -> list[bytes]:
    return [bytes(it.content) for layer in found for it in layer if isinstance(it, SourceFile)]


def refused(root: Path, reference: str = "app:1") -> HullcheckError:
    with pytest.raises(HullcheckError) as raised:
        entries(root, reference)
    assert "\n" not in raised.value.message
    return raised.value


def test_an_image_is_its_configuration_and_its_layers_lowest_first(tmp_path: Path) -> None:
    record, found = entries(storage(tmp_path))
    assert contents(found) == [b"layer 0", b"layer 1"]
    assert (record.id, record.digest, record.tags) == (CONFIG, digest(BUILT.manifest), ("registry.example/team/app:1",))
    assert [(it.diff_id, it.digest, it.size) for it in record.layers] == [
        (it.diff_id, digest(it.blob), len(it.blob)) for it in LAYERS
    ]


def test_the_digest_of_the_index_names_an_image(tmp_path: Path) -> None:
    storage(tmp_path)
    for known in (digest(BUILT.manifest), digest(b"index")):
        assert entries(tmp_path, f"registry.example/team/app@{known}")[0].id == CONFIG


@pytest.mark.parametrize(("program", "is_whiteout"), [(b"false", False), (b"true", True), (b"", True)])
def test_files_are_whiteouts_where_a_program_lays_the_layers(tmp_path: Path, program: bytes, is_whiteout: bool) -> None:
    found = entries(storage(tmp_path, program=program))[1][0]
    assert (Hidden("x") in found, Unwanted((".wh.x",)) in found) == (is_whiteout, not is_whiteout)


def test_layers_that_were_pulled_in_parts_have_no_known_digest(tmp_path: Path) -> None:
    assert contents(entries(storage(tmp_path, listed({"diff-digest": ""}, {"diff-digest": None})))[1])


def test_an_image_may_have_layers_of_another_store(tmp_path: Path) -> None:
    """As of one that was built upon an image of an additional store."""
    own, additional = tmp_path / "own", tmp_path / "additional"
    storage(own, listed()[1:])
    storage(additional, listed()[:1])
    (additional / "overlay-images" / "images.json").write_text("[]")
    write_files(additional, {f"overlay/{IDS[0]}/diff/status": b"additional"})
    configuration = tmp_path / "storage.conf"
    configuration.write_text(f'[storage.options]\nadditionalimagestores = ["{additional}", "{tmp_path}/gone"]\n')
    assert contents(entries(own, podman=str(configuration))[1]) == [b"additional", b"layer 1"]
    assert f"has no layer {IDS[0]}" in refused(own).message


def test_the_own_store_goes_before_additional_ones(tmp_path: Path) -> None:
    own, additional = storage(tmp_path / "own"), storage(tmp_path / "additional")
    write_files(additional, {f"overlay/{name}/diff/status": b"additional" for name in IDS})
    configuration = tmp_path / "storage.conf"
    configuration.write_text(f'[storage.options.overlay]\nadditionalimagestores = ["{additional}"]\n')
    assert contents(entries(own, podman=str(configuration))[1]) == [b"layer 0", b"layer 1"]


def test_other_drivers_are_told(tmp_path: Path) -> None:
    (tmp_path / "vfs-images").mkdir()
    error = refused(tmp_path)
    assert "of the driver vfs" in error.message
    assert "--storage-root" in error.hint


def test_a_list_of_images_is_told(tmp_path: Path) -> None:
    storage(tmp_path)
    (tmp_path / "overlay-images" / IDENTITY / "manifest").write_bytes(index(BUILT.descriptor()))
    assert "a list of images" in refused(tmp_path).message


def test_layers_that_are_stored_by_content_are_told(tmp_path: Path) -> None:
    storage(tmp_path)
    (tmp_path / "overlay" / IDS[0] / "composefs-data").mkdir()
    assert "composefs" in refused(tmp_path).message


@pytest.mark.parametrize(
    ("layers", "problem"),
    [
        ([], f"has no layer {IDS[1]}"),
        (listed()[1:], f"has no layer {IDS[0]}"),
        (listed({"parent": IDS[1]}, {}), f"has no layer {IDS[1]}"),
        (listed({}, {"parent": "../../etc"}), "has no layer ../../etc"),
        (listed({}, {"parent": ""}), "there are 1"),
        (listed({"diff-digest": LAYERS[1].diff_id}, {}), "and not sha256:"),
        ([{}], "expected text"),
        ([5], "expected an object"),
    ],
)
def test_a_chain_of_layers_that_is_damaged_is_refused(tmp_path: Path, layers: list[Any], problem: str) -> None:
    error = refused(storage(tmp_path, layers))
    assert isinstance(error, StorageError)
    assert problem in error.message
    assert error.hint


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"id": "../../etc"}, "is no id of an image"),
        ({"id": 64 * "e"}, "has no overlay-images/eeee"),
        ({"names": "app"}, "expected a list"),
        ({"layer": None}, "there are 0"),
        ({"names": None}, "has no image"),
    ],
)
def test_an_image_that_is_listed_wrongly_is_refused(tmp_path: Path, more: dict[str, Any], problem: str) -> None:
    assert problem in refused(storage(tmp_path, **more)).message


def test_a_configuration_of_another_digest_is_refused(tmp_path: Path) -> None:
    storage(tmp_path)
    (path,) = (tmp_path / "overlay-images" / IDENTITY).glob("=*")
    path.write_bytes(path.read_bytes() + b" ")
    assert "has digest" in refused(tmp_path).message
