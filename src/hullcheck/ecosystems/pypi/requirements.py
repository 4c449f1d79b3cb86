"""Requirements files of pip.

https://pip.pypa.io/en/stable/reference/requirements-file-format/
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace

from hullcheck.ecosystems.pypi.compiled import SOURCE, settled
from hullcheck.ecosystems.pypi.names import advisory_name
from hullcheck.ecosystems.pypi.specifier import Specifier, found, is_path, is_url, read_specifier
from hullcheck.errors import MalformedFile
from hullcheck.formats.text import read_text
from hullcheck.formats.urls import without_credentials
from hullcheck.model.package import Location, Package, Requirement, Scope, Settled, Unread
from hullcheck.model.source_file import Pattern, SourceFile, Wants

WANTS = Wants(
    patterns=frozenset(
        {
            Pattern(".txt", begin="requirements"),
            Pattern(".txt", begin="Requirements"),
            Pattern(".txt", begin="REQUIREMENTS"),
            Pattern("requirements.txt"),
            Pattern(".txt", within="requirements"),
            # What pip-tools and uv compile them from.
            Pattern(".in", begin="requirements"),
            Pattern("requirements.in"),
            Pattern(".in", within="requirements"),
            # rye and others name them so.
            Pattern(".lock", begin="requirements"),
            Pattern(".pip", begin="requirements"),
        }
    )
)

_SCOPES = {
    Scope.DEVELOPMENT: frozenset(
        {"ci", "dev", "devel", "develop", "development", "doc", "docs", "lint", "linting", "typing"}
    ),
    Scope.TEST: frozenset({"test", "tests", "testing"}),
}
_words = re.compile(r"[a-z]+").findall
_comment = re.compile(r"(?:^|(?<=\s))#.*", re.DOTALL).sub
_option = re.compile(r"(--?[A-Za-z][A-Za-z-]*)(?:\s*=\s*|\s+)?(.*)", re.DOTALL).match
_short_option = re.compile(r"(-[rce])\s*=?\s*(.*)", re.DOTALL).match
_options_behind = re.compile(r"\s--?[A-Za-z]")
_LISTED_LINES = 5

Line = tuple[int, str]


def parse_requirements(file: SourceFile) -> Iterator[Package | Requirement | Settled | Unread]:
    """Yield what `file` pins or requires, and what it settles of the file that it was compiled from. Lines of which no
    package can be told are an error at its end.

    Files that it includes are found on their own, if their names tell what they are.
    """
    text = read_text(file, errors="replace")
    if file.name.lower().startswith("constraint") or _belongs_to_helm(file, text):
        # The former restricts what others require, and requires nothing.
        return
    lines = _Lines(tuple(_logical_lines(text)), scope_of(file.path))
    pinned: list[Package] = []
    for item in lines.required(file):
        if isinstance(item, Package):
            pinned.append(item)
        yield item
    if pinned:
        yield from settled(file, text, frozenset(map(advisory_name, (package.purl for package in pinned))))
    if lines.unnamed:
        reason = f"{_place(lines.unnamed)}: an address that does not tell which package is there"
        yield Unread(Location(file.path), reason, "put its name in front: `name @ https://...`")
    if lines.unclear and not _is_prose(file, lines):
        raise MalformedFile(file.path, "no package can be told", place=_place(lines.unclear))


class _Lines:
    """The lines of a file, and which of them tell no package, for an address does not tell it or for another reason."""

    def __init__(self, lines: tuple[Line, ...], scope: Scope) -> None:
        self.all = lines
        self.unnamed: list[int] = []
        self.unclear: list[int] = []
        self._scope = scope

    def required(self, file: SourceFile) -> Iterator[Package | Requirement | Unread]:
        for number, line in self.all:
            location = Location(file.path, line=number)
            included = _included(file, line)
            if included is not None:
                yield from _unless_found(included, location)
                continue
            text = _required(line)
            specifier = read_specifier(text) if text else None
            if specifier is not None:
                yield from found(_as_declared(specifier, file), location, self._scope)
            elif text and not _is_local(text):
                (self.unnamed if is_url(text) else self.unclear).append(number)


def _as_declared(specifier: Specifier, file: SourceFile) -> Specifier:
    """Return `specifier`, of what others are compiled from as a constraint: they repeat it."""
    return replace(specifier, version="") if file.name.endswith(SOURCE) else specifier


def _is_prose(file: SourceFile, lines: _Lines) -> bool:
    """Say whether `file` is some text that lies far below a directory "requirements"."""
    near = file.path.lower().split("/")[-2:]
    return len(lines.unclear) == len(lines.all) and not any("requirements" in segment for segment in near)


def _belongs_to_helm(file: SourceFile, text: str) -> bool:
    """Say whether `file` is a lock file of Helm 2, which has the name of one of rye."""
    return file.name.endswith(".lock") and text.lstrip().startswith("dependencies:")


def scope_of(path: str) -> Scope:
    """Return what the packages are needed for, as the name of the file and of its directory tell."""
    directory, _, name = path.lower().rpartition("/")
    words = {*_words(name.rpartition(".")[0]), directory.rpartition("/")[2]}
    return next((scope for scope, names in _SCOPES.items() if words & names), Scope.RUNTIME)


def _logical_lines(text: str) -> Iterator[Line]:
    """Yield the lines that are not empty, without comments, with their continuations, and where they begin."""
    for number, line in _joined(text.splitlines()):
        content = _comment("", line).strip()
        if content:
            yield number, content


def _joined(lines: list[str]) -> Iterator[Line]:
    start, parts = 0, list[str]()
    for number, line in enumerate(lines, start=1):
        is_comment = line.lstrip().startswith("#")
        start = start or number
        # As in pip, a comment ends the line that was to be continued by it.
        parts.append(f" {line}" if is_comment else line.rstrip("\\"))
        if is_comment or not line.endswith("\\"):
            yield start, "".join(parts)
            start, parts = 0, []
    if parts:
        yield start, "".join(parts)


def _included(file: SourceFile, line: str) -> str | None:
    """Return the path of the requirements file that `line` includes, None where it includes none."""
    option = _split_option(line)
    if option is None or option[0] not in {"-r", "--requirement"}:
        return None
    if "://" in option[1]:
        return option[1]
    return posixpath.normpath(posixpath.join(file.directory, option[1].replace("\\", "/")))


def _unless_found(included: str, location: Location) -> Iterator[Unread]:
    if "://" in included or included.startswith(("/", "../")):
        reason = f"line {location.line} includes {without_credentials(included)}, which lies elsewhere"
        yield Unread(location, f"{reason} and is not read", "bring it into the tree")
    else:
        yield from unless_wanted(included)


def unless_wanted(path: str) -> Iterator[Unread]:
    """Yield that the file at `path`, which another one includes, is not read for its name."""
    if not WANTS.selects(path):
        yield Unread(
            Location(path),
            "other files include it as one of requirements, and its name does not tell that it is one",
            "give it a name that begins with requirements and ends in .txt",
        )


def _required(line: str) -> str:
    """Return the dependency in `line`, "" for options that name none."""
    option = _split_option(line)
    if option is not None:
        return option[1] if option[0] in {"-e", "--editable"} else ""
    return _options_behind.split(line, maxsplit=1)[0].strip()


def _split_option(line: str) -> tuple[str, str] | None:
    """Return the name and the value of the option that `line` is."""
    option = (_short_option(line) if not line.startswith("--") else None) or _option(line)
    return (option[1], option[2].strip().strip("\"'")) if option else None


def _is_local(text: str) -> bool:
    """Say whether `text` is a folder of the project, or an archive that lies in it."""
    return text.startswith("file:") or (is_path(text) and "://" not in text)


def _place(lines: list[int]) -> str:
    listed = ", ".join(map(str, lines[:_LISTED_LINES]))
    more = f" and {len(lines) - _LISTED_LINES} more" if len(lines) > _LISTED_LINES else ""
    return f"line{'s' if len(lines) > 1 else ''} {listed}{more}"
