"""OCI image layouts, as a directory or as a tar archive of one (OCI image specification, image-layout.md)."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from hullcheck.errors import ArchiveError, MalformedFile
from hullcheck.model.layer import Image
from hullcheck.model.progress import Progress
from hullcheck.sources.documents import Descriptor, Index, images, read_document
from hullcheck.sources.files import Files, read
from hullcheck.sources.image import Root, open_stored
from hullcheck.sources.layer import LayerTree
from hullcheck.sources.options import SourceOptions

INDEX = "index.json"


@dataclass(frozen=True, slots=True)
class _Blobs:
    """The blobs of a layout. Digests were checked, so that none leads out of its directory."""

    files: Files

    @property
    def name(self) -> str:
        return self.files.name

    def manifest(self, digest: str, limit: int) -> bytes:
        return read(self.files, blob_path(digest), limit)

    def config(self, digest: str, limit: int) -> bytes:
        return read(self.files, blob_path(digest), limit)

    def stream(self, digest: str) -> AbstractContextManager[Iterator[bytes]]:
        return self.files.stream(blob_path(digest))


def open_layout(
    files: Files, tag: str, options: SourceOptions, progress: Progress
) -> tuple[Image, tuple[LayerTree, ...]]:
    """Return the image called `tag` of the layout ("": the only one) and its layers."""
    index = layout_index(files, options)
    chosen = Index(tuple(_called(tag, tuple(images(index)), files.name)))
    names = tuple(sorted({name for descriptor in chosen.manifests for name in descriptor.names}))
    return open_stored(_Blobs(files), Root(chosen, ""), names, options, progress, ArchiveError)


def layout_index(files: Files, options: SourceOptions) -> Index:
    """Return what the layout lists."""
    index = read_document(read(files, INDEX, options.limits.document), "", f"{files.name}, {INDEX}")
    if not isinstance(index, Index):
        raise MalformedFile(files.name, f"has a manifest in place of its {INDEX}")
    return index


def _called(tag: str, candidates: Sequence[Descriptor], name: str) -> Iterator[Descriptor]:
    """Yield the manifests of the image that is meant: several where they are for several platforms."""
    names = sorted({"".join(it.names[:1]) for it in candidates})
    if tag:
        fitting = [it for it in candidates if tag == it.digest or any(is_called(known, tag) for known in it.names)]
        if not fitting:
            raise MalformedFile(name, f"has no image {tag!r}", hint=f"it has {_listed(names)}")
        yield from fitting
    elif len(names) > 1:
        raise MalformedFile(name, f"has {len(names)} images", hint=f"name one as {name}:TAG, of {_listed(names)}")
    else:
        yield from candidates


def is_called(name: str, asked: str) -> bool:
    """Say whether an image called `name` is meant by `asked`: its whole name, or its end ("app:1" or "1")."""
    return name == asked or name.endswith((f"/{asked}", f":{asked}"))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name or "one without a name" for name in names) or "none"


def blob_path(digest: str) -> str:
    """Return where the blob with `digest` is in a layout."""
    algorithm, _, digits = digest.partition(":")
    return f"blobs/{algorithm}/{digits}"
