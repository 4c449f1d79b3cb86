"""Lock files of version 1: `dependencies` in `dependencies`."""

import re
from collections.abc import Iterator

from hullcheck.ecosystems.ecosystem import purl_name
from hullcheck.ecosystems.npm.purl import alias_target, npm_purl, published_archive
from hullcheck.errors import LimitExceeded
from hullcheck.formats.lines import LineFinder
from hullcheck.formats.node import Node
from hullcheck.formats.urls import without_credentials
from hullcheck.model.package import Location, Package, Requirement, Scope, Settled
from hullcheck.model.source_file import SourceFile

_DEEPEST = 100
_ARCHIVE = re.compile(r"-v?([0-9]+\.[0-9]+\.[0-9]+[^/]*)\.(?:tgz|tar\.gz)")


def parse_dependencies(file: SourceFile, lock: Node) -> Iterator[Package | Requirement | Settled]:
    """Yield what `dependencies` lists at all depths, and what it tells the manifest beside the file. Which of them are
    direct, such a file does not say.
    """
    yield Settled(file.path, "npm", file.directory, frozenset(_names(lock)))
    lines = LineFinder(file)
    for name, entry in _entries(file, lock):
        yield from _entry(name, entry, Location(file.path, line=lines.line_of(f'"{name}": {{')))


def _names(lock: Node) -> Iterator[str]:
    """Yield the names of what is installed for the project, by which it requires them, and those that aliases hide."""
    for installed_as, entry in lock.members("dependencies"):
        version = entry.text_or_none("version") or ""
        name = alias_target(version)[0] if version.startswith("npm:") else installed_as
        name, _ = published_archive(version) or (name, "")
        yield from (purl_name(purl) for purl in (npm_purl(installed_as), npm_purl(name)) if purl is not None)


def _entries(file: SourceFile, lock: Node) -> Iterator[tuple[str, Node]]:
    """Yield all entries in the order of the file."""
    open_levels = [lock.members("dependencies")]
    while open_levels:
        name, entry = next(open_levels[-1], ("", None))
        if entry is None:
            open_levels.pop()
            continue
        yield name, entry
        if entry.has("dependencies"):
            open_levels.append(entry.members("dependencies"))
        if len(open_levels) > _DEEPEST:
            raise LimitExceeded(file.path, f"more than {_DEEPEST} levels of dependencies")


def _entry(installed_as: str, entry: Node, location: Location) -> Iterator[Package | Requirement]:
    name, version = installed_as, entry.text_or_none("version") or ""
    if version.startswith("npm:"):
        name, version = alias_target(version)
    source = ""
    if ":" in version or "/" in version:
        # The entry of what comes from no registry has its URL for a version.
        published = published_archive(version)
        source, (name, version) = version, published or (name, _version_in(version, name))
    purl = npm_purl(name, version)
    if purl is None:
        raise entry.malformed("version", "no package can have this name and version")
    if version:
        yield Package(purl, (location,), location.path, _scope(entry))
    elif source and not source.startswith(("file:", "link:")):
        yield Requirement(purl, without_credentials(source), location, _scope(entry))


def _version_in(url: str, name: str) -> str:
    """Return the version in the URL of an archive ("…/name-1.2.3.tgz"), "" where there is none."""
    archive = url.partition("#")[0].partition("?")[0].rpartition("/")[2].rpartition(":")[2]
    short_name = name.rpartition("/")[2]
    version = _ARCHIVE.fullmatch(archive.removeprefix(short_name)) if archive.startswith(short_name) else None
    return version[1] if version else ""


def _scope(entry: Node) -> Scope:
    if entry.flag("dev"):
        return Scope.DEVELOPMENT
    return Scope.OPTIONAL if entry.flag("optional") else Scope.RUNTIME
