import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.versions.schemes import sign

from hullcheck.versions.encoding import NUMBERS, number, release, text

# As many small as large ones: the code changes its form at 192, 4288, each byte, and 29 digits.
NUMBERS_OF_ANY_SIZE = st.integers(0, 100).flatmap(lambda digits: st.integers(0, 10**digits))
TEXTS = st.text(st.characters(exclude_categories=(), exclude_characters="\0"))


@pytest.mark.parametrize(
    ("digits", "code"),
    [
        ("", "20"),
        ("0", "20"),
        ("000", "20"),
        ("191", "DF"),
        ("192", "E000"),
        ("4287", "EFFF"),
        ("4288", "F210C0"),
        ("65535", "F2FFFF"),
        ("65536", "F3010000"),
        ("20200101", "F401343AA5"),
        ("9" * 28, "FC204FCE5E3E2502610FFFFFFF"),
        ("1" + "0" * 28, "FD0000001D31" + "30" * 28),
    ],
)
def test_a_number_has_the_code_that_databases_hold(digits: str, code: str) -> None:
    assert number(digits) == bytes.fromhex(code)


@given(left=NUMBERS_OF_ANY_SIZE, right=NUMBERS_OF_ANY_SIZE)
def test_codes_of_numbers_sort_like_numbers(left: int, right: int) -> None:
    assert sign(number(str(left)), number(str(right))) == sign(left, right)


@pytest.mark.parametrize("edge", [192, 4288, 1 << 16, 1 << 64, 10**28, 10**29])
def test_codes_ascend_where_their_form_changes(edge: int) -> None:
    codes = [number(str(value)) for value in range(edge - 3, edge + 3)]
    assert codes == sorted(set(codes))


@given(left=NUMBERS_OF_ANY_SIZE, right=NUMBERS_OF_ANY_SIZE)
def test_no_code_of_a_number_begins_another(left: int, right: int) -> None:
    assert left == right or not number(str(left)).startswith(number(str(right)))


@given(value=NUMBERS_OF_ANY_SIZE)
def test_a_number_is_above_the_low_markers_and_below_the_high_ones(value: int) -> None:
    assert b"\x1f\xff" < number(str(value)) < b"\xfe"


@given(value=NUMBERS_OF_ANY_SIZE, zeros=st.integers(0, 40))
def test_zeros_in_front_do_not_count(value: int, zeros: int) -> None:
    assert number("0" * zeros + str(value)) == number(str(value)) == NUMBERS[str(value)]


def test_a_number_longer_than_python_reads_has_a_code() -> None:
    assert number("9" * 100_000) < number("1" + "0" * 100_000)


def test_codes_that_are_not_prepared_are_not_kept() -> None:
    before = len(NUMBERS)
    assert NUMBERS["123456789"] == number("123456789")
    assert len(NUMBERS) == before


@given(left=TEXTS, right=TEXTS)
def test_codes_of_texts_sort_like_texts_and_begin_no_other(left: str, right: str) -> None:
    assert (text(left) < text(right)) == (left < right)
    assert left == right or not text(left).startswith(text(right))


def test_a_text_ends_at_nul() -> None:
    assert text("a\0b") == text("a") == b"a\0"


def test_zeros_at_the_end_of_a_release_do_not_count() -> None:
    assert release(["1", "0", "00"]) == release(["1"]) == number("1")
    assert release(["0", "0"]) == b""


def test_the_last_byte_of_a_number_is_no_zero() -> None:
    # 224 is E0 20, and 20 alone is 0.
    assert release(["224", "0"]) == number("224")
