"""Lines as text, with or without colours."""

from collections.abc import Mapping

from rich.color import ColorSystem
from rich.style import Style

from hullcheck.reports.terminal.layout import Line

# The sixteen colours of the terminal's own theme: it knows its background.
_STYLES: Mapping[str, str] = {
    "title": "bold",
    "group": "bold cyan",
    "package": "bold",
    "dim": "dim",
    "fixed": "green",
    "good": "bold green",
    "bad": "bold red",
    "warning": "bold yellow",
    "exploited": "bold white on red",
    "command": "cyan",
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "blue",
    "negligible": "dim",
    "unknown": "magenta",
}


def plain(line: Line) -> str:
    """Return `line` without colours."""
    return "".join(text for text, _ in line).rstrip()


def coloured(line: Line) -> str:
    """Return `line` with the colours of its styles as escape sequences."""
    return "".join(_styled(text, style) for text, style in line)


def _styled(text: str, style: str) -> str:
    if not style or not text:
        return text
    return Style.parse(_STYLES[style]).render(text, color_system=ColorSystem.STANDARD)
