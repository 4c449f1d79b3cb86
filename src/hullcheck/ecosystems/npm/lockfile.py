"""`package-lock.json` and `npm-shrinkwrap.json` of all versions.

https://github.com/npm/cli/blob/latest/docs/lib/content/configuring-npm/package-lock-json.md
"""

from collections.abc import Iterator

from hullcheck.ecosystems.npm.flat import parse_packages
from hullcheck.ecosystems.npm.nested import parse_dependencies
from hullcheck.formats.json import read_json
from hullcheck.model.package import Location, Package, Requirement, Settled, Unread
from hullcheck.model.source_file import SourceFile

_NEWEST = 3


def parse_lockfile(file: SourceFile) -> Iterator[Package | Requirement | Settled | Unread]:
    """Yield the packages that `file` pins.

    Version 1 nests `dependencies`, version 3 lists `packages` by folder, and version 2 has both.
    """
    if "node_modules" in file.directory.split("/"):
        # What an installed package was developed with; nobody installs it.
        return
    lock = read_json(file)
    version = lock.integer_or_none("lockfileVersion") or 1
    if version > _NEWEST:
        yield Unread(Location(file.path), f"lock file of version {version}, which is not known")
    elif lock.has("packages"):
        yield from parse_packages(file, lock)
    else:
        yield from parse_dependencies(file, lock)
