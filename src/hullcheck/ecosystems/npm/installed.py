"""Packages in `node_modules`, which describe themselves in `package.json`.

https://github.com/npm/cli/blob/latest/docs/lib/content/configuring-npm/folders.md
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from hullcheck.ecosystems.npm.licences import licences
from hullcheck.ecosystems.npm.purl import clean_version, npm_purl
from hullcheck.formats.json import read_json
from hullcheck.model.package import Location, Package
from hullcheck.model.source_file import SourceFile

_NODE_MODULES = "node_modules"
# The folder in the archives of npm's packages, in which others unpack them. Yarn has it in its store:
# node_modules/.store/name-npm-1.2.3-0123456789/package.
_PACKED = "package"
_is_in_store = re.compile(rf"(?:.*/)?node_modules/\.store/[^/]+/{_PACKED}", re.DOTALL).fullmatch
# The folder in archives of releases: images of Node.js have Yarn in /opt/yarn-v1.22.19.
_is_release = re.compile(r".+-v?[0-9]+\.[0-9]+\.[0-9]+.*").fullmatch
_release = re.compile(r"-v?[0-9]+\.[0-9]+\.[0-9]+[^/]*$")


def parse_installed(file: SourceFile) -> Iterator[Package]:
    """Yield the package that `file` describes, if it is installed or unpacked there."""
    if not _is_installed(file.directory) and not _is_unpacked(file.directory):
        return
    package = read_json(_as_node_reads(file))
    name, version = package.text_or_none("name"), package.text_or_none("version")
    if not name or not version or not _is_called(file.directory, name, version):
        return
    purl = npm_purl(name.strip(), clean_version(version))
    if purl is not None:
        yield Package(purl, (Location(file.path),), _place(file.directory), licences=licences(package))
    elif npm_purl(name.strip()) is not None:
        raise package.malformed("version", "is no version")
    # Under any other name nobody can publish the package, nor advisories about it.


def _is_installed(directory: str) -> bool:
    """Say whether a package is installed in `directory`: packages carry manifests of tests and parts deeper inside."""
    if _is_in_store(directory):
        return True
    above, _, folder = directory.rpartition("/")
    if folder[:1] in {"", ".", "@"}:
        return False
    above, _, parent = above.rpartition("/")
    return parent == _NODE_MODULES or (parent.startswith("@") and above.rpartition("/")[2] == _NODE_MODULES)


def _is_unpacked(directory: str) -> bool:
    """Say whether the last segment of `directory` is one that archives of packages have."""
    *above, folder = directory.split("/")
    return _NODE_MODULES not in above and (folder == _PACKED or _is_release(folder) is not None)


def _is_called(directory: str, name: str, version: str) -> bool:
    """Say whether `directory` can hold the version of the package: that of a release is called by both."""
    folder = directory.rpartition("/")[2]
    is_release = _is_unpacked(directory) and folder != _PACKED
    return not is_release or folder in {f"{name}-{version}", f"{name}-v{version}"}


def _place(directory: str) -> str:
    """Return the root of the application: what is above the first `node_modules`, or an unpacked archive."""
    above, mark, _ = f"/{directory}".partition(f"/{_NODE_MODULES}/")
    return above.removeprefix("/") if mark else _release.sub("", directory)


def _as_node_reads(file: SourceFile) -> SourceFile:
    """Return `file` with replacement characters where it is not UTF-8: authors of old packages have such names."""
    content = bytes(file.content)
    return file if content.isascii() else replace(file, content=content.decode("utf-8", "replace").encode())
