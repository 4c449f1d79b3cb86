"""Bytes that come in chunks and are read once, from front to back."""

from collections.abc import Callable, Iterable, Iterator

from hullcheck.errors import MalformedFile


class CutShort(MalformedFile):
    """A stream ends before what was to be read of it."""


class ByteStream:
    """What `chunks` make up; `path` is its name in errors.

    `skip`, if there is one, leaves out so many bytes of what `chunks` would give next: with it, what is passed over is
    not even read. What it leaves out may lie beyond the end, which is noticed with the next byte that is read.
    """

    def __init__(self, chunks: Iterable[bytes], path: str, skip: Callable[[int], None] | None = None) -> None:
        self.path = path
        self._chunks = iter(chunks)
        self._skip = skip
        self._buffer = b""
        self._at = 0
        self._before = 0  # How many bytes stand before the buffer.

    @property
    def offset(self) -> int:
        """Return how many bytes have been read or passed over."""
        return self._before + self._at

    def take(self, count: int) -> bytes:
        """Read `count` bytes: all of them, or none at the end."""
        at = self._at
        end = at + count
        if end > len(self._buffer):
            if not self._hold(count):
                return b""
            at, end = self._at, self._at + count
        self._at = end
        return self._buffer[at:end]

    def record(self, offset: int, size: int) -> bytes:
        """Pass over all before `offset`, then read `size` bytes: all of them, or none at the end."""
        at = offset - self._before
        end = at + size
        buffer = self._buffer
        if end <= len(buffer):
            self._at = end
            return buffer[at:end]
        self.go_to(offset)
        return self.take(size)

    def peek(self, count: int) -> bytes:
        """Return the next `count` bytes without reading them: all of them, or none at the end."""
        if self._at + count > len(self._buffer) and not self._hold(count):
            return b""
        return self._buffer[self._at : self._at + count]

    def pieces(self, count: int) -> Iterator[bytes]:
        """Read `count` bytes in pieces as they come."""
        end = self.offset + count
        while (left := end - self.offset) > 0:
            piece = self._buffer[self._at : self._at + left]
            self._at += len(piece)
            if piece:
                yield piece
            elif not self._next():
                raise self._cut()

    def go_to(self, offset: int) -> None:
        """Pass over all before `offset`."""
        at = offset - self._before
        while at > len(self._buffer):
            if self._skip is not None:
                self._skip(at - len(self._buffer))
                self._before, self._buffer, self._at = offset, b"", 0
                return
            if not self._next():
                raise self._cut()
            at = offset - self._before
        self._at = at

    def _next(self) -> bool:
        """Go on with the next chunk, after the whole buffer; say whether there is one."""
        self._before += len(self._buffer)
        self._at = 0
        self._buffer = next(self._chunks, b"")
        return bool(self._buffer)

    def _hold(self, count: int) -> bool:
        """Have `count` bytes in the buffer; say whether there are any. Anything between is an error."""
        parts = [self._buffer[self._at :]]
        have = len(parts[0])
        while have < count:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            parts.append(chunk)
            have += len(chunk)
        self._before += self._at
        self._buffer, self._at = b"".join(parts), 0
        if 0 < have < count:
            raise self._cut()
        return have >= count

    def _cut(self) -> CutShort:
        return CutShort(self.path, "cut short", place=f"byte {self._before + len(self._buffer)}")
