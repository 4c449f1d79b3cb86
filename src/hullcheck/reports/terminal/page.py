"""The page: headline, summary, findings, what to do, coverage, verdict."""

from collections.abc import Iterable, Iterator

from hullcheck.model.inheritance import inheritance
from hullcheck.model.result import ScanResult
from hullcheck.reports.groups import groups
from hullcheck.reports.terminal.coverage import coverage_lines
from hullcheck.reports.terminal.findings import Columns, column_heads, group_head, group_rows
from hullcheck.reports.terminal.headline import headline, summary
from hullcheck.reports.terminal.layout import Line
from hullcheck.reports.terminal.next_steps import next_steps
from hullcheck.reports.terminal.verdict import verdict_lines


def page(result: ScanResult, width: int) -> Iterator[Line]:
    """Yield the lines of the table of `result`, `width` cells wide."""
    yield from headline(result, width)
    yield ()
    yield from summary(result, width)
    columns = Columns.of(result.findings, width)
    inherited = inheritance(result.target)
    for number, group in enumerate(groups(result)):
        yield ()
        yield from group_head(group, result, width)
        if not number:
            yield column_heads(columns)
        yield from group_rows(group, columns, inherited)
    yield from _section(next_steps(result, width))
    yield from _section(coverage_lines(result.coverage, width))
    yield ()
    yield from verdict_lines(result, width)


def _section(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield `lines` behind an empty one, nothing where there are none."""
    for number, line in enumerate(lines):
        if not number:
            yield ()
        yield line
