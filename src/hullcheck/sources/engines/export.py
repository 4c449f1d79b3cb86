"""The archive that an engine makes of an image: made when a layer is first read, once, in a temporary file."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import BinaryIO

from hullcheck.errors import HullcheckError, LimitExceeded, MalformedFile
from hullcheck.model.layer import Image
from hullcheck.model.progress import Progress, Unwatched
from hullcheck.sources.docker_archive import open_docker_archive
from hullcheck.sources.engines.api import EngineApi, complaint
from hullcheck.sources.engines.inspection import Inspected
from hullcheck.sources.faults import no_room
from hullcheck.sources.files import ArchiveFiles, fill
from hullcheck.sources.layer import LayerTree
from hullcheck.sources.oci_layout import INDEX, layout_index
from hullcheck.sources.options import SourceOptions

# How Docker ends an export that fails when it has begun: with JSON in place of the rest of the archive.
_FAILURE = b'{"error'
_LARGEST_FAILURE = 64 * 1024


class Export:
    """The image that was `inspected`, which errors call `name`, as the engine saves it.

    An engine that was asked for one image may well send another one; that is an error.
    """

    def __init__(
        self, api: EngineApi, inspected: Inspected, name: str, options: SourceOptions, progress: Progress
    ) -> None:
        self._api = api
        self._inspected = inspected
        self._name = name
        self._options = options
        self._progress = progress
        self._lock = Lock()
        self._kept = ExitStack()
        self._opened: tuple[Image, tuple[LayerTree, ...]] | None = None
        self._failure: HullcheckError | None = None

    def close(self) -> None:
        """Remove the archive."""
        self._kept.close()

    def opened(self) -> tuple[Image, tuple[LayerTree, ...]]:
        """Return the image and its layers as the archive has them, whichever thread asks first."""
        with self._lock:
            if self._failure is not None:
                raise self._failure
            if self._opened is None:
                try:
                    self._opened = self._open()
                except HullcheckError as error:
                    self._failure = error
                    raise
            return self._opened

    @contextmanager
    def layer(self, number: int) -> Iterator[Iterator[bytes]]:
        """Open the layer with `number`, the lowest is 0."""
        _, layers = self.opened()
        with layers[number].open_blob() as chunks:
            yield chunks

    def _open(self) -> tuple[Image, tuple[LayerTree, ...]]:
        file = self._transferred()
        try:
            files = ArchiveFiles(file.fileno(), self._name, self._options.limits)
            image, layers = open_docker_archive(files, "", self._options, Unwatched())
            self._check(image, files)
        except LimitExceeded:
            raise
        except MalformedFile as error:
            said = _last_words(file)
            if not said:
                raise
            raise MalformedFile(self._name, f"the engine gave up: {said}", hint="check its log") from error
        self._progress.start("layers", sum(layer.size for layer in image.layers))
        return image, layers

    def _transferred(self) -> BinaryIO:
        self._progress.start("image from the engine", 0)
        file = self._kept.enter_context(_temporary(self._name))
        with self._api.export(self._inspected.id) as chunks:
            fill(file, self._counted(chunks), self._name)
        return file

    def _counted(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        left = limit = self._options.limits.export
        for chunk in chunks:
            left -= len(chunk)
            if left < 0:
                raise LimitExceeded(self._name, f"is more than the {limit} bytes that are taken from an engine")
            self._progress.advance(len(chunk))
            yield chunk

    def _check(self, image: Image, files: ArchiveFiles) -> None:
        """Raise where the archive is of another image than was inspected."""
        expected = self._inspected
        if expected.has_config_id:
            known = {image.id}
        else:
            listed = layout_index(files, self._options).manifests if files.has(INDEX) else ()
            known = {image.digest, *(descriptor.digest for descriptor in listed)}
        if expected.id not in known:
            raise MalformedFile(self._name, f"the engine sent {image.id} in place of {expected.id}")
        if tuple(layer.diff_id for layer in image.layers) != expected.diff_ids:
            raise MalformedFile(self._name, "the engine sent other layers than it told of")


@contextmanager
def _temporary(name: str) -> Iterator[BinaryIO]:
    with ExitStack() as stack:
        try:
            file = stack.enter_context(tempfile.TemporaryFile(prefix="hullcheck-"))
        except OSError as error:
            raise no_room(name, error) from error
        yield file


def _last_words(file: BinaryIO) -> str:
    size = file.seek(0, 2)
    file.seek(max(0, size - _LARGEST_FAILURE))
    tail = file.read(_LARGEST_FAILURE)
    at = tail.rfind(_FAILURE)
    return complaint(tail[at:].strip()) if at >= 0 else ""
