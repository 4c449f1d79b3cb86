"""A dependency as it is written in requirements files and `pyproject.toml`.

https://packaging.python.org/en/latest/specifications/dependency-specifiers/ and what pip takes beyond that:
https://pip.pypa.io/en/stable/reference/requirement-specifiers/
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from hullcheck.ecosystems.pypi.names import NAME, normalised, pypi_purl
from hullcheck.formats.urls import without_credentials
from hullcheck.model.package import Location, Package, Requirement, Scope

_start = re.compile(rf"({NAME})\s*(?:\[[^\]]*\])?\s*").match
_clause = re.compile(r"\s*(===|~=|==|!=|<=|>=|<|>)\s*([^\s,;()<>=~]+)\s*").fullmatch
is_url = re.compile(r"(?:git|hg|bzr|svn)\+|[A-Za-z][A-Za-z0-9+.-]*://|file:").match
_blanks = re.compile(r"\s+").sub
_egg = re.compile(rf"[#&]egg=({NAME})").search
_sdist = re.compile(rf"({NAME})-([0-9][A-Za-z0-9.+!_]*)(?:\.tar\.(?:gz|bz2|xz)|\.tgz|\.zip)").fullmatch
# A wheel's name has five parts, or six with a build number:
# https://packaging.python.org/en/latest/specifications/binary-distribution-format/#file-name-convention
_WHEEL_PARTS = (5, 6)


@dataclass(frozen=True, slots=True)
class Specifier:
    """A dependency: `version` is the one that it is pinned to, "" where `constraint` leaves a choice or names a URL."""

    name: str
    version: str = ""
    constraint: str = ""


def read_specifier(text: str) -> Specifier | None:
    """Return the dependency that `text` names, None where no name can be told.

    Extras and environment markers do not count: a pin for some environments is a pin.
    """
    if is_url(text) or is_path(text):
        return _from_url(text.partition(" ;")[0].strip())
    start = _start(text)
    if start is None:
        return None
    name, rest = start[1], text[start.end() :]
    if rest.startswith("@"):
        return _from_url(rest[1:].partition(" ;")[0].strip(), name)
    return _from_clauses(name, rest.partition(";")[0].strip())


def is_path(text: str) -> bool:
    """Say whether `text` is a path of the file system, as pip decides it."""
    first = re.split(r"[\s;@\[]", text, maxsplit=1)[0]
    return text.startswith(".") or "/" in first or "\\" in first or first.endswith((".whl", ".tar.gz", ".zip"))


def found(specifier: Specifier, location: Location, scope: Scope) -> Iterator[Package | Requirement]:
    """Yield the package that `specifier` pins, or the requirement that it is."""
    purl = pypi_purl(specifier.name, specifier.version)
    if purl is not None and specifier.version:
        yield Package(purl, (location,), location.path, scope)
    elif purl is not None:
        yield Requirement(purl, specifier.constraint, location, scope)


def _from_clauses(name: str, text: str) -> Specifier | None:
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    clauses = [_clause(clause) for clause in text.split(",") if clause.strip()]
    pins = set()
    for clause in clauses:
        if clause is None:
            return None
        operator, version = clause.groups()
        if operator in {"==", "==="} and not version.endswith(".*") and "$" not in version:
            pins.add(version.removeprefix("v"))
    pin = pins.pop() if len(pins) == 1 else ""
    return Specifier(name, pin, _blanks("", text)) if pypi_purl(name, pin) is not None else None


def _from_url(url: str, name: str = "") -> Specifier | None:
    """Return what is known of the package at `url`: an archive has name and version in its own name."""
    path = url.partition("#")[0].partition("?")[0].replace("\\", "/")
    archive = _from_archive(unquote(path.rpartition("/")[2]))
    if archive is not None and normalised(archive.name) == normalised(name or archive.name):
        return archive
    egg = _egg(url)
    name = name or (egg[1] if egg else "")
    return Specifier(name, "", without_credentials(url)) if name else None


def _from_archive(file_name: str) -> Specifier | None:
    if file_name.endswith(".whl"):
        parts = file_name.split("-")
        is_wheel = len(parts) in _WHEEL_PARTS and parts[1] and pypi_purl(parts[0], parts[1]) is not None
        return Specifier(parts[0], parts[1], f"=={parts[1]}") if is_wheel else None
    sdist = _sdist(file_name)
    return Specifier(sdist[1], sdist[2], f"=={sdist[2]}") if sdist else None
