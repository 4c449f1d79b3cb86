import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.config.sizes import shown, size


@pytest.mark.parametrize(
    ("text", "bytes_"),
    [
        ("0", 0),
        ("4096", 4096),
        ("4096B", 4096),
        ("1k", 1024),
        ("1K", 1024),
        ("1KiB", 1024),
        ("1kB", 1000),
        ("500 MB", 500_000_000),
        (" 64GiB ", 64 << 30),
        ("64g", 64 << 30),
        ("2TB", 2 * 10**12),
    ],
)
def test_sizes_are_written_as_other_tools_have_them(text: str, bytes_: int) -> None:
    assert size(text) == bytes_


@pytest.mark.parametrize(
    "text", ["", "GiB", "-1", "1.5G", "1iB", "1 2", "1PB", "0x10", "1_000", "1e9", "9" * 19, "\u0661"]
)
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a size"):
        size(text)


@given(st.integers(0, 10**17))
def test_a_size_that_is_shown_is_read_again(count: int) -> None:
    assert size(shown(count)) == count


def test_sizes_are_shown_in_the_largest_unit() -> None:
    assert [shown(it) for it in (0, 1, 1024, 1536, 64 << 30, 1 << 50)] == [
        "0",
        "1",
        "1KiB",
        "1536",
        "64GiB",
        "1024TiB",
    ]
