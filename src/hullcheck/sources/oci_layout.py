"""OCI image layouts, as a directory or as a tar archive of one (OCI image specification, image-layout.md)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from hullcheck.errors import ArchiveError, MalformedFile
from hullcheck.model.progress import Progress
from hullcheck.sources.documents import Descriptor, Index, images, read_document
from hullcheck.sources.files import Files, read
from hullcheck.sources.image import Images, open_stored
from hullcheck.sources.manifests import Root
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

    def stream(self, layer: Descriptor) -> AbstractContextManager[Iterator[bytes]]:
        return self.files.stream(blob_path(layer.digest))

    def stamp(self, layer: Descriptor) -> str:
        return self.files.stamp(blob_path(layer.digest))


def open_layout(files: Files, tag: str, options: SourceOptions, progress: Progress) -> Images:
    """Return the image called `tag` of the layout ("": the only one) and its layers."""
    index = layout_index(files, options)
    chosen = _called(tag, tuple(images(index)), files.name)
    digests = {it.digest for it in chosen}
    names = {name for it in images(index) if it.digest in digests for name in it.names}
    root = Root(Index(chosen), "")
    return open_stored(_Blobs(files), root, tuple(sorted(names)), options, progress, ArchiveError)


def layout_index(files: Files, options: SourceOptions) -> Index:
    """Return what the layout lists."""
    index = read_document(read(files, INDEX, options.limits.document), "", f"{files.name}, {INDEX}")
    if not isinstance(index, Index):
        raise MalformedFile(files.name, f"has a manifest in place of its {INDEX}")
    return index


def _called(tag: str, candidates: Sequence[Descriptor], name: str) -> tuple[Descriptor, ...]:
    """Return the manifests of the image that is meant: several where they are for several platforms."""
    listed = ", ".join(sorted({_shown(it) for it in candidates})) or "none"
    fitting = _fitting(tag, candidates)
    if tag and not fitting:
        raise MalformedFile(name, f"has no image {tag!r}", hint=f"it has {listed}")
    number = _number_of_images(fitting)
    if number > 1:
        called = f" called {tag!r}" if tag else ""
        # Those of one name differ in their digests only.
        names = {_shown(it) for it in fitting}
        choice = ", ".join(sorted(names if len(names) >= number else {it.digest for it in fitting}))
        raise MalformedFile(name, f"has {number} images{called}", hint=f"name one as {name}:TAG, of {choice}")
    return fitting


def _fitting(tag: str, candidates: Sequence[Descriptor]) -> tuple[Descriptor, ...]:
    """Return each of `candidates` that `tag` may mean, once; a whole name or digest goes before the end of a name."""
    whole = [it for it in candidates if tag in {"", it.digest, *it.names}]
    fitting = whole or [it for it in candidates if any(is_called(known, tag) for known in it.names)]
    return tuple({it.digest: it for it in reversed(fitting)}.values())[::-1]


def _number_of_images(manifests: Sequence[Descriptor]) -> int:
    """Return how many images `manifests` are: those of one name that are for different platforms are one."""
    alike = Counter(("".join(it.names[:1]), it.platform) for it in manifests)
    images_called: dict[str, int] = {}
    for (name, _), count in alike.items():
        images_called[name] = max(count, images_called.get(name, 0))
    return sum(images_called.values())


def is_called(name: str, asked: str) -> bool:
    """Say whether an image called `name` is meant by `asked`: its whole name, or its end ("app:1" or "1")."""
    return name == asked or name.endswith((f"/{asked}", f":{asked}"))


def _shown(it: Descriptor) -> str:
    return it.names[0] if it.names else it.digest


def blob_path(digest: str) -> str:
    """Return where the blob with `digest` is in a layout."""
    algorithm, _, digits = digest.partition(":")
    return f"blobs/{algorithm}/{digits}"
