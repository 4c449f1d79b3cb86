"""Streams that may be compressed: gzip (RFC 1952), Zstandard (RFC 8878), bzip2 and xz, told by how they begin."""

import bz2
import lzma
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Protocol

import zstandard
from isal import igzip_lib

from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.formats.zstd_blocks import few_blocks

# Measured on a layer of 1.2 GB: smaller pieces cost calls, larger ones leave the processor's cache.
_INPUT = 256 * 1024
_OUTPUT = 512 * 1024

# What the zstd program accepts unless told otherwise, and more than any builder of images asks for.
_WINDOW = 128 * 1024 * 1024

_LONGEST_MAGIC = 6


class _Decompressor(Protocol):
    """What the decompressors of `bz2`, `lzma` and `igzip_lib` have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Zstd:
    """A Zstandard frame, with the members of the other decompressors."""

    needs_input = True

    def __init__(self) -> None:
        self._frame = zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()

    @property
    def eof(self) -> bool:
        return self._frame.eof

    @property
    def unused_data(self) -> bytes:
        return self._frame.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:  # noqa: ARG002 (bounded by `few_blocks`)
        return self._frame.decompress(data)


_FAULTS = (igzip_lib.IsalError, zstandard.ZstdError, lzma.LZMAError, OSError, EOFError, ValueError)

_FORMATS: tuple[tuple[str, tuple[bytes, ...], Callable[[], _Decompressor]], ...] = (
    ("gzip", (b"\x1f\x8b",), lambda: igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)),
    # A stream may begin with a frame that is to be skipped.
    ("zstd", (b"\x28\xb5\x2f\xfd", *(bytes((0x50 + n, 0x2A, 0x4D, 0x18)) for n in range(16))), _Zstd),
    ("bzip2", (b"BZh",), bz2.BZ2Decompressor),
    ("xz", (b"\xfd7zXZ\x00",), lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_WINDOW)),
)


def compression(beginning: bytes) -> str:
    """Return how a stream that begins with `beginning` (6 bytes or more) is compressed, "" for not at all."""
    return next((name for name, magics, _ in _FORMATS if beginning.startswith(magics)), "")


def decompressed(chunks: Iterable[bytes], name: str, limit: int) -> Generator[bytes]:
    """Yield what the stream `chunks` holds, of which `name` is the name in errors.

    Several members or frames in a row are one stream. `LimitExceeded` is raised beyond `limit` bytes, `MalformedFile`
    where the stream is damaged, cut short, or followed by anything but zeros.
    """
    return _within(_expanded(iter(chunks), name), name, limit)


def uncompressed(chunks: Iterable[bytes], name: str, limit: int) -> Generator[bytes]:
    """Yield the stream `chunks` as it is; raise `MalformedFile` where it is compressed, else as `decompressed` does."""
    return _within(_unchanged(iter(chunks), name), name, limit)


def _within(pieces: Iterator[bytes], name: str, limit: int) -> Generator[bytes]:
    left = limit
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise LimitExceeded(name, f"holds more than {limit} bytes", limit="layer")
        yield piece


def _expanded(stream: Iterator[bytes], name: str) -> Iterator[bytes]:
    beginning = _begun(stream)
    kind = compression(beginning)
    if kind:
        slices = _sliced(beginning, stream, _INPUT)
        yield from _members(kind, few_blocks(slices) if kind == "zstd" else slices, name)
        return
    if beginning:
        yield beginning
    yield from stream


def _unchanged(stream: Iterator[bytes], name: str) -> Iterator[bytes]:
    beginning = _begun(stream)
    kind = compression(beginning)
    if kind:
        raise MalformedFile(name, f"is compressed ({kind}), although what it holds is said to have its own digest")
    if beginning:
        yield beginning
    yield from stream


def _begun(stream: Iterator[bytes]) -> bytes:
    """Return so much of the beginning of `stream` as tells how it is compressed."""
    beginning = b""
    for chunk in stream:
        beginning += chunk
        if len(beginning) >= _LONGEST_MAGIC:
            break
    return beginning


def _sliced(beginning: bytes, stream: Iterator[bytes], size: int) -> Iterator[bytes]:
    for at in range(0, len(beginning), size):
        yield beginning[at : at + size]
    for chunk in stream:
        for at in range(0, len(chunk), size):
            yield chunk[at : at + size]


def _members(kind: str, slices: Iterator[bytes], name: str) -> Iterator[bytes]:
    """Decompress member after member; between them, and at the end, there is no decompressor."""
    magics, new = next((magics, new) for listed, magics, new in _FORMATS if listed == kind)
    member: _Decompressor | None = None
    rest = b""
    for data in slices:
        rest += data
        while rest:
            if member is None:
                rest = rest.lstrip(b"\0")
                if not rest.startswith(magics):
                    break
                member = new()
            yield from _drained(member, rest, kind, name)
            rest, member = (member.unused_data, None) if member.eof else (b"", member)
        if rest and not any(magic.startswith(rest) for magic in magics):
            raise MalformedFile(name, f"something else follows the {kind} stream")
    if member is not None or rest:
        raise MalformedFile(name, f"the {kind} stream is cut short")


def _drained(member: _Decompressor, data: bytes, kind: str, name: str) -> Iterator[bytes]:
    """Yield all that `member` makes of `data`."""
    while True:
        try:
            piece = member.decompress(data, _OUTPUT)
        except _FAULTS as error:  # type: ignore[misc] # The stub of isal gives its error class as an instance.
            raise MalformedFile(name, f"damaged {kind}: {error}") from error
        if piece:
            yield piece
        if member.eof or member.needs_input or not piece:
            return
        data = b""
