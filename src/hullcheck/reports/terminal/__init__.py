"""The table: what a developer sees in a terminal."""

from hullcheck.model.result import ScanResult
from hullcheck.reports.report import Report

_WIDTH = 120  # of a file or a pipe, in cells


def render(result: ScanResult) -> str:
    """Return `result` as plain text."""
    return draw(result, width=_WIDTH, colour=False)


def draw(result: ScanResult, *, width: int, colour: bool) -> str:
    """Return `result` for a terminal of `width` cells."""
    from hullcheck.reports.terminal.page import page
    from hullcheck.reports.terminal.paint import coloured, plain

    paint = coloured if colour else plain
    return "".join(paint(line) + "\n" for line in page(result, max(width, _NARROWEST)))


_NARROWEST = 40
TABLE = Report("table", "-Report.txt", "text/plain", render)
