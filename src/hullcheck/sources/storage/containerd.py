"""containerd's storage: the blobs of its content store, and its layers unpacked by the snapshotter overlayfs."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from hullcheck.errors import MalformedFile, StorageError, concerning
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.layer import Image
from hullcheck.model.platforms import platform_names
from hullcheck.model.progress import Progress, Unwatched
from hullcheck.net.digest import verified
from hullcheck.sources import documents
from hullcheck.sources.documents import Descriptor, Index, Manifest, read_document
from hullcheck.sources.files import DirectoryFiles, read
from hullcheck.sources.image import Images, Opened, open_stored
from hullcheck.sources.manifests import Root
from hullcheck.sources.oci_layout import blob_path
from hullcheck.sources.options import SourceOptions
from hullcheck.sources.platforms import each_asked, is_several
from hullcheck.sources.storage import metadata
from hullcheck.sources.storage.chain import chain_ids
from hullcheck.sources.storage.image import LayerDirectory, overlay_trees
from hullcheck.sources.storage.metadata import Target
from hullcheck.sources.storage.names import Stored, find
from hullcheck.sources.storage.overlay import OverlayTree
from hullcheck.sources.storage.places import NoStorage, check_rights, containerd_root, readable

_CONTENT = "io.containerd.content.v1.content"
_METADATA = "io.containerd.metadata.v1.bolt"

# Of those that have their own containerd.
_OTHER_ROOTS = (
    "/var/lib/docker/containerd/daemon",
    "/var/lib/rancher/k3s/agent/containerd",
    "/var/lib/rancher/rke2/agent/containerd",
    "/var/snap/microk8s/common/var/lib/containerd",
)

_OTHER_PLATFORM = (
    "of an image for several platforms those are there that were pulled: choose one of them with --platform, or pull "
    "the other (`ctr images pull --platform`)"
)
_NOT_PULLED = "the image is for this platform, too, and was not pulled for it"
_PULL = "pull it (`ctr images pull --all-platforms`), or list the platforms that you mean with --platform"
_DISCARDED = (
    "containerd drops blobs that it has unpacked if it is told to (discard_unpacked_layers): "
    "--storage-driver containerd-overlayfs reads what was unpacked"
)


@dataclass(frozen=True, slots=True)
class _Blobs:
    """The blobs of the content store; `name` is the image's."""

    files: DirectoryFiles

    @property
    def name(self) -> str:
        return self.files.name

    def has(self, digest: str) -> bool:
        return self.files.has(blob_path(digest))

    def manifest(self, digest: str, limit: int) -> bytes:
        return self._document(digest, limit)

    def config(self, digest: str, limit: int) -> bytes:
        return self._document(digest, limit)

    def stream(self, layer: Descriptor) -> AbstractContextManager[Iterator[bytes]]:
        return self.files.stream(blob_path(layer.digest))

    def stamp(self, layer: Descriptor) -> str:
        return self.files.stamp(blob_path(layer.digest))

    def _document(self, digest: str, limit: int) -> bytes:
        if not self.has(digest):
            raise MalformedFile(self.name, f"{digest} is not in containerd's store", hint=_OTHER_PLATFORM)
        return read(self.files, blob_path(digest), limit)


@dataclass(frozen=True, slots=True)
class _Found:
    """An image in `namespaces`, or one for each of several platforms, with its layers as blobs."""

    root: Path
    namespaces: tuple[str, ...]
    blobs: _Blobs
    images: Images

    def named(self) -> Iterator[tuple[Image, str]]:
        """Yield each image with what it is called among those of other platforms, "" where there are none."""
        records = [image for image, _ in self.images.each]
        return zip(records, platform_names(records), strict=True)


def open_content(reference: str, options: SourceOptions, progress: Progress, *, ids: bool = True) -> Images:
    """Return the image that containerd calls `reference`, with its layers as they were pulled.

    Without `ids`, it is meant by its name only: it may as well be an image of a registry.
    """
    found = _found(reference, options, progress, ids=ids)
    for image, name in found.named():
        for layer in image.layers:
            if not found.blobs.has(layer.digest):
                problem = f"layer {layer.digest} is not in containerd's store"
                with concerning(name):
                    raise MalformedFile(found.blobs.name, problem, hint=_DISCARDED)
    return found.images


def open_snapshots(reference: str, options: SourceOptions, progress: Progress) -> Images:
    """Return the image that containerd calls `reference`, with its layers as they were unpacked."""
    check_rights(containerd_root(options.storage), "containerd")
    found = _found(reference, options, Unwatched(), ids=True)
    each: list[Opened] = []
    for image, name in found.named():
        with concerning(name):
            each.append((image, _unpacked(found, image, options, progress)))
    return replace(found.images, each=tuple(each))


