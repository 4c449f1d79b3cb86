"""A progress bar on stderr, when that is a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, TextIO

from hullcheck.cli.messages import one_line
from hullcheck.model.progress import Progress, Unwatched

if TYPE_CHECKING:
    from rich.progress import Progress as Bars


@contextmanager
def watched(stream: TextIO, *, quiet: bool) -> Iterator[Progress]:
    """Show progress on `stream` while the block runs, where somebody can see it; it leaves no trace there."""
    if quiet or not stream.isatty():
        yield Unwatched()
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(file=stream), transient=True) as bars:
        yield _Shown(bars)


class _Shown:
    """The bar of what was started last; the earlier ones are done with and vanish."""

    def __init__(self, bars: "Bars") -> None:
        self._bars = bars
        self._lock = Lock()
        self._task = bars.add_task("", visible=False)

    def start(self, what: str, total: int) -> None:
        """Begin a new bar."""
        from rich.markup import escape

        with self._lock:
            self._bars.remove_task(self._task)
            self._task = self._bars.add_task(escape(one_line(what)), total=total or None)

    def advance(self, count: int) -> None:
        """Move the bar."""
        self._bars.advance(self._task, count)
