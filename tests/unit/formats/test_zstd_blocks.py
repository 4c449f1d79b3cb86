"""Streams of Zstandard in pieces of few blocks."""

import random

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from hullcheck.formats.zstd_blocks import few_blocks

SKIPPED = b"\x5f\x2a\x4d\x18" + (300).to_bytes(4, "little") + bytes(300)
TEXT = b"".join(b"%d," % number for number in range(300_000))

compressors = st.builds(
    lambda level, checksum, size: zstandard.ZstdCompressor(level, write_checksum=checksum, write_content_size=size),
    st.sampled_from([1, 3, 9]),
    st.booleans(),
    st.booleans(),
)
contents = st.one_of(
    st.binary(max_size=300),
    st.integers(0, 40).map(lambda count: bytes(count * 100_000)),
    st.integers(0, 2**32).map(lambda seed: random.Random(seed).randbytes(300_000)),
    st.integers(0, len(TEXT)).map(lambda size: TEXT[:size]),
)


def pieces(packed: bytes, size: int) -> list[bytes]:
    return list(few_blocks(packed[at : at + size] for at in range(0, len(packed), size)))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(contents, compressors), min_size=1, max_size=2), st.integers(1, 100_000), st.booleans())
def test_pieces_are_all_of_the_stream_and_stand_for_little(
    frames: list[tuple[bytes, zstandard.ZstdCompressor]], size: int, skips: bool
) -> None:
    packed = b"".join((SKIPPED if skips else b"") + made.compress(content) for content, made in frames)
    size = max(size, len(packed) // 500)
    made = pieces(packed, size)
    assert b"".join(made) == packed
    frame = zstandard.ZstdDecompressor().decompressobj(read_across_frames=True)
    assert max((len(frame.decompress(piece)) for piece in made), default=0) <= 34 << 17


@given(st.binary(max_size=20_000), st.integers(1, 30_000), st.sampled_from([b"", b"\x28\xb5\x2f\xfd", SKIPPED[:4]]))
def test_what_is_no_stream_comes_in_small_pieces(content: bytes, size: int, begin: bytes) -> None:
    assert b"".join(pieces(begin + content, size)) == begin + content


def test_blocks_behind_an_unknown_one_come_in_small_pieces() -> None:
    content = b"\x28\xb5\x2f\xfd" + b"\x00\x58" + b"\x06\x00\x00" + bytes(100_000)
    assert max(map(len, pieces(content, 1 << 20))) == 2048


@pytest.mark.parametrize("level", [1, 9])
def test_usual_streams_come_in_large_pieces(level: int) -> None:
    packed = zstandard.ZstdCompressor(level=level).compress(random.Random(1).randbytes(2_000_000))
    assert len(pieces(packed, 1 << 16)) == -(-len(packed) // (1 << 16))