def _unpacked(found: _Found, image: Image, options: SourceOptions, progress: Progress) -> tuple[OverlayTree, ...]:
    chains = tuple(chain_ids([layer.diff_id for layer in image.layers]))
    directories = metadata.snapshot_directories(found.root, found.namespaces, chains)
    if len(directories) < len(image.layers):
        raise _not_unpacked(found, chains)
    pairs = zip(image.layers, directories, strict=True)
    stored = [LayerDirectory(directory, layer.digest, layer.size, layer.media_type) for layer, directory in pairs]
    return overlay_trees(image, stored, options, progress)


def _not_unpacked(found: _Found, chains: Sequence[str]) -> StorageError:
    others = metadata.snapshotters(found.root, found.namespaces, chains[-1])
    why = f"by the snapshotter {' and '.join(others)}" if others else "by no snapshotter"
    hint = f"containerd:{found.blobs.name} reads it as it was pulled"
    return StorageError(f"{found.blobs.name}: is not unpacked by {metadata.SNAPSHOTTER}, but {why}", hint=hint)


def _found(reference: str, options: SourceOptions, progress: Progress, *, ids: bool) -> _Found:
    root = containerd_root(options.storage)
    with readable(root):
        if not (root / _METADATA / "meta.db").is_file():
            raise _no_store(root)
        listed = metadata.images(root, options.storage.namespace)
        blobs = _Blobs(DirectoryFiles(reference, root / _CONTENT))
        fitting = _fitting(partial(find, reference, where=f"{root}{_spaces(options)}", ids=ids), listed, blobs, options)
        target = fitting[0].what
        tags = {name for it in listed if it.key == fitting[0].key for name in it.names if "@" not in name}
        document = _document(blobs, target, options)
        absent: tuple[Gap, ...] = ()
        if isinstance(document, Index) and not each_asked(options.platform):
            document, absent = _pulled(document, blobs, every=is_several(options.platform))
        names = tuple(sorted(tags)) or fitting[0].names
        images = open_stored(blobs, Root(document, target.digest), names, options, progress, StorageError)
    namespaces = tuple(dict.fromkeys(it.what.namespace for it in fitting))
    return _Found(root, namespaces, blobs, replace(images, absent=absent))


def _spaces(options: SourceOptions) -> str:
    return f", namespace {options.storage.namespace}" if options.storage.namespace else ""


def _no_store(root: Path) -> NoStorage:
    roots = [it for it in _OTHER_ROOTS if Path(it, _METADATA).is_dir()] or _OTHER_ROOTS
    return NoStorage(
        f"{root}: no images of containerd",
        hint=f"name its root with --storage-root; Docker and Kubernetes have some of their own: {', '.join(roots)}",
    )


def _fitting(
    choose: Callable[[tuple[Stored[Target], ...]], tuple[Stored[Target], ...]],
    listed: tuple[Stored[Target], ...],
    blobs: _Blobs,
    options: SourceOptions,
) -> tuple[Stored[Target], ...]:
    """Return the image that is meant; one of several platforms may be meant by its own digest or id."""
    try:
        return choose(listed)
    except StorageError as error:
        each = tuple(it for image in listed for it in _manifests(image, blobs, options))
        try:
            return choose(each)
        except StorageError:
            raise error from None


def _manifests(image: Stored[Target], blobs: _Blobs, options: SourceOptions) -> Iterator[Stored[Target]]:
    """Yield what `image` is for each platform that is there."""
    waiting = [image.what]
    seen: set[str] = set()
    while waiting:
        target = waiting.pop()
        if target.digest in seen or not blobs.has(target.digest):
            continue
        seen.add(target.digest)
        try:
            document = _document(blobs, target, options)
        except MalformedFile:
            # What is no image cannot be meant.
            continue
        if isinstance(document, Manifest):
            yield replace(image, key=target.digest, what=target, id=document.config.digest, digests=(target.digest,))
        else:
            waiting += [Target(target.namespace, it.digest, it.media_type) for it in documents.images(document)]


def _document(blobs: _Blobs, target: Target, options: SourceOptions) -> Index | Manifest:
    content = blobs.manifest(target.digest, options.limits.document)
    return read_document(
        verified(content, target.digest, f"{blobs.name}, {target.digest}"), target.media_type, blobs.name
    )


def _pulled(index: Index, blobs: _Blobs, *, every: bool) -> tuple[Index, tuple[Gap, ...]]:
    """Return what of `index` is there: who pulls an image for one platform means that one.

    Who asks for `every` platform is told of the others.
    """
    offers = tuple(documents.images(index))
    there = tuple(it for it in offers if blobs.has(it.digest))
    if not there:
        return index, ()
    absent = [str(it.platform) or it.digest for it in offers if it not in there] if every else []
    return Index(there), tuple(Gap(GapKind.ABSENT_PLATFORM, name, _NOT_PULLED, _PULL) for name in dict.fromkeys(absent))
