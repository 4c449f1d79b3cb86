"""A layer of an image: a tar archive, mostly compressed, that is streamed once."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass

from hullcheck.errors import LimitExceeded, MalformedFile, SourceError
from hullcheck.formats.byte_stream import ByteStream
from hullcheck.formats.compression import decompressed, uncompressed
from hullcheck.formats.tar import TarReader
from hullcheck.model.layer import Layer
from hullcheck.model.progress import Progress, Unwatched
from hullcheck.model.source_file import Wants
from hullcheck.model.tree import Entry, Keeping
from hullcheck.net.digest import mismatch, watched
from hullcheck.sources.allowance import Allowance
from hullcheck.sources.faults import told_as
from hullcheck.sources.members import LayerMembers
from hullcheck.sources.options import Limits
from hullcheck.sources.selection import Selection

# How the bytes of a blob are had, as often as asked.
Opener = Callable[[], AbstractContextManager[Iterator[bytes]]]

# What changes when the bytes do that are at hand: "" where nothing tells, None where they would have to be transferred.
Stamp = Callable[[], str | None]


def unknown_stamp() -> str:
    """Return the stamp of bytes that may change unnoticed."""
    return ""


def transferred() -> None:
    """Return the stamp of bytes that would have to be transferred."""
    return


@dataclass(frozen=True, slots=True)
class LayerTree:
    """A layer whose blob `open_blob` streams; what is wrong with it is raised as `fault`.

    The blob is read once, unless it has a hard link that is wanted to a file that is not: then it is read once more.
    That its bytes have the layer's digest, and what they hold its diff ID, is known when `entries` ends, which raises
    otherwise. `stamp` tells what is known of the bytes without reading them, `allowance` what all layers of the image
    may have together.
    """

    layer: Layer
    open_blob: Opener
    limits: Limits
    progress: Progress
    fault: type[SourceError]
    stamp: Stamp = unknown_stamp
    allowance: Allowance | None = None

    @property
    def keeping(self) -> Keeping | None:
        """Return how what is in the layer may be kept: see `Tree`."""
        return Keeping(repr(self.limits), self.stamp, self._confirm, self._allow)

    def entries(self, wants: Wants) -> Iterator[Entry]:
        """Yield what the layer brings and hides: see `Tree`."""
        members = LayerMembers(Selection(wants), self.limits, self.allowance)
        with told_as(self.fault):
            with self._archive(self.progress, self.layer.diff_id) as archive:
                yield from members.entries(archive)
            if members.owed():
                # The same blob holds the same archive.
                with self._archive(Unwatched(), "" if self.layer.digest else self.layer.diff_id) as archive:
                    yield from members.links(archive)

    def _confirm(self, diff_id: str, verified: bool) -> None:  # noqa: FBT001 (by position, as a `Keeping` is called)
        with told_as(self.fault):
            if self.layer.diff_id != diff_id:
                raise mismatch(self._content_name, self.layer.diff_id, diff_id)
            if verified:
                self.progress.advance(self.layer.size)
                return
            with self._opened(self.progress) as blob:
                deque(blob if self.layer.digest else self._content(blob, diff_id), maxlen=0)

    def _allow(self, paths: int, names: int) -> None:
        with told_as(self.fault):
            if self.allowance is not None:
                self.allowance.take(paths, names)

    @contextmanager
    def _archive(self, progress: Progress, diff_id: str) -> Iterator[TarReader]:
        with self._opened(progress) as blob, closing(self._content(blob, diff_id)) as content:
            try:
                yield TarReader(ByteStream(content, self._name), self.limits.archive)
                # What follows the archive belongs to what the digests are of.
                deque(content, maxlen=0)
            except LimitExceeded:
                raise
            except MalformedFile:
                # If the blob is not the one that was meant, that is the cause of all else.
                deque(blob, maxlen=0)
                raise

    @contextmanager
    def _opened(self, progress: Progress) -> Iterator[Iterator[bytes]]:
        # What is not read to its end is closed at once: a thread waits for more of it.
        with self.open_blob() as chunks, closing(self._checked(chunks, self._name, progress)) as blob:
            yield blob

    @property
    def _name(self) -> str:
        return f"layer {self.layer.digest or self.layer.diff_id}"

    @property
    def _content_name(self) -> str:
        return f"{self._name}, uncompressed"

    def _content(self, blob: Iterator[bytes], diff_id: str) -> Generator[bytes]:
        if diff_id and diff_id == self.layer.digest:
            # Both are digests of the same bytes, if these are what they hold.
            return uncompressed(blob, self._name, self.limits.layer)
        content = decompressed(blob, self._name, self.limits.layer)
        return watched(content, diff_id, self._content_name) if diff_id else content

    def _checked(self, chunks: Iterator[bytes], name: str, progress: Progress) -> Generator[bytes]:
        counted = self._counted(chunks, name, progress)
        return watched(counted, self.layer.digest, name) if self.layer.digest else counted

    def _counted(self, chunks: Iterator[bytes], name: str, progress: Progress) -> Generator[bytes]:
        size = left = self.layer.size
        for chunk in chunks:
            left -= len(chunk)
            if left < 0 < size:
                raise MalformedFile(name, f"is longer than its {self.layer.size} bytes")
            progress.advance(len(chunk))
            yield chunk
        if left > 0:
            raise MalformedFile(name, f"is shorter than its {self.layer.size} bytes: {left} are missing")
