"""From an image's documents to its record and its layers, wherever they are stored."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from hullcheck.errors import InvalidParameter, LimitExceeded, MalformedFile, SourceError
from hullcheck.model.layer import Image, Layer
from hullcheck.model.progress import Progress
from hullcheck.net.digest import verified
from hullcheck.sources.allowance import Allowance
from hullcheck.sources.configuration import Config, Pairs, read_config
from hullcheck.sources.documents import Descriptor, Index, Manifest, images, read_document
from hullcheck.sources.layer import LayerTree, Opener, Stamp, unknown_stamp
from hullcheck.sources.options import SourceOptions
from hullcheck.sources.platforms import choose, parse_platform, this_machine

# An index in the index of a layout is usual, a third one never seen.
_MAX_NESTING = 4

# As many as Linux can stack (overlayfs); Docker builds 127 at most.
_MOST_LAYERS = 500


class BlobStore(Protocol):
    """Where documents and layers are by their digests; `name` is what errors call it."""

    @property
    def name(self) -> str:
        """Return the name of the image or layout, as the user gave it."""

    def manifest(self, digest: str, limit: int) -> bytes:
        """Return the manifest or index with `digest`, not verified; raise `LimitExceeded` beyond `limit` bytes."""

    def config(self, digest: str, limit: int) -> bytes:
        """Return the configuration with `digest`, not verified; raise `LimitExceeded` beyond `limit` bytes."""

    def stream(self, layer: Descriptor) -> AbstractContextManager[Iterator[bytes]]:
        """Open `layer`, which is not verified."""

    def stamp(self, layer: Descriptor) -> str | None:
        """Return the stamp of the bytes of `layer` (see `LayerTree`), None where they would have to be transferred."""


@dataclass(frozen=True, slots=True)
class Root:
    """Where the way to an image begins; `digest` is "" for the index of a layout."""

    document: Index | Manifest
    digest: str


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
) -> tuple[Image, tuple[LayerTree, ...]]:
    """Return the image that `root` leads to in `store`, and its layers."""
    digest, manifest = _manifest(store, root, options)
    name = f"{store.name}, configuration"
    content = verified(store.config(manifest.config.digest, options.limits.config), manifest.config.digest, name)
    config = ConfigFile(content, manifest.config.digest, name)
    blobs = [_blob(store, layer) for layer in manifest.layers]
    image = describe(config, blobs, digest, tags, options, manifest.annotations)
    return image, trees(image, blobs, options, progress, fault)


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
    _check_platform(read, options.platform, config.name)
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
    allowance = Allowance(options.limits.archive)
    return tuple(
        LayerTree(layer, blob.open, options.limits, progress, fault, blob.stamp, allowance)
        for layer, blob in zip(image.layers, blobs, strict=True)
    )


def _manifest(store: BlobStore, root: Root, options: SourceOptions) -> tuple[str, Manifest]:
    """Follow indexes from `root` to the manifest for the platform that is asked for; return its digest and itself."""
    document, digest = root.document, root.digest
    for _ in range(_MAX_NESTING):
        if isinstance(document, Manifest):
            return digest, document
        chosen = _chosen(document, options.platform, f"{store.name}, {digest}" if digest else store.name)
        digest = chosen.digest
        name = f"{store.name}, {digest}"
        content = verified(store.manifest(digest, options.limits.document), digest, name)
        document = read_document(content, chosen.media_type, name)
    raise MalformedFile(store.name, f"has more than {_MAX_NESTING} indexes within each other")


def _chosen(index: Index, asked: str, name: str) -> Descriptor:
    candidates = tuple(images(index))
    chosen = choose([(it.platform, it) for it in candidates if it.platform.os], asked)
    if chosen is not None:
        return chosen
    unknown = [it for it in candidates if not it.platform.os]
    if len(unknown) == 1:
        return unknown[0]
    if not candidates:
        raise MalformedFile(
            name, "lists no image", hint="an artifact, or the attestations of an image, are not scanned"
        )
    wanted = parse_platform(asked) if asked else this_machine()
    known = ", ".join(sorted({str(it.platform) for it in candidates if it.platform.os}))
    hint = f"choose one with --platform: {known}" if known else "name one of its images by tag or digest"
    raise MalformedFile(name, f"has no image for {wanted}", hint=hint)


def _check_platform(config: Config, asked: str, name: str) -> None:
    if asked and config.platform.os and not parse_platform(asked).runs(config.platform):
        raise InvalidParameter(
            f"{name}: the image is for {config.platform} and not for {parse_platform(asked)}",
            hint=f"leave out --platform, or say --platform {config.platform}",
        )


def _blob(store: BlobStore, layer: Descriptor) -> LayerBlob:
    return LayerBlob(
        layer.digest, layer.size, layer.media_type, partial(store.stream, layer), partial(store.stamp, layer)
    )
