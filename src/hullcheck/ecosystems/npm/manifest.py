"""`package.json` of a source tree.

https://github.com/npm/cli/blob/latest/docs/lib/content/configuring-npm/package-json.md#dependencies
"""

from collections.abc import Iterator

from hullcheck.ecosystems.npm.purl import alias_target, npm_purl
from hullcheck.formats.json import read_json
from hullcheck.formats.lines import LineFinder
from hullcheck.formats.node import Node
from hullcheck.formats.urls import without_credentials
from hullcheck.model.package import Location, Requirement, Scope
from hullcheck.model.source_file import SourceFile

# Where a package stands in several, npm takes the last.
_SECTIONS = (
    ("dependencies", Scope.RUNTIME),
    ("devDependencies", Scope.DEVELOPMENT),
    ("optionalDependencies", Scope.OPTIONAL),
)
# What is not published under the name that the manifest gives it.
_LOCAL = ("file:", "link:", "portal:", "workspace:", "./", "../", "~/", "/")


def parse_manifest(file: SourceFile) -> Iterator[Requirement]:
    """Yield what `file` depends on, exact versions too."""
    if "node_modules" in file.directory.split("/"):
        return
    manifest = read_json(file)
    optional = frozenset(name for name, _ in manifest.text_members("optionalDependencies"))
    for section, scope in _SECTIONS:
        for name, range_, line in _entries(file, manifest, section):
            if section == "dependencies" and name in optional:
                continue
            yield from _requirement(name, range_, Location(file.path, line=line), scope)


def _entries(file: SourceFile, manifest: Node, section: str) -> Iterator[tuple[str, str, int]]:
    """Yield name, specification and line of the dependencies in `section`."""
    lines = LineFinder(file)
    lines.line_of(f'"{section}"')
    for name, specification in manifest.text_members(section):
        yield name, specification.strip(), lines.line_of(f'"{name}"')


def _requirement(name: str, specification: str, location: Location, scope: Scope) -> Iterator[Requirement]:
    """Yield the requirement; nothing for what is local, and for names, such as "//", that no package can have."""
    if specification.startswith(_LOCAL):
        return
    if specification.startswith("npm:"):
        name, specification = alias_target(specification)
    purl = npm_purl(name)
    if purl is not None:
        yield Requirement(purl, without_credentials(specification), location, scope)
