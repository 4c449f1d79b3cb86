"""`package.json` of a source tree.

https://github.com/npm/cli/blob/latest/docs/lib/content/configuring-npm/package-json.md#dependencies
"""

from collections.abc import Iterator

from hullcheck.ecosystems.npm.purl import alias_target, npm_purl, published_archive
from hullcheck.formats.json import read_json
from hullcheck.formats.lines import LineFinder
from hullcheck.formats.node import Node
from hullcheck.formats.urls import without_credentials
from hullcheck.model.package import Location, Requirement, Scope
from hullcheck.model.source_file import SourceFile

_PEERS = "peerDependencies"
# Where a package stands in several, npm takes the last. Peers are what whoever uses the package brings along, but npm
# installs them, too, for a project of its own.
_SECTIONS = (
    ("dependencies", Scope.RUNTIME),
    ("devDependencies", Scope.DEVELOPMENT),
    ("optionalDependencies", Scope.OPTIONAL),
    (_PEERS, Scope.RUNTIME),
)
# What is not published under the name that the manifest gives it: folders and archives.
_LOCAL = ("file:", "link:", "portal:", "workspace:", "./", "../", "~/", "/")
_ARCHIVES = (".tgz", ".tar.gz", ".tar")


def parse_manifest(file: SourceFile) -> Iterator[Requirement]:
    """Yield what `file` depends on, exact versions too."""
    if "node_modules" in file.directory.split("/"):
        return
    manifest = read_json(file)
    optional = frozenset(name for name, _ in manifest.text_members("optionalDependencies"))
    left_out = {"dependencies": optional, _PEERS: frozenset(_other_peers(manifest))}
    for section, scope in _SECTIONS:
        for name, range_, line in _entries(file, manifest, section):
            if name not in left_out.get(section, frozenset()):
                location = Location(file.path, line=line)
                yield from _requirement(name, range_, location, scope, certain=section != _PEERS)


def _other_peers(manifest: Node) -> Iterator[str]:
    """Yield the peers that npm does not install, and those that are dependencies as well."""
    for section, _ in _SECTIONS:
        if section != _PEERS:
            yield from (name for name, _ in manifest.text_members(section))
    meta = manifest.node("peerDependenciesMeta") if manifest.is_node("peerDependenciesMeta") else None
    if meta is not None:
        yield from (name for name in meta.keys() if meta.is_node(name) and meta.node(name).flag("optional"))  # noqa: SIM118


def _entries(file: SourceFile, manifest: Node, section: str) -> Iterator[tuple[str, str, int]]:
    """Yield name, specification and line of the dependencies in `section`."""
    lines = LineFinder(file)
    lines.line_of(f'"{section}"')
    for name, specification in manifest.text_members(section):
        yield name, specification.strip(), lines.line_of(f'"{name}"')


def _requirement(
    name: str, specification: str, location: Location, scope: Scope, *, certain: bool
) -> Iterator[Requirement]:
    """Yield the requirement; nothing for folders of the tree, and for names, such as "//", that no package can have."""
    if specification.startswith(_LOCAL) and not specification.endswith(_ARCHIVES):
        return
    if specification.startswith("npm:"):
        name, specification = alias_target(specification)
    name, specification = published_archive(specification) or (name, specification)
    purl = npm_purl(name)
    if purl is not None:
        yield Requirement(purl, without_credentials(specification), location, scope, certain)
