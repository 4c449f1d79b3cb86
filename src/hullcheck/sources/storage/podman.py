"""Podman's storage, with the driver overlay, which Buildah, CRI-O and Skopeo use too.

Below each root (containers/storage): overlay-images/images.json lists the images, with what belongs to an image in a
folder of its id, overlay-layers/layers.json the layers, and overlay/ID/diff is what a layer brings.
"""

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hullcheck.errors import MalformedFile, StorageError
from hullcheck.formats.json import read_json_list
from hullcheck.formats.node import Node
from hullcheck.model.progress import Progress
from hullcheck.model.source_file import SourceFile
from hullcheck.net.digest import SHA256, digest_of, verified
from hullcheck.sources.configuration import read_config
from hullcheck.sources.documents import Descriptor, Manifest, read_document
from hullcheck.sources.files import DirectoryFiles, read
from hullcheck.sources.image import ConfigFile, Images, describe
from hullcheck.sources.options import SourceOptions
from hullcheck.sources.storage.image import LayerDirectory, overlay_trees
from hullcheck.sources.storage.names import Stored, find
from hullcheck.sources.storage.places import check_rights, podman_roots, readable

_IMAGES = "overlay-images"
_LIST = f"{_IMAGES}/images.json"
_LAYERS = "overlay-layers/layers.json"

# Whether a program such as fuse-overlayfs lays the layers upon each other, which knows whiteouts as files.
_MOUNT_PROGRAM = "overlay/.has-mount-program"

_LARGEST_LIST = 256 * 1024**2

_ID = re.compile(r"[0-9a-f]{64}")

# What is called otherwise is encoded (containers/storage, makeBigDataBaseName).
_PLAIN_KEY = re.compile(r"[0-9a-z.]+")
_MANIFEST_OF = "manifest-"


@dataclass(frozen=True, slots=True)
class _Store:
    """A root: its layers by their ids."""

    files: DirectoryFiles
    layers: dict[str, Node]
    whiteout_files: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    """An image of a list, and the store that lists it."""

    files: DirectoryFiles
    id: str
    layer: str


def open_podman(reference: str, options: SourceOptions, progress: Progress) -> Images:
    """Return the image that Podman calls `reference` and its layers."""
    roots = podman_roots(options.storage)
    check_rights(roots[0], "Podman")
    with readable(roots[0]):
        stores = [_store(root) for root in roots if _is_store(root)]
        if not stores:
            raise _no_store(roots[0])
        images = tuple(image for store in stores for image in _images(store.files))
        stored = find(reference, images, " and ".join(store.files.name for store in stores), ends=True)[0]
        manifest, digest = _manifest(stored.what, options)
        config = _config(stored.what, manifest.config.digest, options)
        diff_ids = read_config(config.content, config.name).diff_ids
        chain = _chain(stores, stored.what)
        if not len(chain) == len(diff_ids) == len(manifest.layers):
            counts = f"{len(diff_ids)} layers, its manifest of {len(manifest.layers)}, and there are {len(chain)}"
            raise MalformedFile(config.name, f"tells of {counts}")
        every = zip(chain, diff_ids, manifest.layers, strict=True)
        layers = [_directory(store, layer, diff_id, blob) for (store, layer), diff_id, blob in every]
    image = describe(config, layers, digest, stored.names, options, manifest.annotations)
    return Images(((image, overlay_trees(image, layers, options, progress)),))


def _is_store(root: Path) -> bool:
    return (root / _LIST).is_file()


def _no_store(root: Path) -> StorageError:
    others = sorted(it.name.removesuffix("-images") for it in root.glob("*-images") if it.name != _IMAGES)
    kinds = f", but some of the driver {', '.join(others)}" if others else ""
    hint = "name the graph root (`podman info`) with --storage-root, or scan the image through the engine"
    return StorageError(f"{root}: no images of Podman's driver overlay{kinds}", hint=hint)


def _store(root: Path) -> _Store:
    files = DirectoryFiles(str(root), root)
    layers = {node.text("id"): node for node in _listed(files, _LAYERS)} if files.has(_LAYERS) else {}
    # Old versions do not tell, and may have used one.
    native = files.has(_MOUNT_PROGRAM) and read(files, _MOUNT_PROGRAM, 16).strip() == b"false"
    return _Store(files, layers, not native)


def _listed(files: DirectoryFiles, path: str) -> tuple[Node, ...]:
    return read_json_list(SourceFile(f"{files.name}/{path}", read(files, path, _LARGEST_LIST)))


def _images(files: DirectoryFiles) -> Iterator[Stored[_Entry]]:
    for node in _listed(files, _LIST):
        image = node.text("id")
        if not _ID.fullmatch(image):
            raise node.malformed("id", f"{image[:80]!r} is no id of an image")
        kept = (key.removeprefix(_MANIFEST_OF) for key in node.texts("big-data-names") if key.startswith(_MANIFEST_OF))
        digests = (node.text_or_none("digest") or "", *kept)
        entry = _Entry(files, image, node.text_or_none("layer") or "")
        yield Stored(image, entry, node.texts("names"), SHA256 + image, tuple(it for it in digests if it))


def _manifest(entry: _Entry, options: SourceOptions) -> tuple[Manifest, str]:
    path = f"{_IMAGES}/{entry.id}/manifest"
    content = read(entry.files, path, options.limits.document)
    document = read_document(content, "", f"{entry.files.name}/{path}")
    if isinstance(document, Manifest):
        return document, digest_of(content)
    raise MalformedFile(
        f"{entry.files.name}/{path}",
        "is a list of images, not one of them",
        hint="name one of those by its own name or id",
    )


def _config(entry: _Entry, digest: str, options: SourceOptions) -> ConfigFile:
    path = f"{_IMAGES}/{entry.id}/{_file_of(digest)}"
    name = f"{entry.files.name}, configuration {digest}"
    return ConfigFile(verified(read(entry.files, path, options.limits.config), digest, name), digest, name)


def _file_of(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else f"={base64.b64encode(key.encode()).decode()}"


def _chain(stores: Sequence[_Store], entry: _Entry) -> list[tuple[_Store, Node]]:
    """Return the layers of an image, lowest first, each with the store that has it."""
    chain: list[tuple[_Store, Node]] = []
    layer = entry.layer
    seen: set[str] = set()
    while layer:
        store = next((store for store in stores if layer in store.layers), None)
        if store is None or layer in seen or not _ID.fullmatch(layer):
            hint = "its storage is damaged (`podman system check`), or the image was removed meanwhile"
            raise MalformedFile(f"{entry.files.name}/{_LAYERS}", f"has no layer {layer[:80]}", hint=hint)
        seen.add(layer)
        chain.append((store, store.layers[layer]))
        layer = store.layers[layer].text_or_none("parent") or ""
    return chain[::-1]


def _directory(store: _Store, layer: Node, diff_id: str, blob: Descriptor) -> LayerDirectory:
    found = layer.text_or_none("diff-digest")
    # Of layers that were pulled in parts (zstd:chunked) it is not known.
    if found not in {None, "", diff_id}:
        raise layer.malformed("diff-digest", f"is layer {found!r} and not {diff_id}")
    place = store.files.root / "overlay" / layer.text("id")
    if (place / "composefs-data").exists():
        hint = "scan the image through the engine, or save it with `podman save`"
        raise MalformedFile(str(place), "is stored by content (composefs), which is not read", hint=hint)
    return LayerDirectory(place / "diff", blob.digest, blob.size, blob.media_type, store.whiteout_files)
