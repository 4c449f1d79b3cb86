"""Where the blocks of Zstandard streams are (RFC 8878, section 3.1), so that none too many are decompressed at once."""

from collections.abc import Iterable, Iterator

# A block holds up to 128 KiB, and may be four bytes long. The library returns all that its input stands for.
_BLOCKS_AT_ONCE = 32

# Where it is not known what stands where, so many bytes at once: 512 blocks at most.
_BLIND = 2 * 1024

_MAGIC = 0xFD2FB528
_SKIPPED = 0x184D2A50  # and the fifteen numbers behind it

_DICTIONARY = (0, 1, 2, 4)
_CONTENT_SIZE = (0, 2, 4, 8)
_RLE = 1
_RESERVED = 3


def few_blocks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield `chunks` in pieces that stand for 64 MiB at most, mostly for much less."""
    walk = _Walk()
    for chunk in chunks:
        yield from walk.pieces(chunk)


class _Walk:
    """Goes from header to header; what is in between is passed over."""

    def __init__(self) -> None:
        self._header = b""
        self._state = self._at_frame
        self._needed = 4  # Bytes of the next header.
        self._passed = 0  # Bytes in front of it.
        self._checksum = 0
        self._blocks = 0
        self._lost = False

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Yield `chunk` in pieces."""
        begin = at = 0
        while at < len(chunk) and not self._lost:
            at += self._step(chunk, at)
            if self._blocks >= _BLOCKS_AT_ONCE:
                yield chunk[begin:at]
                begin, self._blocks = at, 0
        step = _BLIND if self._lost else max(1, len(chunk))
        for start in range(begin, len(chunk), step):
            yield chunk[start : start + step]

    def _step(self, chunk: bytes, at: int) -> int:
        """Pass over some bytes from `at` on, or take them for the next header; return how many."""
        if self._passed:
            step = min(self._passed, len(chunk) - at)
            self._passed -= step
            return step
        piece = chunk[at : at + self._needed - len(self._header)]
        self._header += piece
        if len(self._header) == self._needed:
            header, self._header = self._header, b""
            self._state(header)
        return len(piece)

    def _at_frame(self, header: bytes) -> None:
        magic = int.from_bytes(header, "little")
        if magic == _MAGIC:
            self._state, self._needed = self._at_descriptor, 1
        elif magic & ~0xF == _SKIPPED:
            self._state, self._needed = self._at_size, 4
        else:
            self._lost = True

    def _at_size(self, header: bytes) -> None:
        self._passed = int.from_bytes(header, "little")
        self._state, self._needed = self._at_frame, 4

    def _at_descriptor(self, header: bytes) -> None:
        descriptor = header[0]
        single = descriptor >> 5 & 1
        size = _CONTENT_SIZE[descriptor >> 6] or single
        self._passed = (1 - single) + _DICTIONARY[descriptor & 3] + size
        self._checksum = 4 * (descriptor >> 2 & 1)
        self._state, self._needed = self._at_block, 3

    def _at_block(self, header: bytes) -> None:
        number = int.from_bytes(header, "little")
        kind = number >> 1 & 3
        self._passed = 1 if kind == _RLE else number >> 3
        self._blocks += 1
        self._lost = kind == _RESERVED
        if number & 1:  # The last one of its frame.
            self._passed += self._checksum
            self._state, self._needed = self._at_frame, 4
