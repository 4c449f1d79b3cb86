"""From an image's documents to its record and its layers, wherever they are stored."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from hullcheck.errors import LimitExceeded, MalformedFile, SourceError, concerning
from hullcheck.model.gap import Gap
from hullcheck.model.layer import Image, Layer
from hullcheck.model.progress import Progress
from hullcheck.model.tree import Tree
from hullcheck.net.digest import verified
from hullcheck.sources.allowance import Allowance
from hullcheck.sources.configuration import Pairs, read_config
from hullcheck.sources.documents import Descriptor
from hullcheck.sources.faults import told_as
from hullcheck.sources.layer import LayerTree, Opener, Stamp, unknown_stamp
from hullcheck.sources.manifests import BlobStore, Found, Root, manifest_for, manifests_for_several
from hullcheck.sources.options import Limits, SourceOptions
from hullcheck.sources.platforms import Platform, check_asked, is_several, written

# As many as Linux can stack (overlayfs); Docker builds 127 at most.
_MOST_LAYERS = 500


class LayerFacts(Protocol):
    """What is known of how a layer is stored: see `Layer`."""

    @property
    def digest(self) -> str:
        """Return the digest of its blob."""

    @property
    def size(self) -> int:
        """Return the size of its blob."""

    @property
    def media_type(self) -> str:
        """Return the media type of its blob."""


@dataclass(frozen=True, slots=True)
class LayerBlob:
    """A layer as it is stored: see `Layer` and `LayerTree` for the fields."""

    digest: str
    size: int
    media_type: str
    open: Opener
    stamp: Stamp = unknown_stamp


# An image's record, and its layers, lowest first.
Opened = tuple[Image, tuple[Tree, ...]]


@dataclass(frozen=True, slots=True)
class Images:
    """What was asked for: an image, or one for each of several platforms, in the order of their index.

    `absent` are the platforms that the image is for and whose layers are not there.
    """

    each: tuple[Opened, ...]
    absent: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """An image's configuration as it was received."""

    content: bytes
    digest: str
    name: str


def open_stored(
    store: BlobStore,
    root: Root,
    tags: tuple[str, ...],
    options: SourceOptions,
    progress: Progress,
    fault: type[SourceError],
) -> Images:
    """Return the image that `root` leads to in `store`, and its layers, for each platform that is asked for."""
    if not is_several(options.platform):
        found = manifest_for(store, root, options)
        image, blobs = _described(store, found, _config(store, found, options.limits), tags, options)
        return Images(((image, trees(image, blobs, options, progress, fault)),))
    described: dict[tuple[str, str], tuple[Image, tuple[LayerBlob, ...]]] = {}
    room = options.limits.configs
    for found in manifests_for_several(store, root, options, fault):
        with concerning(found.name), told_as(fault):
            config = _config(store, found, replace(options.limits, config=min(room, options.limits.config)))
            image, blobs = _described(store, found, config, tags, replace(options, platform=found.asked))
        room -= len(config.content)
        image = _as_offered(image, found.offered)
        # What is offered twice, in other compression, is one image.
        described.setdefault((image.id, image.platform), (image, blobs))
    sizes = {blob.digest: blob.size for _, blobs in described.values() for blob in blobs}
    progress.start("layers", sum(sizes.values()))
    return Images(
        tuple((image, _layers(image, blobs, options, progress, fault)) for image, blobs in described.values())
    )


def describe(
    config: ConfigFile,
    blobs: Sequence[LayerFacts],
    digest: str,
    tags: tuple[str, ...],
    options: SourceOptions,
    annotations: Pairs = (),
) -> Image:
    """Return the image with `config` and `blobs`, whose manifest has `digest` and `annotations`."""
    if len(blobs) > _MOST_LAYERS:
        raise LimitExceeded(
            config.name, f"belongs to {len(blobs)} layers, of which no engine stacks more than {_MOST_LAYERS}"
        )
    read = read_config(config.content, config.name)
    if len(read.diff_ids) != len(blobs):
        raise MalformedFile(config.name, f"tells of {len(read.diff_ids)} layers, where there are {len(blobs)}")
    check_asked(options.platform, read.platform, config.name)
    layers = zip(read.diff_ids, blobs, read.created_by, strict=True)
    runtime = read.runtime
    return Image(
        id=config.digest,
        digest=digest,
        tags=tags,
        platform=str(read.platform),
        created=read.created,
        user=runtime.user,
        labels=runtime.labels,
        layers=tuple(Layer(diff_id, blob.digest, blob.size, blob.media_type, by) for diff_id, blob, by in layers),
        os_version=read.os_version,
        author=read.author,
        annotations=annotations,
        environment=runtime.environment,
        entrypoint=runtime.entrypoint,
        command=runtime.command,
        working_directory=runtime.working_directory,
        exposed_ports=runtime.exposed_ports,
        history=read.history,
    )


def trees(
    image: Image, blobs: Sequence[LayerBlob], options: SourceOptions, progress: Progress, fault: type[SourceError]
) -> tuple[LayerTree, ...]:
    """Return the layers of `image`, which `blobs` hold, lowest first."""
    progress.start("layers", sum(blob.size for blob in blobs))
    return _layers(image, blobs, options, progress, fault)


def _layers(
    image: Image, blobs: Sequence[LayerBlob], options: SourceOptions, progress: Progress, fault: type[SourceError]
) -> tuple[LayerTree, ...]:
    allowance = Allowance(options.limits.archive)
    return tuple(
        LayerTree(layer, blob.open, options.limits, progress, fault, blob.stamp, allowance)
        for layer, blob in zip(image.layers, blobs, strict=True)
    )


def _config(store: BlobStore, found: Found, limits: Limits) -> ConfigFile:
    digest = found.manifest.config.digest
    name = f"{store.name}, configuration"
    return ConfigFile(verified(store.config(digest, limits.config), digest, name), digest, name)


def _described(
    store: BlobStore, found: Found, config: ConfigFile, tags: tuple[str, ...], options: SourceOptions
) -> tuple[Image, tuple[LayerBlob, ...]]:
    blobs = tuple(_blob(store, layer) for layer in found.manifest.layers)
    return describe(config, blobs, found.digest, tags, options, found.manifest.annotations), blobs


def _as_offered(image: Image, offered: Platform) -> Image:
    """Return `image` as the one for the platform that an index offers it for.

    Configurations may not tell the variant, or be copied from another platform, and engines go by the index.
    """
    if not offered.os or offered.is_same(written(image.platform)):
        return image
    return replace(image, platform=str(offered))


def _blob(store: BlobStore, layer: Descriptor) -> LayerBlob:
    return LayerBlob(
        layer.digest, layer.size, layer.media_type, partial(store.stream, layer), partial(store.stamp, layer)
    )
