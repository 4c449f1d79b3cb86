"""Cases of the ecosystems: see `tests/cases/ecosystems/README.md`."""

import importlib
import json
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from hullcheck.ecosystems.ecosystem import Analyzer, Ecosystem
from hullcheck.errors import MalformedFile
from hullcheck.model.package import (
    Detected,
    Distribution,
    Location,
    OwnedFiles,
    OwnProject,
    Package,
    Requirement,
    Scope,
    Settled,
    ThirdParty,
    Unread,
    Vendored,
)
from hullcheck.model.source_file import EXECUTABLE_MAGIC, SourceFile

PROJECT = Path(__file__).parents[3]
CASES = PROJECT / "tests" / "cases" / "ecosystems"
FOLDERS = PROJECT / "src" / "hullcheck" / "ecosystems"

# One thing found, as JSON.
Record = dict[str, object]


@dataclass(frozen=True)
class Case:
    """A folder with files of a target, and what must be found in them."""

    directory: Path

    @property
    def name(self) -> str:
        return self.directory.relative_to(CASES).as_posix()

    @property
    def ecosystem(self) -> str:
        return self.directory.parent.name

    @property
    def expectation(self) -> Path:
        return self.directory / "expected.json"

    def files(self) -> Iterator[SourceFile]:
        """Yield the files of the case, sorted by path."""
        tree = self.directory / "tree"
        for path in sorted(tree.rglob("*")):
            if path.is_file():
                yield SourceFile(path.relative_to(tree).as_posix(), path.read_bytes(), path.stat().st_mode)

    def runs(self) -> Iterator[tuple[Analyzer, SourceFile]]:
        """Yield each analyzer of the ecosystem with each file that it wants."""
        for file in self.files():
            for analyzer in analyzers_of(self.ecosystem):
                if wanted(analyzer, file):
                    yield analyzer, file


def all_cases() -> tuple[Case, ...]:
    return tuple(Case(tree.parent) for tree in sorted(CASES.glob("*/*/tree")))


def folders() -> tuple[str, ...]:
    """Return the names of the ecosystem folders."""
    return tuple(sorted(path.parent.name for path in FOLDERS.glob("*/__init__.py")))


def analyzers_of(folder: str) -> tuple[Analyzer, ...]:
    """Return the analyzers that an ecosystem folder declares, in an `Ecosystem` or in a tuple."""
    declared: dict[str, Analyzer] = {}
    for value in vars(importlib.import_module(f"hullcheck.ecosystems.{folder}")).values():
        candidates = value.analyzers if isinstance(value, Ecosystem) else value if isinstance(value, tuple) else ()
        declared.update({item.name: item for item in candidates if isinstance(item, Analyzer)})
    return tuple(declared[name] for name in sorted(declared))


def wanted(analyzer: Analyzer, file: SourceFile) -> bool:
    """Say whether a source would hand `file` to `analyzer`."""
    executable = file.mode & 0o111 != 0 and bytes(file.content[:4]).startswith(EXECUTABLE_MAGIC)
    return analyzer.wants.selects(file.path) or (analyzer.wants.executables and executable)


def detect(case: Case) -> dict[str, list[Record]]:
    """Return what is found in `case`, by analyzer, sorted."""
    found: dict[str, list[Record]] = {}
    for analyzer, file in case.runs():
        found.setdefault(analyzer.name, []).extend(records(analyzer, file))
    return {name: sorted(found[name], key=_order) for name in sorted(found)}


def records(analyzer: Analyzer, file: SourceFile) -> list[Record]:
    """Return what `analyzer` finds in `file`, the error that ends it included."""
    found: list[Record] = []
    try:
        found.extend(_record(item) for item in analyzer.parse(file))
    except MalformedFile as error:
        found.append(_compact({"malformed": error.path, "place": error.place}))
    return found


def mapped(file: SourceFile) -> SourceFile:
    """Return `file` as a large file comes: with a memory map as its content."""
    if not file.content:
        return file
    content = mmap.mmap(-1, len(file.content))
    content.write(bytes(file.content))
    content.seek(0)
    return SourceFile(file.path, content, file.mode)


def render(found: dict[str, list[Record]]) -> str:
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def _record(item: Detected) -> Record:  # noqa: PLR0911 # one for each kind
    match item:
        case Package():
            return _compact(
                {
                    "package": item.purl.to_string(),
                    "locations": [_location(location) for location in item.locations],
                    "place": item.place,
                    "scope": "" if item.scope is Scope.RUNTIME else item.scope.value,
                    "direct": item.direct,
                    "licences": list(item.licences),
                }
            )
        case Requirement():
            return _compact(
                {
                    "requirement": item.purl.to_string(),
                    "constraint": item.constraint,
                    "location": _location(item.location),
                    "scope": "" if item.scope is Scope.RUNTIME else item.scope.value,
                    "uncertain": None if item.certain else True,
                }
            )
        case Settled():
            return _compact(
                {
                    "settled": item.place or ".",
                    "type": item.purl_type,
                    "lock": item.lock,
                    "names": sorted(item.names),
                    "below": item.below or None,
                }
            )
        case Vendored():
            return {"vendored": item.directory, "type": item.purl_type}
        case OwnProject():
            return {"own": item.purl.to_string(), "location": _location(item.location)}
        case ThirdParty():
            return {"third party": item.owner}
        case Distribution():
            return _compact(
                {
                    "distribution": item.id,
                    "version": item.version,
                    "name": item.name,
                    "codename": item.codename,
                    "like": list(item.like),
                    "location": _location(item.location),
                }
            )
        case OwnedFiles():
            return {"owner": item.owner, "paths": sorted(item.paths)}
        case Unread():
            return _compact({"unread": _location(item.location), "reason": item.reason, "hint": item.hint})
        case _:
            assert_never(item)


def _location(location: Location) -> str:
    return f"{location.path}:{location.line}" if location.line else location.path


def _compact(record: Record) -> Record:
    return {key: value for key, value in record.items() if value not in ("", None, [])}


def _order(record: Record) -> str:
    return json.dumps(record, ensure_ascii=False)
