"""What was looked at, with which advisories, and what was not."""

from collections.abc import Iterator, Sequence

from hullcheck.model.coverage import Coverage, Examined, FeedUse
from hullcheck.model.gap import Gap, GapKind
from hullcheck.reports.gaps import by_kind, heading
from hullcheck.reports.platforms import only
from hullcheck.reports.terminal.layout import Line, cells, padded, paragraph
from hullcheck.reports.terminal.words import counted
from hullcheck.reports.visible import shortened, visible

_EXAMPLES = 3
_LABEL = 12
_LONGEST = 400


def coverage_lines(coverage: Coverage, width: int) -> Iterator[Line]:
    """Yield the files, the advisories, what was excluded, and the gaps."""
    yield (("Coverage", "title"),)
    yield from _examined(coverage, width)
    yield from _compared(coverage.feeds, width)
    yield from _excluded(coverage.excluded, width)
    if coverage.gaps:
        yield (("  not looked at", "warning"),)
    for kind, gaps in by_kind(coverage.gaps).items():
        yield from _gap_lines(kind, gaps, width)


def _examined(coverage: Coverage, width: int) -> Iterator[Line]:
    text = " · ".join(map(_seen, coverage.examined)) or "no file that holds packages"
    yield from paragraph(text, width, "", ((padded("  looked at", _LABEL + 2), "dim"),), " " * (_LABEL + 2))


def _seen(examined: Examined) -> str:
    packages = f"{counted(examined.packages, 'package')} in " if examined.packages else ""
    return f"{packages}{counted(examined.files, 'file')} ({visible(examined.analyzer)})"


def _compared(feeds: Sequence[FeedUse], width: int) -> Iterator[Line]:
    """Yield a line for each feed: how many packages were compared with how many advisories, and until when these go."""
    names = [visible(" ".join(part for part in (use.feed, use.release) if part)) for use in feeds]
    column = max(map(cells, names), default=0)
    origins = {_origin(use) for use in feeds}
    label = "  compared"
    for name, use in zip(names, feeds, strict=True):
        text = _use(use) + ("" if len(origins) == 1 else _origin(use))
        first = ((padded(label, _LABEL + 2), "dim"), (padded(name, column) + "  ", "package"))
        yield from paragraph(text, width, "", first, " " * (_LABEL + column + 4))
        label = ""
    if len(origins) == 1 and (origin := origins.pop()):
        yield from paragraph(f"all{origin}", width, "dim", ((" " * (_LABEL + 2), ""),), " " * (_LABEL + 2))


def _excluded(globs: Sequence[str], width: int) -> Iterator[Line]:
    if globs:
        text = shortened(", ".join(map(visible, globs)), _LONGEST) + " (as you asked)"
        yield from paragraph(text, width, "", ((padded("  left out", _LABEL + 2), "dim"),), " " * (_LABEL + 2))


def _use(use: FeedUse) -> str:
    packages = f"{counted(use.packages, 'package')} with"
    if not use.advisories:
        return f"{packages} no advisories"
    until = f" until {visible(use.data_until[:10])}" if use.data_until else ""
    return f"{packages} {use.advisories:,} advisories{until}"


def _origin(use: FeedUse) -> str:
    """Return where the advisories come from, and when they were fetched."""
    fetched = f", fetched {visible(use.fetched[:10])}" if use.fetched else ""
    return f" from {visible(use.origin)}{fetched}" if use.origin else ""


def _gap_lines(kind: GapKind, gaps: Sequence[Gap], width: int) -> Iterator[Line]:
    yield from paragraph(heading(kind, len(gaps)), width, "", (("  ! ", "warning"),), "    ")
    for gap in gaps[:_EXAMPLES]:
        mark = f" ({only(gap.platforms)})" if gap.platforms else ""
        yield from paragraph(
            shortened(f"{visible(gap.subject)}: {visible(gap.reason)}", _LONGEST) + mark,
            width,
            "dim",
            (("      ", ""),),
            "        ",
        )
    if len(gaps) > _EXAMPLES:
        yield ((f"      and {len(gaps) - _EXAMPLES:,} more", "dim"),)
    for hint in dict.fromkeys(gap.hint for gap in gaps if gap.hint):
        yield from paragraph(visible(hint), width, "", (("    → ", "command"),), "      ")
