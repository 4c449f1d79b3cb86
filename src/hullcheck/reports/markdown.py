"""Text inside Markdown."""

import re

from hullcheck.reports.visible import visible_lines

# CommonMark 0.31, sections 2.4 and 6, and what GitHub makes links of. Left alone is what means nothing inside a line.
_SPECIAL = re.compile(
    r"[\\`*_\[\]<>|~&#]"
    r"|(?<!\S)[-+=](?=[\s=-]|$)"
    r"|(?<=\d)[.)](?=\s)"
    r"|:(?=//)"
    r"|(?<=www)\.",
)
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", ":": "&#58;", ".": "&#46;"}
_LINK = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'*+,;=%-]+")


def escaped(text: str) -> str:
    """Return `text` so that Markdown shows it as it is: no markup, no HTML, no link; its lines are kept."""
    lines = (line.strip() for line in visible_lines(text).split("\n"))
    return "\n".join(_SPECIAL.sub(_escape, line) for line in lines)


def is_link(url: str) -> bool:
    """Say whether `url` can stand between angle brackets: http or https, and only characters of a URL."""
    return _LINK.fullmatch(url) is not None


def _escape(found: re.Match[str]) -> str:
    return _ENTITIES.get(found[0], "\\" + found[0])
