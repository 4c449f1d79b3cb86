"""go.mod (go.dev/ref/mod, "go.mod files")."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from hullcheck.ecosystems.golang.modules import STDLIB, is_path, is_version, module_purl, release
from hullcheck.errors import MalformedFile
from hullcheck.formats.text import read_text
from hullcheck.model.package import Location, Package, Requirement, Unread
from hullcheck.model.source_file import SourceFile

_TOKEN = re.compile(
    r"""[ \t\r]*+(?:(?P<comment>//.*)|"(?P<quoted>[^"\n]*)"|`(?P<raw>[^`\n]*)`|(?P<word>[()]|[^ \t\r()"`]++))"""
)
_INDIRECT = re.compile(r"//[ \t]*indirect[ \t]*(?:;.*)?")
# Since Go 1.21 the go line chooses a toolchain, as a requirement chooses a module; before, and without a patch level,
# it is the version of the language.
_CHOOSES_TOOLCHAIN = re.compile(r"1\.(?:2[1-9]|[3-9][0-9])(?:\.[0-9]{1,9}|rc[0-9]{1,9})|[2-9]\.[0-9]{1,9}\.[0-9]{1,9}")
_LANGUAGE = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})")
_ALL_LISTED = (1, 17)


@dataclass(frozen=True, slots=True)
class _Line:
    """The words behind a directive, or of a line in its block."""

    words: tuple[str, ...]
    comment: str
    number: int


@dataclass(frozen=True, slots=True)
class _Module:
    path: str
    version: str
    line: int
    direct: bool = True


@dataclass(slots=True)
class _Directives:
    """What chooses packages; the key of a replacement has no version where it is for all of them."""

    required: list[_Module] = field(default_factory=list)
    replaced: dict[tuple[str, str], _Module] = field(default_factory=dict)
    excluded: set[tuple[str, str]] = field(default_factory=set)
    toolchains: dict[str, _Line] = field(default_factory=dict)


def parse_go_mod(file: SourceFile) -> Iterator[Package | Requirement | Unread]:
    """Yield the modules that `file` requires, in the version or the replacement that it gives them, and the standard
    library of the toolchain that it chooses.

    A module that is replaced by a directory is part of the tree, not a package. Versions that are excluded and those
    that are no versions (branches) are left to be resolved.
    """
    directives = _Directives()
    for directive, line in _lines(file):
        _take(directives, directive, line, file.path)
    yield from _standard_library(directives, file.path)
    yield from _unless_complete(directives, file.path)
    for module in directives.required:
        chosen = directives.replaced.get((module.path, module.version)) or directives.replaced.get((module.path, ""))
        yield from _module(module, chosen or module, directives, file.path)


def _module(module: _Module, chosen: _Module, directives: _Directives, path: str) -> Iterator[Package | Requirement]:
    if not chosen.version:
        return
    if not is_path(chosen.path):
        raise MalformedFile(path, "not the path of a module", place=f"line {chosen.line}")
    if not is_version(chosen.version) or (chosen.path, chosen.version) in directives.excluded:
        yield Requirement(module_purl(chosen.path), chosen.version, Location(path, line=chosen.line))
        return
    lines = dict.fromkeys((module.line, chosen.line))
    locations = tuple(Location(path, line=line) for line in lines)
    yield Package(module_purl(chosen.path, chosen.version), locations, path, direct=module.direct)


def _unless_complete(directives: _Directives, path: str) -> Iterator[Unread]:
    """Yield that there are more modules than those which are listed: since Go 1.17 all are that a build needs.

    See go.dev/ref/mod, "Module graph pruning". A file without go line is one of Go 1.16.
    """
    line = directives.toolchains.get("go")
    version = _LANGUAGE.match(line.words[0]) if line else None
    if directives.required and (version is None or tuple(map(int, version.groups())) < _ALL_LISTED):
        yield Unread(
            Location(path, line=line.number if line else 0),
            "before Go 1.17 such a file lists direct dependencies: what they need in turn is not known",
            "list all of them: `go mod tidy -go=1.17`",
        )


def _standard_library(directives: _Directives, path: str) -> Iterator[Package]:
    """Yield the standard library of the toolchain that is asked for: by its own line, or by the go line."""
    for directive in ("toolchain", "go"):
        line = directives.toolchains.get(directive)
        version = _release(directive, line.words) if line else None
        if line and version:
            yield Package(module_purl(STDLIB, version), (Location(path, line=line.number),), path, direct=True)
            return


def _release(directive: str, words: tuple[str, ...]) -> str | None:
    if directive == "toolchain":
        return release(words[0])
    return words[0] if _CHOOSES_TOOLCHAIN.fullmatch(words[0]) else None


def _take(directives: _Directives, directive: str, line: _Line, path: str) -> None:
    """Add `line` to `directives`, if it is of a directive that matters."""
    match directive, line.words:
        case "require", (name, version):
            direct = not _INDIRECT.fullmatch(line.comment)
            directives.required.append(_Module(name, version, line.number, direct))
        case "replace", (name, "=>", *new) if len(new) in {1, 2}:
            directives.replaced[name, ""] = _replacement(new, line)
        case "replace", (name, version, "=>", *new) if len(new) in {1, 2}:
            directives.replaced[name, version] = _replacement(new, line)
        case "exclude", (name, version):
            directives.excluded.add((name, version))
        case "go" | "toolchain", (_,):
            directives.toolchains[directive] = line
        case "require" | "replace" | "exclude" | "go" | "toolchain", _:
            raise MalformedFile(path, f"not a {directive} directive", place=f"line {line.number}")


def _replacement(words: list[str], line: _Line) -> _Module:
    """Return the module that takes another's place, without a version where it is a directory."""
    return _Module(words[0], words[1] if len(words) > 1 else "", line.number)


def _lines(file: SourceFile) -> Iterator[tuple[str, _Line]]:
    """Yield each line with its directive, which for lines of a block stands in front of the block."""
    block = ""
    for number, text in enumerate(read_text(file).split("\n"), 1):
        words, comment = _words(text, file.path, number)
        if block and words == [")"]:
            block = ""
        elif block and words:
            yield block, _Line(tuple(words), comment, number)
        elif words[1:] == ["("]:
            block = words[0]
        elif words:
            yield words[0], _Line(tuple(words[1:]), comment, number)
    if block:
        raise MalformedFile(file.path, f"the block {block!r} does not end")


def _words(text: str, path: str, number: int) -> tuple[list[str], str]:
    """Return the words of a line and the comment behind them."""
    words: list[str] = []
    position = 0
    text = text.rstrip()
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise MalformedFile(path, "a text that does not end", place=f"line {number}")
        if token["comment"]:
            return words, token["comment"]
        words.append(token[token.lastgroup or "word"])
        position = token.end()
    return words, ""
