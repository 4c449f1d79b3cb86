"""Layers and directories in memory."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from hullcheck.ecosystems.ecosystem import ANYWHERE, Analyzer
from hullcheck.model.layer import Layer
from hullcheck.model.package import Detected
from hullcheck.model.source_file import SourceFile, Wants
from hullcheck.model.tree import Entry, Keeping


@dataclass(frozen=True)
class Listing:
    """A tree whose entries are given; of the files it tells those that are wanted, as every source does."""

    given: tuple[Entry, ...]
    diff_id: str = ""

    @property
    def layer(self) -> Layer | None:
        return Layer(self.diff_id, "", 0, "", "") if self.diff_id else None

    @property
    def keeping(self) -> Keeping | None:
        return None

    def entries(self, wants: Wants) -> Iterator[Entry]:
        for entry in self.given:
            if not isinstance(entry, SourceFile) or wants.executables or wants.selects(entry.path):
                yield entry


def tree(files: Mapping[str, str | bytes], diff_id: str = "", *others: Entry) -> Listing:
    """Return a tree with `files`, text by path, and other entries."""
    contents = ((path, text.encode() if isinstance(text, str) else text) for path, text in files.items())
    return Listing((*others, *(SourceFile(path, content) for path, content in contents)), diff_id)


def nothing(_file: SourceFile) -> Iterator[Detected]:
    return iter(())


def analyzer(name: str, parse: Callable[[SourceFile], Iterator[Detected]] = nothing, **wants: object) -> Analyzer:
    """Return an analyzer that wants files of its own name, if nothing else is said."""
    wanted = Wants(**wants) if wants else Wants(names=frozenset({name}))  # type: ignore[arg-type]
    return Analyzer(name, ANYWHERE, wanted, parse)
