"""The files of installed packages. dpkg-query(1), "--listfiles"; deb-md5sums(5)."""

import re
from collections.abc import Iterator

from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.model.package import OwnedFiles
from hullcheck.model.source_file import SourceFile

# The largest lists of Debian have 50,000 files and 5 MB.
LARGEST_LIST = 16 * 1024 * 1024

_SUM = re.compile(r"[0-9a-f]{32} [ *](?:\./)?(.+)")


def parse_list(file: SourceFile) -> Iterator[OwnedFiles]:
    """Yield the files and directories of `info/<package>[:<architecture>].list`."""
    paths = set()
    for number, line in _lines(file):
        if not line.startswith("/"):
            raise MalformedFile(file.path, "not an absolute path", place=f"line {number}")
        paths.add(line[1:])
    paths.discard(".")
    yield from _owned(file.name.removesuffix(".list").partition(":")[0], paths)


def parse_sums(file: SourceFile) -> Iterator[OwnedFiles]:
    """Yield the files of `status.d/<package>.md5sums`."""
    paths = set()
    for number, line in _lines(file):
        entry = _SUM.fullmatch(line)
        if entry is None:
            raise MalformedFile(file.path, "not a checksum and a path", place=f"line {number}")
        paths.add(entry[1])
    yield from _owned(file.name.removesuffix(".md5sums"), paths)


def _owned(package: str, paths: set[str]) -> Iterator[OwnedFiles]:
    if paths:
        yield OwnedFiles(f"pkg:deb/{package}", frozenset(paths))


def _lines(file: SourceFile) -> Iterator[tuple[int, str]]:
    if len(file.content) > LARGEST_LIST:
        raise LimitExceeded(file.path, f"larger than {LARGEST_LIST} bytes")
    # Names of files are bytes: those that are not UTF-8 keep their identity.
    text = bytes(file.content).decode("utf-8", "surrogateescape")
    return ((number, line) for number, line in enumerate(text.split("\n"), 1) if line)
