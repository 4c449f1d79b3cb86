"""Contents of wanted files."""

import mmap
import os
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from hullcheck.sources.content import held


@given(st.lists(st.one_of(st.binary(max_size=50), st.integers(0, 300).map(bytes))), st.integers(0, 500))
def test_what_is_held_is_what_came(pieces: list[bytes], memory: int) -> None:
    content = b"".join(pieces)
    found = held(iter(pieces), len(content), memory)
    assert bytes(found) == content
    assert isinstance(found, mmap.mmap) == (len(content) > memory)


def test_a_gigabyte_of_zeros_takes_no_room() -> None:
    def zeros() -> Iterator[bytes]:
        yield b"PK"
        for _ in range(1024):
            yield bytes(1 << 20)

    before = os.statvfs("/tmp")
    found = held(zeros(), 2 + (1 << 30), 100)
    after = os.statvfs("/tmp")
    assert (len(found), found[:3], found[-1:]) == (2 + (1 << 30), b"PK\0", b"\0")
    assert (before.f_bfree - after.f_bfree) * before.f_frsize < 500 << 20
