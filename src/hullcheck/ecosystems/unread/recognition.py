"""Recognising files by where they lie and what they are called."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from hullcheck.model.package import Location, Unread
from hullcheck.model.source_file import Pattern, SourceFile, Wants

_HINT = "make an SBOM with its own tool and scan that, too: hullcheck sbom FILE"


@dataclass(frozen=True, slots=True)
class Format:
    """A format that holds packages, as a user calls it.

    Files without `holding` in them hold no packages, and neither do files that do not lie below `below`. Of a database
    with a file for each package, all are one gap: that of the directory `up` levels above the file.
    """

    what: str
    holding: bytes = b""
    below: str = ""
    up: int = 0


@dataclass(frozen=True, slots=True)
class Formats:
    """Formats by the name, the path, or the parts of the path that their files have."""

    names: Mapping[str, Format]
    paths: Mapping[str, Format]
    patterns: Mapping[Pattern, Format]

    @property
    def wants(self) -> Wants:
        """Return what selects the files of all formats."""
        return Wants(names=frozenset(self.names), paths=frozenset(self.paths), patterns=frozenset(self.patterns))

    def of(self, path: str) -> Format | None:
        """Return the format that the file at `path` seems to have."""
        named = self.paths.get(path) or self.names.get(path.rpartition("/")[2])
        return named or next((self.patterns[pattern] for pattern in self.patterns if pattern.selects(path)), None)


def recogniser(formats: Formats) -> Callable[[SourceFile], Iterator[Unread]]:
    """Return the function that says of files in `formats` that they are not read."""

    def recognise(file: SourceFile) -> Iterator[Unread]:
        """Yield that `file` is not read, if it seems to hold packages."""
        format_ = formats.of(file.path)
        if format_ is not None and _holds_packages(file, format_):
            place = file.path.rsplit("/", format_.up)[0] if format_.up else file.path
            yield Unread(Location(place), f"{format_.what}, which is not read yet", _HINT)

    return recognise


def _holds_packages(file: SourceFile, format_: Format) -> bool:
    if "node_modules" in file.directory.split("/"):
        # What an installed package was developed with.
        return False
    return file.path.startswith(format_.below) and file.content.find(format_.holding, 0) >= 0
