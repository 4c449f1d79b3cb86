"""`Cargo.lock` of versions 1 to 4.

https://doc.rust-lang.org/cargo/reference/resolver.html and cargo's own reader, `src/cargo/core/resolver/encode.rs`: the
versions differ in how they write dependencies and checksums.
"""

from collections.abc import Iterator

from hullcheck.ecosystems.cargo.crate import crate_purl
from hullcheck.formats.lines import LineFinder
from hullcheck.formats.node import Node
from hullcheck.formats.toml import read_toml
from hullcheck.model.package import Location, Package, Settled, Unread
from hullcheck.model.source_file import SourceFile

_NEWEST = 4


def parse_lockfile(file: SourceFile) -> Iterator[Package | Settled | Unread]:
    """Yield the crates that `file` pins, and what it tells the members of its workspace, which lie below it."""
    lock = read_toml(file)
    version = lock.integer_or_none("version") or 1
    if version > _NEWEST:
        yield Unread(Location(file.path), f"lock file of version {version}, which is not known")
        return
    crates = tuple(lock.nodes("package"))
    yield Settled(file.path, "cargo", file.directory, frozenset(_names(crates)), below=True)
    direct = _direct(lock, crates)
    lines = LineFinder(file)
    for crate in crates:
        name, crate_version = crate.text("name"), crate.text("version")
        location = Location(file.path, line=lines.line_of(f'name = "{name}"'))
        # Members of the workspace have no source: nobody publishes advisories about them under this name.
        if crate.text_or_none("source") is None:
            continue
        purl = crate_purl(name, crate_version)
        if purl is None:
            raise crate.malformed("version", "no crate can have this name and version")
        is_direct = None if direct is None else bool(direct & {name, f"{name} {crate_version}"})
        yield Package(purl, (location,), file.path, direct=is_direct)


def _names(crates: tuple[Node, ...]) -> Iterator[str]:
    purls = (crate_purl(crate.text("name")) for crate in crates)
    yield from (purl.name for purl in purls if purl is not None)


def _direct(lock: Node, crates: tuple[Node, ...]) -> frozenset[str] | None:
    """Return what the members of the workspace depend on, None where the file names no member.

    An entry is "name", "name version" where the lock file has several, or in version 1 "name version (source)".
    """
    root = lock.node_or_none("root")
    members = [crate for crate in crates if crate.text_or_none("source") is None] + ([root] if root else [])
    if not members:
        return None
    entries = (entry.split(" ", 2) for member in members for entry in member.texts("dependencies"))
    return frozenset(" ".join(words[:2]) for words in entries)
