"""Which files packages of the operating system installed."""

from collections.abc import Iterable, Iterator, Sequence

from hullcheck.inventory.merge import Visible
from hullcheck.inventory.operating_system import belongs_to_system
from hullcheck.model.package import OwnedFiles, Package, ThirdParty

# Directories at the root that are links into /usr on most systems, whose lists name the same file in both ways.
_LINKED = ("bin/", "lib/", "lib32/", "lib64/", "libx32/", "sbin/")


def file_of(path: str) -> str:
    """Return the file of the target that holds `path`: the outermost archive."""
    return path.partition("!/")[0]


def owned_files(files: Iterable[str], visible: Sequence[Visible], packages: Iterable[Package]) -> frozenset[str]:
    """Return those of `files` that belong to a package of the operating system among `packages`.

    A list whose package is not there owns nothing: the package database was deleted, and nobody else would look at what
    is in those files. Nor does it own what a layer above the list's has written in the place of the package's file.
    Of what is in the packages of others, the distribution's advisories tell nothing.
    """
    installed = {
        f"pkg:{package.purl.type}/{package.purl.name}" for package in packages if belongs_to_system(package.purl)
    }
    owners = installed - {
        found.owner for seen in visible for found in seen.reading.found if isinstance(found, ThirdParty)
    }
    spellings = {spelling: file for file in files for spelling in _spellings(file)}
    levels = {seen.reading.path: seen.level for seen in visible}
    wanted = frozenset(spellings)
    return frozenset(
        spellings[path]
        for seen in visible
        for found in seen.reading.found
        if isinstance(found, OwnedFiles) and found.owner in owners
        for path in found.paths & wanted
        if levels.get(spellings[path], 0) <= seen.level
    )


def _spellings(file: str) -> Iterator[str]:
    yield file
    if file.startswith(_LINKED):
        yield f"usr/{file}"
    elif file.startswith("usr/") and file.removeprefix("usr/").startswith(_LINKED):
        yield file.removeprefix("usr/")
