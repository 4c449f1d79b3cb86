"""The database of installed packages. dpkg(1), "INFORMATION ABOUT PACKAGES"; deb-control(5)."""

import re
from collections.abc import Iterator

from packageurl import PackageURL

from hullcheck.formats.deb822 import Stanza, read_stanzas
from hullcheck.model.package import Location, Package, ThirdParty
from hullcheck.model.source_file import SourceFile

# Packages in every other state have files: also those that are unpacked and not configured, or half-installed.
_ABSENT = frozenset({"not-installed", "config-files"})
_PRESENT = frozenset(
    {"half-installed", "unpacked", "half-configured", "triggers-awaited", "triggers-pending", "installed"}
)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._-]*")
_VERSION = re.compile(r"[!-~]+")
_ARCHITECTURE = re.compile(r"[!-~]+")
_SOURCE = re.compile(r"([A-Za-z0-9][A-Za-z0-9+._-]*)(?:\s*\(\s*([!-'*-~]+)\s*\))?")
# Nearly all packages with parts in other languages are maintained by teams of the distribution, or by its members.
_OF_DISTRIBUTION = re.compile(r"canonical|debian|ubuntu", re.IGNORECASE)

# As much of a bad value as an error shows.
_SHOWN = 60


def parse_status(file: SourceFile) -> Iterator[Package | ThirdParty]:
    """Yield the packages of `file` that are installed, and which of them others than the distribution maintain.

    Some members use other addresses: what such a package brings along is then reported itself, rather than not at all.
    """
    if file.name.endswith(".md5sums"):
        return
    here = (Location(file.path),)
    yield from read_stanzas(file, lambda stanza: _installed(stanza, here))


def _installed(stanza: Stanza, here: tuple[Location, ...]) -> Iterator[Package | ThirdParty]:
    if not _is_installed(stanza):
        return
    name = _checked(stanza, "Package", _NAME)
    version = _checked(stanza, "Version", _VERSION)
    architecture = _checked(stanza, "Architecture", _ARCHITECTURE) if stanza.text_or_none("Architecture") else ""
    yield Package(PackageURL("deb", None, name, version, {"arch": architecture, "upstream": _upstream(stanza)}), here)
    maintainer = stanza.text_or_none("Maintainer")
    if maintainer and not _OF_DISTRIBUTION.search(maintainer):
        yield ThirdParty(f"pkg:deb/{name}")


def _is_installed(stanza: Stanza) -> bool:
    status = stanza.text_or_none("Status")
    if status is None:
        # Control files as packages carry them: whoever puts one into an image has unpacked its package.
        return True
    words = status.lower().split()
    if len(words) != 3 or words[2] not in _ABSENT | _PRESENT:  # noqa: PLR2004 # wanted action, flag, state
        raise stanza.malformed("Status", f"unknown state {status[:_SHOWN]!r}")
    return words[2] in _PRESENT


def _upstream(stanza: Stanza) -> str:
    """Return the source package as Syft writes it: "name", or "name@version" where its version is another one."""
    text = stanza.text_or_none("Source")
    if text is None:
        return ""
    source = _SOURCE.fullmatch(text)
    if source is None:
        raise stanza.malformed("Source", f"{text[:_SHOWN]!r} is no source package")
    return f"{source[1]}@{source[2]}" if source[2] else source[1]


def _checked(stanza: Stanza, name: str, pattern: re.Pattern[str]) -> str:
    text = stanza.text(name)
    if not pattern.fullmatch(text):
        raise stanza.malformed(name, f"{text[:_SHOWN]!r} has characters that it must not have")
    return text
