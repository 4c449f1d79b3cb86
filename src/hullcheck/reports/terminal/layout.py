"""Text in cells: how wide it is on a terminal, and how it is cut and wrapped."""

import re
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len, chop_cells, set_cell_size

# A text and the name of its style, "" for none.
Span = tuple[str, str]
Line = Sequence[Span]


def cells(text: str) -> int:
    """Return how many cells `text` takes: a character of Chinese takes two, an accent none."""
    return len(text) if text.isascii() else cell_len(text)


def fitted(text: str, width: int) -> str:
    """Return `text`, cut to `width` cells with an ellipsis where it is longer."""
    if cells(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…" if width > 0 else ""


def padded(text: str, width: int) -> str:
    """Return `text` with spaces behind it up to `width` cells."""
    return text + " " * (width - cells(text))


def wrapped(words: Iterable[str], width: int) -> Iterator[str]:
    """Yield `words` in lines of at most `width` cells; a word that is longer is broken."""
    line = ""
    for word in words:
        if line and cells(line) + 1 + cells(word) <= width:
            line = f"{line} {word}"
            continue
        if line:
            yield line
        *full, line = [word] if cells(word) <= width else chop_cells(word, width)
        yield from full
    if line:
        yield line


def paragraph(text: str, width: int, style: str = "", first: Line = (), indent: str = "") -> Iterator[Line]:
    """Yield `text` in lines of `width` cells: the first behind `first`, the others behind `indent`, as wide as it."""
    room = max(width - sum(cells(part) for part, _ in first or ((indent, ""),)), _NARROWEST)
    start: Line = first or ((indent, ""),)
    for line in wrapped(text.split(), room):
        yield (*start, (line, style))
        start = ((indent, ""),)


_NARROWEST = 16


def folded(spans: Line, width: int) -> Iterator[Line]:
    """Yield `spans` in lines of at most `width` cells, all but the first indented."""
    line: list[Span] = []
    room = width
    for text, style in _words(spans, width - len(_HANGING)):
        is_full = bool(line) and cells(text) > room
        if is_full:
            yield line
            line, room = [(_HANGING, "")], width - len(_HANGING)
        word = text.lstrip() if is_full else text
        if line and line[-1][1] == style:
            line[-1] = (line[-1][0] + word, style)
        else:
            line.append((word, style))
        room -= cells(word)
    yield line


def _words(spans: Line, longest: int) -> Iterator[Span]:
    """Yield the words of `spans`, each with the space behind it, those that are too long in pieces."""
    for text, style in spans:
        for word in re.findall(r"\s*\S+\s*", text) or [text]:
            yield from ((piece, style) for piece in ([word] if cells(word) <= longest else chop_cells(word, longest)))


_HANGING = "    "
