"""Installed packages, which describe themselves in `*.dist-info/METADATA` or, older, in `*.egg-info` and `*.egg`.

https://packaging.python.org/en/latest/specifications/core-metadata/ and
https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html
"""

import re
from collections.abc import Iterator, Mapping

from hullcheck.ecosystems.pypi.names import pypi_purl
from hullcheck.errors import MalformedFile
from hullcheck.formats.zip import Archive
from hullcheck.model.package import Location, Package
from hullcheck.model.source_file import SourceFile

# Other characters that end lines for `str.splitlines` are part of texts: licences have form feeds.
_lines = re.compile(r"\r\n?|\n").split
_END = re.compile(rb"\r?\n\r?\n")
_LONGEST_LICENCE = 100
_LONGEST_METADATA = 2**22
_ZIP = b"PK\x03\x04"
_IN_EGG = b"EGG-INFO/PKG-INFO"
_TESTS = re.compile(r"(?:^|/)(?:(?:dist|site)-packages|python[23](?:\.[0-9]+t?)?)/(?:.*/)?tests?/", re.DOTALL)
_CLASSIFIER = "License :: "
_Headers = Mapping[str, list[str]]


def parse_installed(file: SourceFile) -> Iterator[Package]:
    """Yield the package that `file` describes, if it is installed there."""
    folder = _folder(file)
    # pip renames what it is about to remove to "~name", and leaves it when it is interrupted.
    if not folder or folder.rpartition("/")[2].startswith("~") or _is_test_data(folder):
        return
    yield _package(file, folder)


def parse_egg(file: SourceFile) -> Iterator[Package]:
    """Yield the package that `file` is, if it is an archive of one."""
    if file.content[: len(_ZIP)] != _ZIP or _is_test_data(file.path):
        return
    archive = Archive(file.path, file.content)
    metadata = next((member for member in archive.members((_IN_EGG.lower(),)) if member.name == _IN_EGG.decode()), None)
    if metadata is None:
        raise MalformedFile(file.path, f"no {_IN_EGG.decode()} in it")
    content = archive.read(metadata, _LONGEST_METADATA)
    yield _package(SourceFile(f"{file.path}!/{metadata.name}", content), file.path)


def _package(file: SourceFile, folder: str) -> Package:
    headers = _headers(file)
    name, version = _first(headers, "name"), _first(headers, "version")
    purl = pypi_purl(name, version)
    if purl is None or not version:
        missing = "Version" if purl is not None else "Name"
        raise MalformedFile(file.path, f"no usable header {missing}")
    return Package(purl, (Location(file.path),), folder.rpartition("/")[0], licences=_licences(headers))


def _is_test_data(path: str) -> bool:
    """Say whether `path` lies in the tests of Python or of an installed package, which can hold small packages:
    setuptools, for one, brings some along.
    """
    return _TESTS.search(path) is not None


def _folder(file: SourceFile) -> str:
    """Return the folder, or the single file, that stands for the package in `site-packages`; "" for other files."""
    if file.name == "METADATA":
        return file.directory if file.directory.endswith(".dist-info") else ""
    if file.name != "PKG-INFO":
        return file.path if file.name.endswith(".egg-info") else ""
    if file.directory.endswith(".egg/EGG-INFO"):
        return file.directory.removesuffix("/EGG-INFO")
    return file.directory if file.directory.endswith(".egg-info") else ""


def _headers(file: SourceFile) -> _Headers:
    """Return the headers by lower-case name, long ones in one line; behind the empty line follows the description."""
    content = file.content
    end = _END.search(content)
    block = bytes(content[: end.start()] if end else content)
    headers: dict[str, list[str]] = {}
    values: list[str] = []
    # Authors of old packages have names in other encodings.
    for line in _lines(block.decode("utf-8", "replace")):
        name, colon, value = line.partition(":")
        if line[:1] in {" ", "\t"} and values:
            values[-1] += f"\n{line.strip()}"
        elif colon:
            values = headers.setdefault(name.strip().lower(), [])
            values.append(value.strip())
    return headers


def _first(headers: _Headers, name: str) -> str:
    return next(iter(headers.get(name, ())), "")


def _licences(headers: _Headers) -> tuple[str, ...]:
    """Return the licence: the expression, a short text (many put all of the licence there), or the classifiers."""
    for name in ("license-expression", "license"):
        licence = _first(headers, name)
        if licence and licence != "UNKNOWN" and "\n" not in licence and len(licence) <= _LONGEST_LICENCE:
            return (licence,)
    classifiers = [text for text in headers.get("classifier", ()) if text.startswith(_CLASSIFIER)]
    return tuple(dict.fromkeys(text.rpartition(" :: ")[2] for text in classifiers))
