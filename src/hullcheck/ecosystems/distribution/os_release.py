"""Files of assignments that identify a distribution. os-release(5); lsb_release(1)."""

import re
from collections.abc import Iterator

from hullcheck.ecosystems.distribution.printable import printable
from hullcheck.formats.assignments import read_assignments
from hullcheck.model.package import Distribution, Location
from hullcheck.model.source_file import SourceFile

_ID = re.compile(r"[a-z0-9._-]+")


def parse_os_release(file: SourceFile) -> Iterator[Distribution]:
    """Yield the distribution that `file` names.

    os-release(5) has "linux" for one without an ID, which is nobody's name: the next file may know better.
    """
    values = read_assignments(file)
    name = values.get("PRETTY_NAME", "") or f"{values.get('NAME', '')} {values.get('VERSION', '')}".strip()
    codename = values.get("VERSION_CODENAME", "") or values.get("UBUNTU_CODENAME", "")
    like = tuple(word for word in values.get("ID_LIKE", "").lower().split() if _ID.fullmatch(word))
    yield from _distribution(file, values.get("ID", ""), values.get("VERSION_ID", ""), name, codename, like)


def parse_lsb_release(file: SourceFile) -> Iterator[Distribution]:
    """Yield the distribution that `file` names; many only state the version of the Linux Standard Base."""
    values = read_assignments(file)
    yield from _distribution(
        file,
        values.get("DISTRIB_ID", ""),
        values.get("DISTRIB_RELEASE", ""),
        values.get("DISTRIB_DESCRIPTION", ""),
        values.get("DISTRIB_CODENAME", ""),
        (),
    )


def _distribution(
    file: SourceFile, identifier: str, version: str, name: str, codename: str, like: tuple[str, ...]
) -> Iterator[Distribution]:
    identifier, version = identifier.strip().lower(), printable(version)
    if _ID.fullmatch(identifier):
        yield Distribution(
            identifier,
            version,
            printable(name) or f"{identifier} {version}".strip(),
            printable(codename),
            like,
            Location(file.path),
        )
