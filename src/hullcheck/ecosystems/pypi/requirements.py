"""Requirements files of pip.

https://pip.pypa.io/en/stable/reference/requirements-file-format/
"""

import posixpath
import re
from collections.abc import Iterator

from hullcheck.ecosystems.pypi.specifier import found, is_path, read_specifier
from hullcheck.errors import MalformedFile
from hullcheck.formats.text import read_text
from hullcheck.formats.urls import without_credentials
from hullcheck.model.package import Location, Package, Requirement, Scope, Unread
from hullcheck.model.source_file import Pattern, SourceFile, Wants

WANTS = Wants(
    patterns=frozenset(
        {
            Pattern(".txt", begin="requirements"),
            Pattern(".txt", begin="Requirements"),
            Pattern(".txt", begin="REQUIREMENTS"),
            Pattern("requirements.txt"),
            Pattern(".txt", parent="requirements"),
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


def parse_requirements(file: SourceFile) -> Iterator[Package | Requirement | Unread]:
    """Yield what `file` pins or requires. Lines of which no package can be told are an error at its end.

    Files that it includes are found on their own, if their names tell what they are.
    """
    if file.name.lower().startswith("constraint"):
        # It restricts what others require, and requires nothing.
        return
    scope, unclear = scope_of(file.path), list[int]()
    for number, line in _logical_lines(read_text(file, errors="replace")):
        location = Location(file.path, line=number)
        included = _included(file, line)
        if included is not None:
            yield from _unless_found(included, location)
            continue
        text = _required(line)
        specifier = read_specifier(text) if text else None
        if specifier is not None:
            yield from found(specifier, location, scope)
        elif text and not _is_local(text):
            unclear.append(number)
    if unclear:
        raise MalformedFile(file.path, "no package can be told", place=_place(unclear))


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
    if "://" in included or included.startswith(("/", "../")) or not WANTS.selects(included):
        yield Unread(
            location,
            f"line {location.line} includes {without_credentials(included)}, which is not read: "
            "it lies elsewhere, or its name does not tell what it is",
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
