"""Java archives: what they are, what was put into them, and the archives in them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias, TypeVar

from hullcheck.ecosystems.maven.contents import MANIFEST, SHARED_SUFFIXES, Contents, Descriptor, read_contents
from hullcheck.ecosystems.maven.coordinates import Coordinates
from hullcheck.ecosystems.maven.descriptor import read_descriptor
from hullcheck.ecosystems.maven.file_name import split_name, without_version
from hullcheck.ecosystems.maven.identity import (
    Manifest,
    as_named,
    comes_with_a_tool,
    descriptor_by_identity,
    descriptor_by_name,
    identify,
)
from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.formats.manifest import read_manifest
from hullcheck.formats.zip import STORED, Archive, Member
from hullcheck.model.package import Location, Package, Requirement, Unread
from hullcheck.model.source_file import SourceFile

# An application server's archive holds web applications, which hold libraries, some of which hold others.
DEPTH = 8
# What is held in memory at a time: unpacked archives and directories, of the archive and those that it is in.
HELD_BYTES = 2**28
# What is unpacked and read of directories, all together: applications of 300 MB unpack to about as much.
TOTAL_BYTES = 2**30
# Descriptors and nested archives, all together: the largest servers come with some 2,000.
TOTAL_MEMBERS = 50_000
# Main sections of manifests; those with long lists of OSGi packages have up to 200 KiB.
_MANIFEST_BYTES = 2**18
# What a byte of a descriptor and of a manifest costs, in bytes that are only unpacked.
_PARSED = 16
_SEARCHED = 4

_ZIP = b"PK"
_CLASS = b".class"
_MAIN_CLASS = "main-class"
_NO_GROUP = "the group of this archive is not known, and advisories are listed by group"
_NO_IDENTITY = "which artifact this archive is cannot be told"
_HINT = "Maven says it in META-INF/maven, other tools can in Implementation-Vendor-Id, -Title and -Version"


Found: TypeAlias = Package | Requirement | Unread
T = TypeVar("T")


class _Exhausted(LimitExceeded):
    """The limits for everything in an archive are reached, so that nothing more of it is read."""


@dataclass(frozen=True, slots=True)
class _Name:
    """The name of an archive: `stem` and `suffix` of its last segment, and the directory that holds it."""

    directory: str
    stem: str
    suffix: str


def parse_archive(file: SourceFile) -> Iterator[Found]:
    """Yield the artifact that `file` is, those that were put into it, and what the archives in it hold.

    The archive itself belongs to its directory, and all that is in it to the archive. What is known of an artifact but
    its group is a package without namespace, and `Unread`: no advisory can be found for it.
    """
    if not file.content or (_name(file.path).suffix in SHARED_SUFFIXES and file.content[:2] != _ZIP):
        return
    yield from _Walk(file.path).archive(Archive(file.path, file.content))


class _Walk:
    """A way through an archive and those in it, with what may still be read."""

    def __init__(self, path: str) -> None:
        name = _name(path)
        artifact, _ = split_name(name.stem)
        directory = without_version(name.directory)
        self._inside = "/".join(part for part in (directory, artifact + name.suffix) if part)
        self._outside = directory or self._inside
        self._held = 0
        self._bytes = TOTAL_BYTES
        self._members = TOTAL_MEMBERS

    def archive(self, archive: Archive, depth: int = 1) -> Iterator[Found]:
        """Yield what is found in `archive`, which is in `depth` - 1 others."""
        self._spend(archive.path, archive.directory_size, 0)
        if _is_documentation(archive):
            return
        contents = read_contents(archive, TOTAL_MEMBERS)
        self._spend(archive.path, 0, len(contents.descriptors) + len(contents.nested))
        yield from self._artifacts(archive, contents, self._outside if depth == 1 else self._inside)
        for member in contents.nested:
            path = f"{archive.path}!/{member.name}"
            yield from _or_unread(path, self._nested(archive, member, path, depth))

    def _artifacts(self, archive: Archive, contents: Contents, place: str) -> Iterator[Found]:
        """Yield the artifact that `archive` is, which belongs to `place`, and those that were put into it."""
        described: dict[Coordinates, str] = {}
        for descriptor in contents.descriptors:
            path = f"{archive.path}!/{descriptor.path}"
            found = _attempt(path, partial(self._described, archive, descriptor))
            if isinstance(found, Unread):
                yield found
            else:
                described.setdefault(found, path)
        name = _name(archive.path)
        own = descriptor_by_name(described, name.stem)
        if own is None:
            manifest = _attempt(f"{archive.path}!/{MANIFEST}", partial(self._manifest, archive, contents.manifest))
            if isinstance(manifest, Unread):
                yield manifest
                manifest = {}
            identity = identify(name.stem, name.directory, manifest)
            own = descriptor_by_identity(described, identity)
            if own is None and not comes_with_a_tool(name.stem, manifest):
                application = bool(contents.nested or (described and _MAIN_CLASS in manifest))
                yield from _undescribed(archive, identity, place, application=application)
        for coordinates, path in described.items():
            if coordinates is own:
                yield from _artifact(as_named(own, name.stem), archive.path, place)
            else:
                yield from _artifact(coordinates, path, self._inside)

    def _described(self, archive: Archive, descriptor: Descriptor) -> Coordinates:
        self._spend(archive.path, min(descriptor.size, _MANIFEST_BYTES) * _PARSED, 0)
        return read_descriptor(archive, descriptor)

    def _manifest(self, archive: Archive, member: Member | None) -> Manifest:
        content = archive.begin(member, _MANIFEST_BYTES) if member else b""
        self._spend(archive.path, len(content) * _SEARCHED, 0)
        return read_manifest(content)

    def _nested(self, archive: Archive, member: Member, path: str, depth: int) -> Iterator[Found]:
        if depth >= DEPTH:
            raise LimitExceeded(path, f"more than {DEPTH} archives in each other")
        if not member.size or (_name(path).suffix in SHARED_SUFFIXES and archive.begin(member, len(_ZIP)) != _ZIP):
            return
        copied = 0 if member.method == STORED else member.size
        if copied > HELD_BYTES - self._held:
            raise LimitExceeded(
                path, f"{copied} bytes, allowed are {HELD_BYTES} for an archive and those that it is in"
            )
        self._spend(path, copied, 0)
        nested = archive.nested(member, copied)
        held = copied + nested.directory_size
        self._held += held
        try:
            yield from self.archive(nested, depth + 1)
        finally:
            self._held -= held

    def _spend(self, path: str, size: int, members: int) -> None:
        self._bytes -= size
        self._members -= members
        if self._bytes < 0:
            raise _Exhausted(path, f"more than {TOTAL_BYTES} bytes to unpack in an archive")
        if self._members < 0:
            raise _Exhausted(path, f"more than {TOTAL_MEMBERS} descriptors and archives in an archive")


def _attempt(path: str, read: Callable[[], T]) -> T | Unread:
    """Return what `read` does, or `Unread` where it is malformed: the rest of the archive is read nevertheless."""
    try:
        return read()
    except _Exhausted:
        raise
    except MalformedFile as error:
        return Unread(Location(path), error.problem)


def _or_unread(path: str, found: Iterator[Found]) -> Iterator[Found]:
    """Yield `found`, and `Unread` where it is malformed: the rest of the archive is read nevertheless."""
    try:
        yield from found
    except _Exhausted:
        raise
    except MalformedFile as error:
        yield Unread(Location(path), error.problem)


def _artifact(found: Coordinates, path: str, place: str) -> Iterator[Found]:
    location = Location(path)
    if not found.version:
        yield Requirement(found.purl, "", location)
        return
    yield Package(found.purl, (location,), place)
    if not found.group:
        yield Unread(location, _NO_GROUP, _HINT)


def _undescribed(archive: Archive, identity: Coordinates, place: str, *, application: bool) -> Iterator[Found]:
    """Yield what can be said of an archive without descriptor of its own. An application brings its libraries along,
    and nobody publishes advisories about it under a group that it does not tell.
    """
    if identity.artifact and (identity.group or (identity.version and not application)):
        yield from _artifact(identity, archive.path, place)
    elif identity.artifact and identity.version:
        yield Package(identity.purl, (Location(archive.path),), place)
    elif archive.holds(_CLASS) and not application:
        yield Unread(Location(archive.path), _NO_IDENTITY, _HINT)


def _is_documentation(archive: Archive) -> bool:
    return _name(archive.path).stem.endswith(("-javadoc", "-sources")) and not archive.holds(_CLASS)


def _name(path: str) -> _Name:
    directory, _, last = path.rpartition("/")
    stem, dot, ending = last.rpartition(".")
    return _Name(directory, stem, f"{dot}{ending}".lower()) if dot else _Name(directory, last, "")
