"""Text of the target, made harmless."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.reports.visible import shortened, visible, visible_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("openssl", "openssl"),
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("a\nb\tc", r"a\nb\tc"),
        ("\x9b2J", r"\x9b2J"),
        ("\u202egpj.exe", r"\u202egpj.exe"),
        ("a\u200bb\ufeff", r"a\u200bb\ufeff"),
        ("caf\udce9", r"caf\udce9"),
        ("\U000e0041", r"\U000e0041"),
        ("日本語", "日本語"),
        ("حزمة", "حزمة"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),  # Persian joins its letters with it
    ],
)
def test_only_what_is_not_to_be_seen_is_replaced(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters()))
def test_no_control_character_is_left_in_any_text(text: str) -> None:
    shown = visible(text)
    assert not any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in shown)
    assert not any(
        unicodedata.bidirectional(character) in {"RLO", "LRO", "RLE", "LRI", "RLI", "PDF"} for character in shown
    )
    shown.encode("utf-8")


def test_lines_are_kept_where_they_may_be() -> None:
    assert visible_lines("a\r\nb\x1b\n\tc") == "a\nb\\x1b\n    c"


@pytest.mark.parametrize(
    ("text", "length", "shown"),
    [("one two", 7, "one two"), ("one two", 6, "one…"), ("onetwo", 4, "one…"), ("one two three", 9, "one two…")],
)
def test_a_long_text_is_cut_between_words(text: str, length: int, shown: str) -> None:
    assert shortened(text, length) == shown


@given(st.text(), st.integers(1, 40))
def test_a_cut_text_is_never_longer_than_asked_for(text: str, length: int) -> None:
    assert len(shortened(text, length)) <= length
