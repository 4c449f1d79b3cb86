"""Dependencies that `pyproject.toml` declares.

https://packaging.python.org/en/latest/specifications/pyproject-toml/ and .../dependency-groups/, and the tables of
Poetry, PDM and uv.
"""

import posixpath
from collections.abc import Iterator

from hullcheck.ecosystems.pypi.names import normalised, pypi_purl
from hullcheck.ecosystems.pypi.poetry import poetry_dependencies
from hullcheck.ecosystems.pypi.requirements import scope_of, unless_wanted
from hullcheck.ecosystems.pypi.specifier import read_specifier
from hullcheck.formats.lines import LineFinder
from hullcheck.formats.node import Node
from hullcheck.formats.toml import read_toml
from hullcheck.model.package import Location, Requirement, Scope, Unread
from hullcheck.model.source_file import SourceFile

# A list of dependencies: the table that holds it, its key there, and what it is for.
List = tuple[Node, str, Scope]


def parse_pyproject(file: SourceFile) -> Iterator[Requirement | Unread]:
    """Yield what `file` depends on, exact versions too, and the files with dependencies that are not read."""
    document = read_toml(file)
    project = document.node_or_none("project")
    own_name = normalised(project.text_or_none("name") or "") if project is not None else ""
    for table, key, scope in _lists(document):
        for requirement in _requirements(file, table, key, scope):
            # An extra that is made of other extras names the project itself.
            if normalised(requirement.purl.name) != own_name:
                yield requirement
    yield from poetry_dependencies(file, document)
    for path in _files(document):
        yield from unless_wanted(posixpath.normpath(posixpath.join(file.directory, path)))


def _lists(document: Node) -> Iterator[List]:
    project, tool = document.node_or_none("project"), document.node_or_none("tool")
    if project is not None:
        yield project, "dependencies", Scope.RUNTIME
        yield from _groups(project, "optional-dependencies", Scope.OPTIONAL)
    yield from _groups(document, "dependency-groups", Scope.DEVELOPMENT)
    pdm = tool.node_or_none("pdm") if tool is not None else None
    if pdm is not None:
        yield from _groups(pdm, "dev-dependencies", Scope.DEVELOPMENT)
    uv = tool.node_or_none("uv") if tool is not None else None
    if uv is not None:
        yield uv, "dev-dependencies", Scope.DEVELOPMENT


def _files(document: Node) -> Iterator[str]:
    """Yield the requirements files that setuptools reads dependencies from."""
    table: Node | None = document
    for key in ("tool", "setuptools", "dynamic"):
        table = table.node_or_none(key) if table is not None else None
    if table is None:
        return
    optional = table.node_or_none("optional-dependencies")
    groups = [optional.node(key) for key in optional.keys()] if optional is not None else []  # noqa: SIM118
    for source in (*(table.node(key) for key in ("dependencies",) if table.is_node(key)), *groups):
        yield from (source.text("file"),) if source.is_text("file") else source.texts("file")


def _groups(table: Node, key: str, scope: Scope) -> Iterator[List]:
    """Yield the groups at `key`; the name of one may say that it is for tests, or for development."""
    groups = table.node_or_none(key)
    if groups is None:
        return
    names = groups.keys()
    for group in names:
        named = scope_of(f"{group}.txt")
        yield groups, group, scope if named is Scope.RUNTIME else named


def _requirements(file: SourceFile, table: Node, key: str, scope: Scope) -> Iterator[Requirement]:
    lines = LineFinder(file)
    lines.line_of(key)
    for index, item in enumerate(table.texts_and_nodes(key)):
        # The objects in a group include other groups.
        if not isinstance(item, str):
            continue
        specifier = read_specifier(item.strip())
        purl = pypi_purl(specifier.name) if specifier is not None else None
        if specifier is None or purl is None:
            raise table.malformed(f"{key}[{index}]", "no package can be told")
        line = lines.line_of(item.partition('"')[0])
        yield Requirement(purl, specifier.constraint, Location(file.path, line=line), scope)
