"""Packages in `node_modules`, which describe themselves in `package.json`.

https://github.com/npm/cli/blob/latest/docs/lib/content/configuring-npm/folders.md
"""

from collections.abc import Iterator
from dataclasses import replace

from hullcheck.ecosystems.npm.licences import licences
from hullcheck.ecosystems.npm.purl import clean_version, npm_purl
from hullcheck.formats.json import read_json
from hullcheck.model.package import Location, Package
from hullcheck.model.source_file import SourceFile


def parse_installed(file: SourceFile) -> Iterator[Package]:
    """Yield the package that `file` describes, if it is installed there."""
    if not _is_installed(file.directory):
        return
    package = read_json(_as_node_reads(file))
    name, version = package.text_or_none("name"), package.text_or_none("version")
    if not name or not version:
        return
    purl = npm_purl(name.strip(), clean_version(version))
    if purl is not None:
        yield Package(purl, (Location(file.path),), _place(file.path), licences=licences(package))
    elif npm_purl(name.strip()) is not None:
        raise package.malformed("version", "is no version")
    # Under any other name nobody can publish the package, nor advisories about it.


def _is_installed(directory: str) -> bool:
    """Say whether a package is installed in `directory`: packages carry manifests of tests and parts deeper inside."""
    above, _, folder = directory.rpartition("/")
    if folder[:1] in {"", ".", "@"}:
        return False
    above, _, parent = above.rpartition("/")
    return parent == "node_modules" or (parent.startswith("@") and above.rpartition("/")[2] == "node_modules")


def _place(path: str) -> str:
    """Return the root of the application: what is above the first `node_modules`."""
    return "" if path.startswith("node_modules/") else path.partition("/node_modules/")[0]


def _as_node_reads(file: SourceFile) -> SourceFile:
    """Return `file` with replacement characters where it is not UTF-8: authors of old packages have such names."""
    content = bytes(file.content)
    return file if content.isascii() else replace(file, content=content.decode("utf-8", "replace").encode())
