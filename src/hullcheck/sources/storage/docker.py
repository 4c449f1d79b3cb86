"""Docker's own storage, with the driver overlay2.

Below the data root (moby, "image/" and "layer/"): image/overlay2/repositories.json has the names, imagedb the
configurations, and layerdb the directory in overlay2/ of each layer by its chain ID.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from hullcheck.errors import MalformedFile, StorageError
from hullcheck.formats.json import read_json
from hullcheck.model.progress import Progress
from hullcheck.model.source_file import SourceFile
from hullcheck.net.digest import SHA256, is_digest, verified
from hullcheck.sources.configuration import read_config
from hullcheck.sources.files import DirectoryFiles, read
from hullcheck.sources.image import ConfigFile, Images, describe
from hullcheck.sources.options import SourceOptions
from hullcheck.sources.storage.chain import chain_ids
from hullcheck.sources.storage.image import LayerDirectory, overlay_trees
from hullcheck.sources.storage.names import Stored, find
from hullcheck.sources.storage.places import check_rights, docker_root, readable

_IMAGES = "image/overlay2"
_NAMES = f"{_IMAGES}/repositories.json"
_CONFIGS = f"{_IMAGES}/imagedb/content/sha256"
_LAYERS = f"{_IMAGES}/layerdb/sha256"

# The names of tens of thousands of images.
_LARGEST_LIST = 64 * 1024**2
_LARGEST_WORD = 256

_CACHE_ID = re.compile(r"[0-9A-Za-z_-]{1,128}")
_REMAPPED = re.compile(r"[0-9]+\.[0-9]+")


def open_docker(reference: str, options: SourceOptions, progress: Progress) -> Images:
    """Return the image that Docker calls `reference` and its layers."""
    root = docker_root(options.storage)
    check_rights(root, "Docker")
    with readable(root):
        _check_kind(root)
        files = DirectoryFiles(str(root), root)
        stored = find(reference, tuple(_images(files)), str(root))[0]
        config = _config(files, stored.id, options)
        diff_ids = read_config(config.content, config.name).diff_ids
        layers = [_layer(files, *ids) for ids in zip(diff_ids, chain_ids(diff_ids), strict=True)]
    tags = tuple(name for name in stored.names if "@" not in name)
    image = describe(config, layers, "", tags, options)
    return Images(((image, overlay_trees(image, layers, options, progress)),))


def _check_kind(root: Path) -> None:
    """Raise `StorageError` where Docker keeps its images otherwise, and tell how they are read."""
    if (root / _IMAGES).is_dir():
        return
    for store in (root / "containerd" / "daemon", Path("/var/lib/containerd")):
        if (root / "rootfs" / "overlayfs").is_dir() and (store / "io.containerd.metadata.v1.bolt").is_dir():
            hint = f"--storage-driver containerd-overlayfs --storage-root {store} reads it"
            raise StorageError(f"{root}: Docker keeps its images in the store of containerd", hint=hint)
    below = sorted(it.name for it in root.iterdir() if _REMAPPED.fullmatch(it.name) and (it / _IMAGES).is_dir())
    if below:
        hint = " or ".join(f"--storage-root {root / name}" for name in below)
        raise StorageError(
            f"{root}: Docker maps users (userns-remap), so that its images are below", hint=f"say {hint}"
        )
    others = sorted(it.name for it in root.glob("image/*") if it.is_dir())
    kinds = f", its images are of the driver {', '.join(others)}" if others else ""
    hint = "name Docker's data root (`docker info`) with --storage-root, or scan the image through the engine"
    raise StorageError(f"{root}: no images of Docker's driver overlay2{kinds}", hint=hint)


def _images(files: DirectoryFiles) -> Iterator[Stored[None]]:
    """Yield all images, those without a name too."""
    names: dict[str, list[str]] = {}
    if files.has(_NAMES):
        content = read(files, _NAMES, _LARGEST_LIST)
        for _, repository in read_json(SourceFile(f"{files.name}/{_NAMES}", content)).members("Repositories"):
            for name in sorted(repository.keys()):
                names.setdefault(repository.text(name), []).append(name)
    for entry in sorted((files.root / _CONFIGS).iterdir()):
        image = SHA256 + entry.name
        known = tuple(sorted(names.get(image, ())))
        if is_digest(image):
            digests = tuple(name.partition("@")[2] for name in known if "@" in name)
            yield Stored(image, None, known, image, digests)


def _config(files: DirectoryFiles, image: str, options: SourceOptions) -> ConfigFile:
    path = f"{_CONFIGS}/{image.removeprefix(SHA256)}"
    name = f"{files.name}/{path}"
    return ConfigFile(verified(read(files, path, options.limits.config), image, name), image, name)


def _layer(files: DirectoryFiles, diff_id: str, chain: str) -> LayerDirectory:
    path = f"{_LAYERS}/{chain.removeprefix(SHA256)}"
    found = _word(files, f"{path}/diff")
    if found != diff_id:
        raise MalformedFile(f"{files.name}/{path}", f"is layer {found!r} and not {diff_id}")
    cache_id = _word(files, f"{path}/cache-id")
    if not _CACHE_ID.fullmatch(cache_id):
        raise MalformedFile(f"{files.name}/{path}", f"has the directory {cache_id!r}")
    return LayerDirectory(files.root / "overlay2" / cache_id / "diff")


def _word(files: DirectoryFiles, path: str) -> str:
    return read(files, path, _LARGEST_WORD).decode("ascii", "replace").strip()
