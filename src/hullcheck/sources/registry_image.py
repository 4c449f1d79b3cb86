"""Images of registries, whose layers are streamed without being stored."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from hullcheck.errors import ImageError
from hullcheck.model.progress import Progress
from hullcheck.net.http import Http
from hullcheck.net.keychain import open_keychain
from hullcheck.net.mirrors import Mirrored, places
from hullcheck.net.reference import Reference
from hullcheck.net.registry import Registry
from hullcheck.sources.documents import INDEXES, MANIFESTS, Descriptor, read_document
from hullcheck.sources.image import Images, open_stored
from hullcheck.sources.manifests import Root
from hullcheck.sources.options import SourceOptions

_READ = INDEXES | MANIFESTS


@dataclass(frozen=True, slots=True)
class _Repository:
    """The blobs of an image in its registry and the mirrors of that."""

    registries: Mirrored
    name: str

    def manifest(self, digest: str, limit: int) -> bytes:
        return self.registries.manifest(digest, _READ, limit).content

    def config(self, digest: str, limit: int) -> bytes:
        return self.registries.blob(digest, limit)

    def stream(self, layer: Descriptor) -> AbstractContextManager[Iterator[bytes]]:
        return self.registries.stream(layer.digest, layer.urls)

    def stamp(self, layer: Descriptor) -> None:  # noqa: ARG002 (as in all stores)
        return None


def open_registry_image(
    reference: Reference,
    http: Http,
    options: SourceOptions,
    progress: Progress,
    note: Callable[[str], None] = lambda _: None,
) -> Images:
    """Return the image that `reference` names and its layers; `note` is told which mirrors gave it, or did not."""
    keychain = open_keychain(options.credentials, reference.host)
    asked = places(reference, options.mirrors)
    registries = Mirrored(http, [Registry(http, place, keychain, options.insecure) for place in asked], note)
    received = registries.manifest(reference.wanted, _READ, options.limits.document)
    document = read_document(received.content, received.media_type, str(reference))
    store = _Repository(registries, str(reference))
    return open_stored(store, Root(document, received.digest), (str(reference),), options, progress, ImageError)
