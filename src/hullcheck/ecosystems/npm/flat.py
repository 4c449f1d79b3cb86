"""Lock files of versions 2 and 3: `packages` by the folder that npm puts them in."""

from collections.abc import Iterator

from hullcheck.ecosystems.npm.licences import licences
from hullcheck.ecosystems.npm.purl import npm_purl
from hullcheck.formats.lines import LineFinder
from hullcheck.formats.node import Node
from hullcheck.formats.urls import without_credentials
from hullcheck.model.package import Location, Package, Requirement, Scope
from hullcheck.model.source_file import SourceFile

_MARK = "node_modules/"
_SECTIONS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
_DEEPEST_PROJECT = 32
_LONGEST_PATH = 4096


def parse_packages(file: SourceFile, lock: Node) -> Iterator[Package | Requirement]:
    """Yield what `packages` lists, but for the root, the members of its workspace and links to them."""
    entries = dict(lock.members("packages"))
    direct = _direct_folders(entries)
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


def _direct_folders(entries: dict[str, Node]) -> frozenset[str]:
    """Return where the dependencies of the root and of the members of its workspace are installed."""
    found = (
        _resolve(project, name, entries)
        for project, entry in entries.items()
        if len(project) <= _LONGEST_PATH and not _installed_as(project)
        for name in _dependencies(entry)
    )
    return frozenset(folder for folder in found if folder is not None)


def _dependencies(entry: Node) -> Iterator[str]:
    for section in _SECTIONS:
        if entry.is_node(section):
            yield from entry.node(section).keys()


def _resolve(project: str, name: str, entries: dict[str, Node]) -> str | None:
    """Return the folder in which Node.js finds `name` from the folder `project`: its own, or the next above."""
    parts = project.split("/", _DEEPEST_PROJECT) if project else []
    candidates = ("/".join([*parts[:depth], f"{_MARK}{name}"]) for depth in range(len(parts), -1, -1))
    return next((folder for folder in candidates if folder in entries), None)
