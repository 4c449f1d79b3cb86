"""A layer of an image: a tar archive, mostly compressed, that is streamed once."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from hullcheck.errors import LimitExceeded, MalformedFile, SourceError
from hullcheck.formats.byte_stream import ByteStream
from hullcheck.formats.compression import decompressed
from hullcheck.formats.tar import TarReader
from hullcheck.model.layer import Layer
from hullcheck.model.progress import Progress, Unwatched
from hullcheck.model.source_file import Wants
from hullcheck.model.tree import Entry
from hullcheck.net.digest import watched
from hullcheck.sources.faults import told_as
from hullcheck.sources.members import LayerMembers
from hullcheck.sources.options import Limits
from hullcheck.sources.selection import Selection

# How the bytes of a blob are had, as often as asked.
Opener = Callable[[], AbstractContextManager[Iterator[bytes]]]


@dataclass(frozen=True, slots=True)
class LayerTree:
    """A layer whose blob `open_blob` streams; what is wrong with it is raised as `fault`.

    The blob is read once, unless it has a hard link that is wanted to a file that is not: then it is read once more.
    That its bytes have the layer's digest, and what they hold its diff ID, is known when `entries` ends, which raises
    otherwise.
    """

    layer: Layer
    open_blob: Opener
    limits: Limits
    progress: Progress
    fault: type[SourceError]

    def entries(self, wants: Wants) -> Iterator[Entry]:
        """Yield what the layer brings and hides: see `Tree`."""
        members = LayerMembers(Selection(wants), self.limits)
        with told_as(self.fault):
            with self._archive(self.progress, self.layer.diff_id) as archive:
                yield from members.entries(archive)
            if members.owed():
                # The same blob holds the same archive.
                with self._archive(Unwatched(), "" if self.layer.digest else self.layer.diff_id) as archive:
                    yield from members.links(archive)

    @contextmanager
    def _archive(self, progress: Progress, diff_id: str) -> Iterator[TarReader]:
        name = f"layer {self.layer.digest or self.layer.diff_id}"
        with self.open_blob() as chunks:
            blob = self._checked(chunks, name, progress)
            content = decompressed(blob, name, self.limits.layer)
            if diff_id not in {"", self.layer.digest}:
                content = watched(content, diff_id, f"{name}, uncompressed")
            try:
                yield TarReader(ByteStream(content, name), self.limits.archive)
                # What follows the archive belongs to what the digests are of.
                deque(content, maxlen=0)
            except LimitExceeded:
                raise
            except MalformedFile:
                # If the blob is not the one that was meant, that is the cause of all else.
                deque(blob, maxlen=0)
                raise

    def _checked(self, chunks: Iterator[bytes], name: str, progress: Progress) -> Iterator[bytes]:
        counted = self._counted(chunks, name, progress)
        return watched(counted, self.layer.digest, name) if self.layer.digest else counted

    def _counted(self, chunks: Iterator[bytes], name: str, progress: Progress) -> Iterator[bytes]:
        left = self.layer.size
        for chunk in chunks:
            left -= len(chunk)
            if left < 0:
                raise MalformedFile(name, f"is longer than its {self.layer.size} bytes")
            progress.advance(len(chunk))
            yield chunk
        if left:
            raise MalformedFile(name, f"is shorter than its {self.layer.size} bytes: {left} are missing")
