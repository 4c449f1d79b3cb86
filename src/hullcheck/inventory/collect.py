"""From the files of one layer to what is in them."""

from collections.abc import Callable, Iterable
from typing import assert_never

from hullcheck.ecosystems.ecosystem import Analyzer
from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.inventory.index import Index
from hullcheck.inventory.layer import Found, LayerInventory, Reading
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.package import Unread
from hullcheck.model.source_file import SourceFile
from hullcheck.model.tree import Hidden, Tree, Unwanted


class GivenUp(Exception):
    """Nobody waits for what is in a layer any more."""


def collect(tree: Tree, index: Index, given_up: Callable[[], bool] = bool) -> LayerInventory:
    """Read `tree` once and return what the analyzers of `index` find in it; raise `GivenUp` once that is true."""
    readings: dict[str, tuple[Reading, ...]] = {}
    hidden: set[str] = set()
    emptied: set[str] = set()
    replaced: set[str] = set()
    gaps: list[Gap] = []
    for entry in tree.entries(index.wants):
        if given_up():
            raise GivenUp
        match entry:
            case SourceFile():
                readings[entry.path] = tuple(_read(analyzer, entry) for analyzer in index.select(entry))
                hidden.add(entry.path)
            case Hidden():
                if entry.here:
                    _forget(entry.path, readings)
                (emptied if entry.below else replaced if entry.alone else hidden).add(entry.path)
            case Unwanted():
                hidden.update(entry.paths)
            case Gap():
                gaps.append(entry)
                # What could not be read takes the place of what it could have been before.
                replaced.add(entry.subject)
            case _:
                assert_never(entry)
    for paths in (hidden, emptied, replaced.copy()):
        _add_parents(paths, replaced)
    return LayerInventory(
        tree.layer.diff_id if tree.layer else "",
        tuple(reading for path in sorted(readings) for reading in readings[path]),
        frozenset(hidden),
        frozenset(emptied),
        frozenset(replaced),
        tuple(gaps),
    )


def _add_parents(paths: Iterable[str], directories: set[str]) -> None:
    """Add the directories in which `paths` lie to `directories`, each of which comes with its own."""
    for path in paths:
        parent = path.rpartition("/")[0]
        while parent and parent not in directories:
            directories.add(parent)
            parent = parent.rpartition("/")[0]


def _forget(path: str, readings: dict[str, tuple[Reading, ...]]) -> None:
    """Remove what was read at `path` and below it."""
    for gone in [read for read in readings if read == path or read.startswith(f"{path}/")]:
        del readings[gone]


def _read(analyzer: Analyzer, file: SourceFile) -> Reading:
    """Return what `analyzer` finds in `file`, up to the first error."""
    found: list[Found] = []
    gaps: list[Gap] = []
    try:
        for item in analyzer.parse(file):
            if isinstance(item, Unread):
                gaps.append(Gap(GapKind.UNSUPPORTED, item.location.path, item.reason, item.hint))
            else:
                found.append(item)
    except MalformedFile as error:
        gaps.append(_gap(error))
    return Reading(file.path, analyzer.name, tuple(found), tuple(gaps))


def _gap(error: MalformedFile) -> Gap:
    kind = GapKind.LIMIT if isinstance(error, LimitExceeded) else GapKind.MALFORMED
    return Gap(kind, error.path, f"{error.place}: {error.problem}" if error.place else error.problem, error.hint)
