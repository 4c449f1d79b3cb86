"""The database of installed packages: apk-package(5), and for the files src/database.c of apk-tools."""

import re
from collections.abc import Iterator

from packageurl import PackageURL

from hullcheck.errors import MalformedFile
from hullcheck.formats.blocks import Block, read_blocks
from hullcheck.model.package import Location, OwnedFiles, Package
from hullcheck.model.source_file import SourceFile

_LINE = re.compile(rb"([A-Za-z]):(.*)", re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9.+_-]+")
_VERSION = re.compile(r"[!-~]+")
_FIELDS = frozenset("PVAoL")

# As much of a bad value as an error shows.
_SHOWN = 60


def parse_installed(file: SourceFile) -> Iterator[Package | OwnedFiles]:
    """Yield the packages of `file`, and the files of each."""
    here = (Location(file.path),)
    yield from read_blocks(file, lambda block: _package(block, here))


def _package(block: Block, here: tuple[Location, ...]) -> Iterator[Package | OwnedFiles]:
    fields, paths = _read(block)
    name = _checked(block, fields, "P", _NAME)
    version = _checked(block, fields, "V", _VERSION)
    if name.startswith("."):
        # Names for a set of packages that `apk add --virtual` makes up: nobody publishes advisories about them.
        return
    qualifiers = {"arch": fields.get("A", ""), "upstream": fields.get("o", "")}
    licences = tuple(filter(None, (fields.get("L"),)))
    yield Package(PackageURL("apk", None, name, version, qualifiers), here, licences=licences)
    if paths:
        yield OwnedFiles(f"pkg:apk/{name.lower()}", frozenset(paths))


def _read(block: Block) -> tuple[dict[str, str], set[str]]:
    """Return the fields that are used, and the files: a directory (F) stands before the names (R) in it."""
    fields: dict[str, str] = {}
    paths: set[str] = set()
    directory = ""
    for number, line in enumerate(block.lines, block.line):
        entry = _LINE.fullmatch(line)
        if entry is None:
            raise block.malformed(number, "not a letter, a colon and a value")
        letter, value = entry[1].decode("ascii"), entry[2]
        if letter == "F":
            directory = value.decode("utf-8", "surrogateescape")
        elif letter == "R":
            name = value.decode("utf-8", "surrogateescape")
            paths.add(f"{directory}/{name}" if directory else name)
        elif letter in _FIELDS:
            fields[letter] = value.strip().decode("utf-8", "replace")
    return fields, paths


def _checked(block: Block, fields: dict[str, str], letter: str, pattern: re.Pattern[str]) -> str:
    value = fields.get(letter)
    if value is None or not pattern.fullmatch(value):
        problem = (
            f"no {letter}" if value is None else f"{letter}: {value[:_SHOWN]!r} has characters that it must not have"
        )
        raise MalformedFile(block.path, f"package with {problem}", place=f"line {block.line}")
    return value
