"""Text inside Markdown, read by a parser of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from hullcheck.reports.markdown import escaped, is_link

_INLINE = {"text", "text_special", "softbreak", "hardbreak"}


def _kinds(text: str) -> set[str]:
    """Return the kinds of what a reader of GitHub's Markdown makes of `text`."""
    parser = MarkdownIt("gfm-like", {"linkify": False})
    found = set()
    for token in parser.parse(text):
        found |= {child.type for child in token.children or ()} or {token.type}
    return found - {"paragraph_open", "paragraph_close", "inline"}


@pytest.mark.parametrize(
    "text",
    [
        "# Heading",
        "* item",
        "- item",
        "+ item",
        "1. item",
        "12) item",
        "> quote",
        "    code",
        "\tcode",
        "`code`",
        "```\ncode\n```",
        "~~~\ncode",
        "*a* **b** _c_ __d__ ~~e~~",
        "[link](https://evil.example)",
        "![image](https://evil.example/x.png)",
        "<https://evil.example>",
        "<img src=x onerror=alert(1)>",
        "&lt;b&gt; &#60;",
        "a | b\n--- | ---\n1 | 2",
        "Heading\n=======",
        "Heading\n---",
        "---",
        "[a]: https://evil.example\n\n[a]",
        "trailing\\",
        "a\\*b",
    ],
)
def test_nothing_of_a_text_is_markup(text: str) -> None:
    assert _kinds(escaped(text)) <= _INLINE


@given(st.text(st.sampled_from("ab1 *_`~[]()<>#+-=.!|\\&:/\n\t{}^$@\"'")))
def test_no_text_at_all_becomes_markup(text: str) -> None:
    assert _kinds(escaped(text)) <= _INLINE


@given(st.text(st.sampled_from("ab1 *_`~[]<>#+-=.!|\\&:/@"), min_size=1))
def test_what_is_shown_is_what_was_said(text: str) -> None:
    shown = "".join(child.content for token in MarkdownIt().parse(escaped(text)) for child in token.children or ())
    assert shown == text.strip()


@pytest.mark.parametrize("text", ["https://evil.example/x", "see www.evil.example now"])
def test_bare_addresses_do_not_become_links(text: str) -> None:
    assert "://" not in escaped(text)
    assert "www." not in escaped(text)


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://security.example/CVE-2022-0778", True),
        ("http://a.example/?q=1&r=%20#x", True),
        ("javascript:alert(1)", False),
        ("https://a.example/> [x](y)", False),
        ("https://a.example/\nx", False),
        ("ftp://a.example", False),
        ("https://a.example/(x)", False),
    ],
)
def test_only_web_addresses_without_surprises_become_links(url: str, good: bool) -> None:
    assert is_link(url) is good
