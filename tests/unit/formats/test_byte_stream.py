"""Streams of bytes, against slices."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.errors import MalformedFile
from hullcheck.formats.byte_stream import ByteStream

CONTENT = bytes(range(256)) * 4
steps = st.lists(st.tuples(st.sampled_from(["take", "peek", "pieces", "go"]), st.integers(0, 300)), max_size=30)


def test_all_is_read_or_nothing_at_the_end() -> None:
    stream = ByteStream([b"abc"], "s")
    assert (stream.take(3), stream.take(1), stream.peek(1)) == (b"abc", b"", b"")


def test_an_end_in_between_is_an_error() -> None:
    for read in (lambda s: s.take(4), lambda s: s.peek(4), lambda s: list(s.pieces(4)), lambda s: s.go_to(4)):
        with pytest.raises(MalformedFile, match="byte 3: cut short"):
            read(ByteStream([b"ab", b"c"], "s"))


@given(steps, st.integers(1, 300), st.booleans())
def test_reading_is_slicing(steps: list[tuple[str, int]], size: int, skips: bool) -> None:
    position = 0
    source = {"at": 0}

    def chunks() -> Iterator[bytes]:
        while source["at"] < len(CONTENT):
            source["at"] += size
            yield CONTENT[source["at"] - size : source["at"]]

    def skip(count: int) -> None:
        source["at"] += count

    stream = ByteStream(chunks(), "s", skip if skips else None)
    for step, count in steps:
        if position + count > len(CONTENT):
            break
        match step:
            case "take":
                assert stream.take(count) == CONTENT[position : position + count]
                position += count
            case "peek":
                assert stream.peek(count) == CONTENT[position : position + count]
            case "pieces":
                assert b"".join(stream.pieces(count)) == CONTENT[position : position + count]
                position += count
            case _:
                position += count
                stream.go_to(position)
        assert stream.offset == position
