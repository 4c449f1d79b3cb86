"""Text in cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.reports.terminal.layout import cells, fitted, folded, padded, paragraph, wrapped
from hullcheck.reports.terminal.paint import coloured, plain

WORDS = st.lists(st.text(st.sampled_from("ab語é👩"), min_size=1, max_size=30), max_size=12)


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("日本", 4), ("é", 1), ("e\u0301", 1), ("", 0)])
def test_cells_are_counted_as_terminals_do(text: str, width: int) -> None:
    assert cells(text) == width


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("ab cd", 4, "ab…"),
        ("abc", 0, ""),
    ],
)
def test_what_does_not_fit_ends_in_an_ellipsis(text: str, width: int, shown: str) -> None:
    assert fitted(text, width) == shown
    assert cells(shown) <= max(width, 0)


def test_padding_counts_cells() -> None:
    assert padded("日", 4) == "日  "
    assert padded("abcd", 2) == "abcd"


@given(WORDS, st.integers(4, 40))
def test_wrapping_keeps_every_character_within_the_width(words: list[str], width: int) -> None:
    lines = list(wrapped(words, width))
    assert "".join(lines).replace(" ", "") == "".join(words)
    assert all(cells(line) <= width for line in lines)


@given(WORDS, st.integers(20, 60))
def test_folding_keeps_every_character_and_style_within_the_width(words: list[str], width: int) -> None:
    spans = [(f"{word} ", "package" if number % 2 else "dim") for number, word in enumerate(words)]
    lines = list(folded(spans, width))
    assert "".join(text for line in lines for text, _ in line).replace(" ", "") == "".join(words)
    assert all(cells(plain(line)) <= width for line in lines)
    assert all(style in {"package", "dim", ""} for line in lines for _, style in line)


def test_a_paragraph_hangs_below_what_stands_before_it() -> None:
    lines = paragraph("one two three four five six", 20, "", (("  1. ", "dim"),), "     ")
    assert [plain(line) for line in lines] == ["  1. one two three", "     four five six"]


def test_colours_are_the_terminals_own() -> None:
    assert coloured((("a", "critical"), ("b", ""))) == "\x1b[1;31ma\x1b[0mb"
