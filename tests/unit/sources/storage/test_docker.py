"""Docker's storage, as Docker 20.10 writes it; images that it wrote are in tests/integration/test_storage.py."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.simulators.images import BuiltImage, LayerFile, digest, encoded, file, image, layer, write_files

from hullcheck.config.options import COMMANDS
from hullcheck.errors import HullcheckError, InvalidParameter, StorageError
from hullcheck.model.layer import Image
from hullcheck.model.progress import Unwatched
from hullcheck.model.source_file import SourceFile, Wants
from hullcheck.sources.options import SourceOptions, StorageOptions
from hullcheck.sources.storage.chain import chain_ids
from hullcheck.sources.storage.drivers import DRIVERS, open_directories

LAYERS = (layer(file("a/status", b"low")), layer(file("b/status", b"high")))
CREATED_BY = ("ADD a", "ADD b")
BUILT = image(*LAYERS, history=[{"created_by": it} for it in CREATED_BY], config={"Labels": {"x": "y"}})
CONFIG = json.loads(BUILT.manifest)["config"]["digest"]
WANTS = Wants(names=frozenset({"status"}))


def storage(root: Path, built: BuiltImage = BUILT, layers: tuple[LayerFile, ...] = LAYERS) -> Path:
    """Write the image as Docker does, with the content of each layer in "status"."""
    config = json.loads(built.manifest)["config"]["digest"]
    names = {"app:1": config, f"app@{digest(b'manifest')}": config}
    files = {
        "image/overlay2/repositories.json": encoded({"Repositories": {"app": names}}),
        f"image/overlay2/imagedb/content/{config.replace(':', '/')}": built.blobs[config],
    }
    diff_ids = [it.diff_id for it in layers]
    for number, (diff_id, chain) in enumerate(zip(diff_ids, chain_ids(diff_ids), strict=True)):
        place = f"image/overlay2/layerdb/{chain.replace(':', '/')}"
        files |= {f"{place}/diff": diff_id.encode(), f"{place}/cache-id": f"cache-{number}".encode()}
        files[f"overlay2/cache-{number}/diff/status"] = f"layer {number}".encode()
    return write_files(root, files)


def opened(root: Path, reference: str = "app:1", **options: Any) -> tuple[Image, list[dict[str, bytes]]]:
    wanted = SourceOptions(storage=StorageOptions("docker-overlay2", str(root)), **options)
    driver, images = open_directories(reference, wanted, Unwatched())
    ((record, trees),) = images.each
    assert driver == "docker-overlay2"
    found = [{it.path: bytes(it.content) for it in tree.entries(WANTS) if isinstance(it, SourceFile)} for tree in trees]
    return record, found


def refused(root: Path, reference: str = "app:1", **options: Any) -> HullcheckError:
    with pytest.raises(HullcheckError) as raised:
        opened(root, reference, **options)
    assert "\n" not in raised.value.message
    return raised.value


def test_an_image_is_its_configuration_and_its_layers_lowest_first(tmp_path: Path) -> None:
    record, files = opened(storage(tmp_path))
    assert files == [{"status": b"layer 0"}, {"status": b"layer 1"}]
    assert (record.id, record.tags, record.labels) == (CONFIG, ("app:1",), (("x", "y"),))
    assert [it.diff_id for it in record.layers] == [it.diff_id for it in LAYERS]
    assert [it.created_by for it in record.layers] == list(CREATED_BY)
    # Docker does not keep them.
    assert (record.digest, {(it.digest, it.size) for it in record.layers}) == ("", {("", 0)})


def test_images_without_a_name_are_named_by_id(tmp_path: Path) -> None:
    storage(tmp_path)
    (tmp_path / "image/overlay2/repositories.json").write_text('{"Repositories": {}}')
    assert opened(tmp_path, CONFIG)[0].tags == ()
    (tmp_path / "image/overlay2/repositories.json").unlink()
    assert opened(tmp_path, CONFIG.removeprefix("sha256:")[:8])[0].id == CONFIG


def test_a_digest_names_what_was_pulled_by_it(tmp_path: Path) -> None:
    assert opened(storage(tmp_path), f"app@{digest(b'manifest')}")[0].id == CONFIG
    assert "no image" in refused(tmp_path, f"app@{digest(b'other')}").message


def test_an_image_without_layers_has_none(tmp_path: Path) -> None:
    assert opened(storage(tmp_path, image(), ()))[1] == []


def test_another_platform_is_a_mistake(tmp_path: Path) -> None:
    assert isinstance(refused(storage(tmp_path), platform="linux/arm64"), InvalidParameter)


# Storages of other kinds


def test_the_store_of_containerd_is_told(tmp_path: Path) -> None:
    (tmp_path / "rootfs" / "overlayfs").mkdir(parents=True)
    (tmp_path / "containerd" / "daemon" / "io.containerd.metadata.v1.bolt").mkdir(parents=True)
    error = refused(tmp_path)
    assert "in the store of containerd" in error.message
    assert f"--storage-driver containerd-overlayfs --storage-root {tmp_path}/containerd/daemon" in error.hint


def test_mapped_users_are_told(tmp_path: Path) -> None:
    storage(tmp_path / "100000.100000")
    error = refused(tmp_path)
    assert "userns-remap" in error.message
    assert f"--storage-root {tmp_path}/100000.100000" in error.hint


def test_other_drivers_are_told(tmp_path: Path) -> None:
    (tmp_path / "image" / "btrfs").mkdir(parents=True)
    assert "of the driver btrfs" in refused(tmp_path).message


# Damage


def chain_of(root: Path, number: int) -> Path:
    chain = list(chain_ids([it.diff_id for it in LAYERS]))[number]
    return root / "image/overlay2/layerdb" / chain.replace(":", "/")


def test_a_configuration_of_another_digest_is_refused(tmp_path: Path) -> None:
    storage(tmp_path)
    path = tmp_path / f"image/overlay2/imagedb/content/{CONFIG.replace(':', '/')}"
    path.write_bytes(path.read_bytes() + b" ")
    assert "has digest" in refused(tmp_path).message


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("diff", "sha256:" + 64 * "0", "and not sha256:"),
        ("cache-id", "../../etc", "has the directory '../../etc'"),
        ("cache-id", "", "has the directory ''"),
        ("cache-id", "x" * 300, "at most 256"),
        ("cache-id", "gone", "No such file or directory"),
        ("diff", None, "has no image/overlay2/layerdb"),
        ("cache-id", None, "has no image/overlay2/layerdb"),
    ],
)
def test_a_layer_that_is_not_what_it_should_be_is_refused(
    tmp_path: Path, name: str, content: str | None, problem: str
) -> None:
    storage(tmp_path)
    path = chain_of(tmp_path, 1) / name
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    error = refused(tmp_path)
    assert isinstance(error, StorageError)
    assert problem in error.message
    assert error.hint


@pytest.mark.parametrize("content", ["", "{", "[]", '{"Repositories": {"app": {"app:1": 5}}}', '{"Repositories": 5}'])
def test_names_that_cannot_be_read_are_refused(tmp_path: Path, content: str) -> None:
    storage(tmp_path)
    (tmp_path / "image/overlay2/repositories.json").write_text(content)
    assert "repositories.json" in refused(tmp_path).message


def test_what_removes_the_image_meanwhile_is_told(tmp_path: Path) -> None:
    storage(tmp_path)
    wanted = SourceOptions(storage=StorageOptions("docker-overlay2", str(tmp_path)))
    _, images = open_directories("app:1", wanted, Unwatched())
    ((_, trees),) = images.each
    (tmp_path / "overlay2" / "cache-1" / "diff").rename(tmp_path / "gone")
    list(trees[0].entries(WANTS))
    with pytest.raises(StorageError, match="cache-1/diff: No such file"):
        list(trees[1].entries(WANTS))


def test_a_driver_that_there_is_not_is_a_mistake() -> None:
    with pytest.raises(InvalidParameter, match="zfs"):
        open_directories("app", SourceOptions(storage=StorageOptions("zfs")), Unwatched())


def test_the_option_has_all_drivers_as_choices() -> None:
    (option,) = [it for it in COMMANDS["image"] if it.name == "storage-driver"]
    assert option.choices == ("none", *DRIVERS)
