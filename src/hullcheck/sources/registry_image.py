"""Images of registries, whose layers are streamed without being stored."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from hullcheck.errors import ImageError
from hullcheck.model.layer import Image
from hullcheck.model.progress import Progress
from hullcheck.net.credentials import read_keychain
from hullcheck.net.http import Http
from hullcheck.net.reference import Reference
from hullcheck.net.registry import Registry
from hullcheck.sources.documents import INDEXES, MANIFESTS, read_document
from hullcheck.sources.image import Root, open_stored
from hullcheck.sources.layer import LayerTree
from hullcheck.sources.options import SourceOptions

_READ = INDEXES | MANIFESTS


@dataclass(frozen=True, slots=True)
class _Repository:
    """The blobs of an image in its registry."""

    registry: Registry
    name: str

    def manifest(self, digest: str, limit: int) -> bytes:
        return self.registry.manifest(digest, _READ, limit).content

    def config(self, digest: str, limit: int) -> bytes:
        return self.registry.blob(digest, limit)

    def stream(self, digest: str) -> AbstractContextManager[Iterator[bytes]]:
        return self.registry.stream(digest)


def open_registry_image(
    reference: Reference, http: Http, options: SourceOptions, progress: Progress
) -> tuple[Image, tuple[LayerTree, ...]]:
    """Return the image that `reference` names and its layers."""
    registry = Registry(http, reference, read_keychain(options.docker_config), options.insecure)
    received = registry.manifest(reference.wanted, _READ, options.limits.document)
    document = read_document(received.content, received.media_type, str(reference))
    store = _Repository(registry, str(reference))
    return open_stored(
        store, Root(document, received.digest), (str(reference),), options, progress, ImageError, remote=True
    )
