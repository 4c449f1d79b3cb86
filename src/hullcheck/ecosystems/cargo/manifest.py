"""`Cargo.toml`.

https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html
"""

from collections.abc import Iterator

from hullcheck.ecosystems.cargo.crate import crate_purl
from hullcheck.formats.node import Node
from hullcheck.formats.toml import read_toml
from hullcheck.formats.urls import without_credentials
from hullcheck.model.package import Location, Requirement, Scope
from hullcheck.model.source_file import SourceFile

# What a build needs runs where the product is built: it does not go when development is left out.
_SECTIONS = (
    ("dependencies", Scope.RUNTIME),
    ("build-dependencies", Scope.RUNTIME),
    ("build_dependencies", Scope.RUNTIME),
    ("dev-dependencies", Scope.DEVELOPMENT),
    ("dev_dependencies", Scope.DEVELOPMENT),
)


def parse_manifest(file: SourceFile) -> Iterator[Requirement]:
    """Yield what `file` depends on, exact versions too."""
    manifest = read_toml(file)
    for table, section, scope in _tables(manifest):
        yield from _section(table, section, Location(file.path), scope)


def _tables(manifest: Node) -> Iterator[tuple[Node, str, Scope]]:
    """Yield the tables that hold dependencies, by the table above them and their key there."""
    workspace = manifest.node_or_none("workspace")
    above = [manifest, *(target for _, target in manifest.members("target")), *([workspace] if workspace else [])]
    for table in above:
        for section, scope in _SECTIONS:
            yield table, section, scope


def _section(table: Node, section: str, location: Location, scope: Scope) -> Iterator[Requirement]:
    dependencies = table.node_or_none(section)
    if dependencies is None:
        return
    names = dependencies.keys()
    for name in names:
        if dependencies.is_text(name):
            yield from _requirement(name, dependencies.text(name), location, scope)
        else:
            yield from _detailed(name, dependencies.node(name), location, scope)


def _detailed(name: str, dependency: Node, location: Location, scope: Scope) -> Iterator[Requirement]:
    """Yield the requirement; nothing for crates of the project, and for what the workspace's manifest says."""
    if dependency.flag("workspace") or dependency.has("path"):
        return
    source = without_credentials(dependency.text_or_none("git") or "")
    constraint = dependency.text_or_none("version") or source
    optional = dependency.flag("optional") and scope is Scope.RUNTIME
    real_name = dependency.text_or_none("package") or name
    yield from _requirement(real_name, constraint, location, Scope.OPTIONAL if optional else scope)


def _requirement(name: str, constraint: str, location: Location, scope: Scope) -> Iterator[Requirement]:
    purl = crate_purl(name)
    if purl is not None:
        yield Requirement(purl, constraint.strip(), location, scope)
