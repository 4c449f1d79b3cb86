"""Text of the target, made harmless for people's eyes and terminals."""

import re

# Control characters, line and paragraph separators, what changes the direction of text or cannot be seen, and halves of
# surrogate pairs, which stand for bytes that are not UTF-8. The joiners of emoji and of Persian stay.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    r"""Return `text` as one line, with \x1b, \u202e and the like in place of characters that are not to be seen."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSEEN.sub(_escape, text)


def visible_lines(text: str) -> str:
    """Return `text` like `visible`, with its lines kept."""
    return "\n".join(visible(line.expandtabs(4)) for line in text.splitlines())


def shortened(text: str, length: int) -> str:
    """Return `text`, or as many of its words as fit into `length` characters and an ellipsis."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
