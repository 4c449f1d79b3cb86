"""Streams that may be compressed, against the programs that compress them."""

import bz2
import gzip
import io
import lzma
import random
import subprocess
import zlib
from collections.abc import Callable, Iterator

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.formats.compression import compression, decompressed, uncompressed

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "zstd": lambda data: zstandard.ZstdCompressor().compress(data),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}
KINDS = sorted(PACKERS)

PLAIN = b"".join(b"%d," % number for number in range(200_000))


def sliced(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


def unpacked(content: bytes, size: int = 4096, limit: int = 1 << 30) -> bytes:
    return b"".join(decompressed(sliced(content, size), "blob", limit))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1, 7, 4096, 10_000_000])
def test_compressed_streams_are_what_they_were(kind: str, size: int) -> None:
    plain = PLAIN if size > 7 else PLAIN[:3000]
    packed = PACKERS[kind](plain)
    assert compression(packed) == kind
    assert unpacked(packed, size) == plain


def test_what_is_not_compressed_comes_as_it_is() -> None:
    assert compression(b"usr/bin/") == ""
    assert unpacked(PLAIN, 5) == PLAIN
    assert unpacked(b"") == b""
    assert unpacked(b"ab", 1) == b"ab"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1, 100, 1_000_000])
def test_several_members_are_one_stream(kind: str, size: int) -> None:
    packed = PACKERS[kind](b"one") + PACKERS[kind](b"") + PACKERS[kind](b"two" * 1000)
    assert unpacked(packed, size) == b"one" + b"two" * 1000


def test_thousands_of_members_are_one_stream() -> None:
    """As in eStargz, where each file has its own."""
    members = [gzip.compress(b"%d" % number * 50) for number in range(3000)]
    assert unpacked(b"".join(members), 100_000) == b"".join(b"%d" % number * 50 for number in range(3000))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1, 1000])
def test_zeros_behind_a_stream_are_padding(kind: str, size: int) -> None:
    assert unpacked(PACKERS[kind](b"x" * 100) + bytes(2000), size) == b"x" * 100


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1, 1000])
def test_anything_else_behind_a_stream_is_malformed(kind: str, size: int) -> None:
    with pytest.raises(MalformedFile, match="something else follows"):
        unpacked(PACKERS[kind](b"x" * 100) + b"\0garbage", size)


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_that_is_cut_anywhere_is_malformed(kind: str) -> None:
    packed = PACKERS[kind](b"some content, " * 3)
    shortest = {"gzip": 2, "zstd": 4, "bzip2": 3, "xz": 6}[kind]
    for length in range(shortest, len(packed)):
        with pytest.raises(MalformedFile, match=r"cut short|damaged"):
            unpacked(packed[:length])


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_member_that_is_cut_is_malformed(kind: str) -> None:
    packed = PACKERS[kind](b"x" * 100)
    for length in range(1, len(packed)):
        with pytest.raises(MalformedFile):
            unpacked(packed + packed[:length])


@pytest.mark.parametrize("at", [-8, -1])
def test_a_wrong_checksum_or_size_of_gzip_is_malformed(at: int) -> None:
    packed = bytearray(gzip.compress(PLAIN))
    packed[at] ^= 1
    with pytest.raises(MalformedFile, match="damaged gzip"):
        unpacked(bytes(packed))


@pytest.mark.parametrize("kind", KINDS)
@given(seed=st.integers(0, 2**32))
def test_damaged_streams_are_malformed_and_nothing_else(kind: str, seed: int) -> None:
    dice = random.Random(seed)
    packed = bytearray(PACKERS[kind](PLAIN[: dice.randrange(3000)]))
    for _ in range(dice.randint(1, 4)):
        packed[dice.randrange(len(packed))] = dice.randrange(256)
    try:
        unpacked(bytes(packed), 700)
    except MalformedFile:
        return


def test_the_header_fields_of_gzip_are_passed_over() -> None:
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="a-name" * 500, mode="wb", fileobj=buffer) as file:
        file.write(PLAIN)
    assert unpacked(buffer.getvalue(), 13) == PLAIN


def test_what_the_programs_write_is_read() -> None:
    for program in (["gzip", "-9c"], ["zstd", "-19c"], ["zstd", "--long=27", "-c"], ["bzip2", "-c"], ["xz", "-c"]):
        packed = subprocess.run(program, input=PLAIN, capture_output=True, check=True).stdout
        assert unpacked(packed) == PLAIN, program


def test_a_frame_of_zstd_that_is_to_be_skipped_holds_nothing() -> None:
    """As zstd:chunked has them for its index."""
    skipped = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"index"
    packed = zstandard.ZstdCompressor().compress(b"content")
    assert unpacked(skipped + packed + skipped) == b"content"


@pytest.mark.parametrize("kind", KINDS)
def test_bombs_end_at_the_limit_and_in_little_memory(kind: str) -> None:
    """Each of these would be 1 GiB; pieces are bounded, whatever comes in at once."""
    zeros = bytes(1 << 20)
    packed = {
        "gzip": lambda: b"".join(PACKERS["gzip"](zeros) for _ in range(2)) * 512,
        "zstd": lambda: PACKERS["zstd"](zeros) * 1024,
        "bzip2": lambda: PACKERS["bzip2"](zeros) * 1024,
        "xz": lambda: PACKERS["xz"](zeros) * 1024,
    }[kind]()
    pieces: list[int] = []
    with pytest.raises(LimitExceeded, match="more than 100000000 bytes"):
        pieces.extend(len(piece) for piece in decompressed([packed], "blob", 100_000_000))
    assert sum(pieces) <= 100_000_000
    assert max(pieces, default=0) <= 64 << 20


def test_a_single_frame_of_a_bomb_comes_in_pieces() -> None:
    """Blocks of one repeated byte are the densest that Zstandard has: four bytes for 128 KiB."""
    packed = zstandard.ZstdCompressor(level=19).compress(bytes(300 << 20))
    assert len(packed) < 40_000
    largest = max(len(piece) for piece in decompressed([packed], "blob", 1 << 30))
    assert largest <= 8 << 20


def test_a_window_beyond_what_is_usual_is_refused() -> None:
    compressor = zstandard.ZstdCompressor(compression_params=zstandard.ZstdCompressionParameters(window_log=28))
    writer = compressor.compressobj()
    packed = writer.compress(random.Random(0).randbytes(1000)) + writer.flush()
    with pytest.raises(MalformedFile, match="zstd"):
        unpacked(packed)


def test_errors_of_the_source_are_not_taken_for_damage() -> None:
    def broken() -> Iterator[bytes]:
        yield gzip.compress(PLAIN)[:1000]
        raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output error"):
        list(decompressed(broken(), "blob", 1 << 30))


def test_raw_deflate_is_not_taken_for_anything() -> None:
    assert compression(zlib.compress(b"x")) == ""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1, 10_000_000])
def test_what_is_compressed_is_not_taken_for_plain(kind: str, size: int) -> None:
    with pytest.raises(MalformedFile, match=kind):
        list(uncompressed(sliced(PACKERS[kind](PLAIN), size), "blob", 1 << 30))


def test_what_is_plain_comes_as_it_is_up_to_the_limit() -> None:
    for content in (b"", b"x", PLAIN):
        assert b"".join(uncompressed(sliced(content, 4096), "blob", len(content))) == content
    with pytest.raises(LimitExceeded):
        list(uncompressed(sliced(PLAIN, 4096), "blob", len(PLAIN) - 1))
