"""From an index to the manifests of the platforms that are asked for."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from hullcheck.errors import LimitExceeded, MalformedFile, SourceError, concerning
from hullcheck.net.digest import verified
from hullcheck.sources.documents import Descriptor, Index, Manifest, images, read_document
from hullcheck.sources.faults import told_as
from hullcheck.sources.options import SourceOptions
from hullcheck.sources.platforms import Platform, choose, each_asked, parse_platform, this_machine

# An index in the index of a layout is usual, a third one never seen.
_MAX_NESTING = 4

# The official images with the most, those of Go and the like, have some 15, with several versions of Windows.
_MOST_IMAGES = 100

_UNKNOWN = Platform("", "")

# A digest, and the platform that it is offered for: what depends on none of them is one image for all.
_Key = tuple[str, Platform]


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


@dataclass(frozen=True, slots=True)
class Found:
    """The manifest of an image and its digest.

    `offered` is the platform that an index has it for, `asked` the one that the user named, "" for none.
    """

    digest: str
    manifest: Manifest
    offered: Platform = _UNKNOWN
    asked: str = ""

    @property
    def name(self) -> str:
        """Return what errors call it among those of other platforms."""
        return self.asked or str(self.offered) or self.digest


def manifest_for(store: BlobStore, root: Root, options: SourceOptions) -> Found:
    """Follow indexes from `root` to the manifest for the one platform that is asked for."""
    document, found = root.document, _Step(root.digest)
    for _ in range(_MAX_NESTING):
        if isinstance(document, Manifest):
            return Found(found.digest, document, found.offered, options.platform)
        name = f"{store.name}, {found.digest}" if found.digest else store.name
        chosen = _chosen(document, options.platform, name)
        found = _Step(chosen.digest, chosen.platform)
        document = _document(store, chosen, options)
    raise _too_deep(store)


def manifests_for_several(
    store: BlobStore, root: Root, options: SourceOptions, fault: type[SourceError]
) -> Iterator[Found]:
    """Yield the manifests for the platforms that are asked for, each once; what is wrong is raised as `fault`."""
    asked = each_asked(options.platform)
    seen: set[_Key] = set()
    for found in _listed(store, root, options, asked, fault) if asked else _every(store, root, options, fault):
        key = (found.digest, found.offered)
        if key not in seen:
            seen.add(key)
            yield found


@dataclass(frozen=True, slots=True)
class _Step:
    """A step on the way through indexes: the digest of a document, and the platform that it is offered for."""

    digest: str
    offered: Platform = _UNKNOWN


def _listed(
    store: BlobStore, root: Root, options: SourceOptions, asked: tuple[str, ...], fault: type[SourceError]
) -> Iterator[Found]:
    for text in asked:
        with concerning(text), told_as(fault):
            found = manifest_for(store, root, replace(options, platform=text))
        yield found


def _every(store: BlobStore, root: Root, options: SourceOptions, fault: type[SourceError]) -> Iterator[Found]:
    """Yield all manifests below `root`, in the order of the indexes."""
    if isinstance(root.document, Manifest):
        yield Found(root.digest, root.document)
        return
    number = 0
    seen: set[_Key] = set()
    waiting = _offers(root.document, store.name, seen, 1)
    while waiting:
        offer, depth = waiting.pop()
        with concerning(str(offer.platform) or offer.digest), told_as(fault):
            document = _document(store, offer, options)
        if isinstance(document, Manifest):
            number += 1
            yield Found(offer.digest, document, offer.platform)
        elif depth == _MAX_NESTING:
            raise _too_deep(store)
        else:
            waiting += _offers(document, store.name, seen, depth + 1)
    if not number:
        raise _no_image(store.name)


def _offers(index: Index, name: str, seen: set[_Key], depth: int) -> list[tuple[Descriptor, int]]:
    """Return what `index` has that was not `seen` before, the last first, with its `depth`."""
    offers = {(it.digest, it.platform): (it, depth) for it in images(index)}
    for key in seen & offers.keys():
        del offers[key]
    seen.update(offers)
    if len(seen) > _MOST_IMAGES:
        raise LimitExceeded(name, f"has images for more than {_MOST_IMAGES} platforms")
    return list(reversed(offers.values()))


def _document(store: BlobStore, it: Descriptor, options: SourceOptions) -> Index | Manifest:
    name = f"{store.name}, {it.digest}"
    content = verified(store.manifest(it.digest, options.limits.document), it.digest, name)
    return read_document(content, it.media_type, name)


def _chosen(index: Index, asked: str, name: str) -> Descriptor:
    candidates = tuple(images(index))
    chosen = choose([(it.platform, it) for it in candidates if it.platform.os], asked)
    if chosen is not None:
        return chosen
    unknown = [it for it in candidates if not it.platform.os]
    if len(unknown) == 1:
        return unknown[0]
    if not candidates:
        raise _no_image(name)
    wanted = parse_platform(asked) if asked else this_machine()
    known = ", ".join(sorted({str(it.platform) for it in candidates if it.platform.os}))
    hint = f"choose one with --platform: {known}" if known else "name one of its images by tag or digest"
    raise MalformedFile(name, f"has no image for {wanted}", hint=hint)


def _no_image(name: str) -> MalformedFile:
    return MalformedFile(name, "lists no image", hint="an artifact, or the attestations of an image, are not scanned")


def _too_deep(store: BlobStore) -> MalformedFile:
    return MalformedFile(store.name, f"has more than {_MAX_NESTING} indexes within each other")
