"""Indexes and manifests of images: OCI image specification 1.1 and Docker's schema 2."""

from collections.abc import Iterator
from dataclasses import dataclass

from hullcheck.errors import MalformedFile
from hullcheck.formats.json import read_json
from hullcheck.formats.node import Node
from hullcheck.model.source_file import SourceFile
from hullcheck.net.digest import is_digest
from hullcheck.sources import redaction
from hullcheck.sources.platforms import Platform

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"

INDEXES = frozenset({OCI_INDEX, DOCKER_INDEX})
MANIFESTS = frozenset({OCI_MANIFEST, DOCKER_MANIFEST})

_CONFIGS = frozenset({"application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"})
_LAYERS = frozenset(
    {
        "application/vnd.oci.image.layer.v1.tar",
        "application/vnd.oci.image.layer.v1.tar+gzip",
        "application/vnd.oci.image.layer.v1.tar+zstd",
        "application/vnd.oci.image.layer.nondistributable.v1.tar",
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
        "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
        "application/vnd.docker.image.rootfs.diff.tar",
        "application/vnd.docker.image.rootfs.diff.tar.gzip",
        "application/vnd.docker.image.rootfs.diff.tar.zstd",
        "application/vnd.docker.image.rootfs.foreign.diff.tar",
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
    }
)

_REF_NAME = "org.opencontainers.image.ref.name"
_CONTAINERD_NAME = "io.containerd.image.name"
_REFERENCE_TYPE = "vnd.docker.reference.type"

# What `cosign save` puts beside an image or index, by its annotation "kind".
_COSIGN_KIND = "kind"
_COSIGN_ATTACHED = frozenset(f"dev.cosignproject.cosign/{kind}" for kind in ("atts", "sboms", "sigs"))

_UNKNOWN = Platform("", "")


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What a document says of another one or of a layer; `names` are the image's names in a layout.

    `attached` says that it is of something else about an image: an attestation, a signature. `urls` are where a layer
    is that its makers do not allow to be in other people's registries.
    """

    media_type: str
    digest: str
    size: int
    platform: Platform = _UNKNOWN
    names: tuple[str, ...] = ()
    attached: bool = False
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Index:
    """Manifests of one image for several platforms, or all those of a layout."""

    manifests: tuple[Descriptor, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """An image for one platform."""

    config: Descriptor
    layers: tuple[Descriptor, ...]
    annotations: tuple[tuple[str, str], ...] = ()


def read_document(content: bytes, media_type: str, name: str) -> Index | Manifest:
    """Return the index or manifest that `content` is; its sender says that it is of `media_type` ("": nothing).

    A document that could be both is refused, as it means different things to different readers (CVE-2021-41190).
    """
    node = read_json(SourceFile(name, content))
    own = node.text_or_none("mediaType") or ""
    if node.integer_or_none("schemaVersion") == 1:
        problem = "a manifest of schema 1, as Docker made them before 2016"
        raise MalformedFile(name, problem, hint="push the image again with a current engine")
    if node.has("manifests") and (node.has("layers") or node.has("config")):
        raise MalformedFile(name, "is both an index and a manifest")
    stated = own or media_type
    kind = stated if stated in INDEXES | MANIFESTS else _inferred(node, own, media_type, name)
    return _index(node) if kind in INDEXES else _manifest(node, name)


def _inferred(node: Node, own: str, media_type: str, name: str) -> str:
    """Return what a document is whose type was not told; OCI leaves it to the descriptor, and some servers say JSON."""
    if own or media_type.partition(";")[0].strip() not in {"", "application/json", "application/octet-stream"}:
        problem = f"is of the unknown type {own or media_type!r}"
        raise MalformedFile(name, problem, hint="only container images can be scanned")
    if node.has("manifests"):
        return OCI_INDEX
    if node.has("layers") and node.has("config"):
        return OCI_MANIFEST
    raise MalformedFile(name, "is neither an index nor a manifest of an image")


def _index(node: Node) -> Index:
    if not node.is_list("manifests"):
        raise node.malformed("manifests", "expected a list of manifests")
    return Index(tuple(_descriptor(manifest) for manifest in node.nodes("manifests")))


def _manifest(node: Node, name: str) -> Manifest:
    if not node.is_list("layers"):
        raise node.malformed("layers", "expected a list of layers")
    config = _descriptor(node.node("config"))
    if config.media_type not in _CONFIGS:
        kind = node.text_or_none("artifactType") or config.media_type
        raise MalformedFile(name, f"is no container image but {kind!r}", hint="name a container image")
    layers = tuple(_descriptor(layer) for layer in node.nodes("layers"))
    for layer in layers:
        if layer.media_type not in _LAYERS:
            hint = "decrypt it first" if layer.media_type.endswith("+encrypted") else "build it with tar layers"
            raise MalformedFile(name, f"has a layer of the unknown type {layer.media_type!r}", hint=hint)
    return Manifest(config, layers, redaction.told(node.text_members("annotations")))


def _descriptor(node: Node) -> Descriptor:
    digest = node.text("digest")
    size = node.integer("size")
    if not is_digest(digest):
        raise node.malformed("digest", f"{digest[:80]!r} is no digest")
    if size < 0:
        raise node.malformed("size", "is below zero")
    annotations = node.node_or_none("annotations")
    names = (annotations.text_or_none(key) for key in (_CONTAINERD_NAME, _REF_NAME)) if annotations else ()
    return Descriptor(
        node.text_or_none("mediaType") or "",
        digest,
        size,
        read_platform(node.node_or_none("platform")),
        tuple(dict.fromkeys(name for name in names if name)),
        (annotations is not None and _says_attached(annotations))
        or (node.text_or_none("artifactType") or "") not in {"", *_CONFIGS},
        node.texts("urls"),
    )


def _says_attached(annotations: Node) -> bool:
    return annotations.has(_REFERENCE_TYPE) or annotations.text_or_none(_COSIGN_KIND) in _COSIGN_ATTACHED


def read_platform(node: Node | None) -> Platform:
    """Return the platform that `node`, a descriptor's or a configuration, tells of."""
    if node is None:
        return _UNKNOWN
    parts = (node.text_or_none(key) or "" for key in ("os", "architecture", "variant"))
    return Platform(*parts)


def images(index: Index) -> Iterator[Descriptor]:
    """Yield the manifests and indexes of `index` that are of images: no attestations or signatures."""
    for descriptor in index.manifests:
        unknown = (descriptor.platform.os, descriptor.platform.architecture) == ("unknown", "unknown")
        if not descriptor.attached and not unknown:
            yield descriptor
