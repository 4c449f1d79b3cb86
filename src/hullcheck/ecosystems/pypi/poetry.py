"""Dependencies in the tables of Poetry.

https://python-poetry.org/docs/dependency-specification/
"""

import re
from collections.abc import Iterator

from hullcheck.ecosystems.pypi.names import pypi_purl
from hullcheck.formats.lines import LineFinder
from hullcheck.formats.node import Node
from hullcheck.formats.urls import without_credentials
from hullcheck.model.package import Location, Requirement, Scope
from hullcheck.model.source_file import SourceFile

# To Poetry, a version without operator is that version alone.
_is_version = re.compile(r"[0-9][A-Za-z0-9.+!_-]*").fullmatch
_SOURCES = ("git", "url")


def poetry_dependencies(file: SourceFile, document: Node) -> Iterator[Requirement]:
    """Yield the dependencies that Poetry's tables in `document` declare."""
    tool = document.node_or_none("tool")
    poetry = tool.node_or_none("poetry") if tool is not None else None
    if poetry is None:
        return
    yield from _table(file, poetry, "dependencies", Scope.RUNTIME)
    yield from _table(file, poetry, "dev-dependencies", Scope.DEVELOPMENT)
    for _, group in poetry.members("group"):
        yield from _table(file, group, "dependencies", Scope.DEVELOPMENT)


def _table(file: SourceFile, parent: Node, key: str, scope: Scope) -> Iterator[Requirement]:
    table = parent.node_or_none(key)
    if table is None:
        return
    lines = LineFinder(file)
    lines.line_of(f"{key}]")
    names = table.keys()
    for name in names:
        location = Location(file.path, line=lines.line_of(f"{name} ="))
        purl = pypi_purl(name)
        if purl is None:
            raise table.malformed(name, "is no name of a package")
        if purl.name == "python":
            continue
        for constraint, optional in _constraints(table, name):
            yield Requirement(purl, constraint, location, Scope.OPTIONAL if optional else scope)


def _constraints(table: Node, name: str) -> Iterator[tuple[str, bool]]:
    """Yield the constraints on `name`, one for each environment, and whether it is optional."""
    if table.is_text(name):
        yield _as_clause(table.text(name)), False
    elif table.is_node(name):
        yield from _constraint(table.node(name))
    else:
        for alternative in table.nodes(name):
            yield from _constraint(alternative)


def _constraint(dependency: Node) -> Iterator[tuple[str, bool]]:
    version = dependency.text_or_none("version")
    source = next((dependency.text(key) for key in _SOURCES if dependency.has(key)), "")
    # What has neither is a folder or an archive of the project.
    if version or source:
        constraint = _as_clause(version) if version else without_credentials(source)
        yield constraint, dependency.flag("optional")


def _as_clause(version: str) -> str:
    version = version.strip()
    return f"=={version}" if _is_version(version) and not version.endswith(".*") else version
