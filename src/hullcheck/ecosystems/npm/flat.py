"""Lock files of versions 2 and 3: `packages` by the folder that npm puts them in."""

import posixpath
from collections.abc import Iterator, Mapping

from hullcheck.ecosystems.ecosystem import purl_name
from hullcheck.ecosystems.npm.licences import licences
from hullcheck.ecosystems.npm.purl import npm_purl
from hullcheck.formats.lines import LineFinder
from hullcheck.formats.node import Node
from hullcheck.formats.urls import without_credentials
from hullcheck.model.package import Location, Package, Requirement, Scope, Settled
from hullcheck.model.source_file import SourceFile

_MARK = "node_modules/"
_SECTIONS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
_DEEPEST_PROJECT = 32
_LONGEST_PATH = 4096


def parse_packages(file: SourceFile, lock: Node) -> Iterator[Package | Requirement | Settled]:
    """Yield what `packages` lists, but for the root, the members of its workspace and links to them; and what it tells
    the manifests of these.
    """
    entries = dict(lock.members("packages"))
    projects = {project: dict(_resolved(project, entries)) for project in entries if _is_project(project)}
    yield from _settled(file, entries, projects)
    direct = frozenset(folder for folders in projects.values() for folder in folders.values())
    lines = LineFinder(file)
    for folder, entry in entries.items():
        location = Location(file.path, line=lines.line_of(f'"{folder}":'))
        installed_as = _installed_as(folder)
        if installed_as and not entry.flag("link"):
            yield from _entry(entry, installed_as, location, direct=folder in direct if "" in entries else None)


def _entry(
    entry: Node, installed_as: str, location: Location, *, direct: bool | None
) -> Iterator[Package | Requirement]:
    # An alias has the real name in its entry.
    name = entry.text_or_none("name") or installed_as
    version = entry.text_or_none("version")
    # Some versions of npm wrote false for what came with another package.
    source = entry.text("resolved") if entry.is_text("resolved") else ""
    purl = npm_purl(name, version)
    if purl is None:
        raise entry.malformed("version", "no package can have this name and version")
    if source.startswith("file:") and not source.endswith((".tgz", ".tar.gz", ".tar")):
        # A folder of the project, copied: nobody publishes advisories about it.
        return
    if version:
        yield Package(purl, (location,), location.path, _scope(entry), direct, licences(entry))
    elif source:
        yield Requirement(purl, without_credentials(source), location, _scope(entry))


def _installed_as(folder: str) -> str:
    """Return the name that `folder` has below its `node_modules`, "" for what is not installed."""
    above, mark, name = folder.rpartition(_MARK)
    return name if mark and (not above or above.endswith("/")) else ""


def _scope(entry: Node) -> Scope:
    """Return what npm found the package needed for.

    `devOptional` is what a development dependency and an optional one need: it stays when the former are left out.
    """
    if entry.flag("dev"):
        return Scope.DEVELOPMENT
    return Scope.OPTIONAL if entry.flag("optional") or entry.flag("devOptional") else Scope.RUNTIME


def _is_project(folder: str) -> bool:
    """Say whether `folder` is that of the root, of a member of its workspace, or of another project beside it."""
    return len(folder) <= _LONGEST_PATH and not _installed_as(folder)


def _resolved(project: str, entries: Mapping[str, Node]) -> Iterator[tuple[str, str]]:
    """Yield the dependencies of `project` and the folders in which they are installed."""
    for name in _dependencies(entries[project]):
        folder = _resolve(project, name, entries)
        if folder is not None:
            yield name, folder


def _settled(
    file: SourceFile, entries: Mapping[str, Node], projects: Mapping[str, Mapping[str, str]]
) -> Iterator[Settled]:
    """Yield what the manifest of each of `projects` is told. A lock file without root tells it all that it has."""
    known = {"": {_installed_as(folder): folder for folder in entries}, **projects}
    for project, folders in known.items():
        # An alias has two: by one it is required.
        aliases = (entries[folder].text_or_none("name") or "" for folder in folders.values())
        purls = (npm_purl(name) for name in (*folders, *aliases))
        place = posixpath.normpath(posixpath.join(file.directory, project))
        if not place.startswith("../"):
            names = frozenset(purl_name(purl) for purl in purls if purl is not None)
            yield Settled(file.path, "npm", "" if place == "." else place, names)


def _dependencies(entry: Node) -> Iterator[str]:
    for section in _SECTIONS:
        if entry.is_node(section):
            yield from entry.node(section).keys()


def _resolve(project: str, name: str, entries: Mapping[str, Node]) -> str | None:
    """Return the folder in which Node.js finds `name` from the folder `project`: its own, or the next above."""
    parts = project.split("/", _DEEPEST_PROJECT) if project else []
    candidates = ("/".join([*parts[:depth], f"{_MARK}{name}"]) for depth in range(len(parts), -1, -1))
    return next((folder for folder in candidates if folder in entries), None)
