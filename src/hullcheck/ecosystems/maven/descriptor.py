"""Coordinates that Maven leaves in what it makes: META-INF/maven/<group>/<artifact>/pom.properties and pom.xml."""

from collections.abc import Iterator

from hullcheck.ecosystems.maven.contents import Descriptor, descriptor_folder
from hullcheck.ecosystems.maven.coordinates import Coordinates, coordinates
from hullcheck.ecosystems.maven.file_name import without_version
from hullcheck.ecosystems.maven.pom import read_pom
from hullcheck.errors import MalformedFile
from hullcheck.formats.properties import read_properties
from hullcheck.formats.zip import Archive, Member
from hullcheck.model.package import Location, Package, Requirement
from hullcheck.model.source_file import SourceFile

# Properties are a few hundred bytes long, the largest models some 200 KiB.
_PROPERTIES_BYTES = 2**16
_POM_BYTES = 2**20


def read_descriptor(archive: Archive, descriptor: Descriptor) -> Coordinates:
    """Return what `descriptor` says; where it leaves something out, what the model beside it or its folder says."""
    found = Coordinates()
    if descriptor.properties:
        found = _of_properties(_file(archive, descriptor.properties, _PROPERTIES_BYTES))
    if not found.complete and descriptor.pom:
        found = _or_else(found, read_pom(_file(archive, descriptor.pom, _POM_BYTES)).coordinates)
    return _named(found, (descriptor.group, descriptor.artifact), f"{archive.path}!/{descriptor.path}")


def parse_pom_properties(file: SourceFile) -> Iterator[Package | Requirement]:
    """Yield the artifact that an unpacked archive is, or has in it."""
    folder = descriptor_folder(file.path)
    if folder is None:
        return
    found = _named(_of_properties(file), folder, file.path)
    place = without_version(file.path.partition("META-INF/maven/")[0].strip("/")) or "META-INF"
    location = Location(file.path)
    if found.version:
        yield Package(found.purl, (location,), place)
    else:
        yield Requirement(found.purl, "", location)


def _of_properties(file: SourceFile) -> Coordinates:
    properties = read_properties(file)
    return coordinates(properties.get("groupId"), properties.get("artifactId"), properties.get("version"))


def _file(archive: Archive, member: Member, limit: int) -> SourceFile:
    return SourceFile(f"{archive.path}!/{member.name}", archive.read(member, limit))


def _named(found: Coordinates, folder: tuple[str, str], path: str) -> Coordinates:
    """Return `found`, with the names of its folder where it has none."""
    named = _or_else(found, coordinates(*folder, ""))
    if not named.artifact:
        raise MalformedFile(path, "names no artifact")
    return named


def _or_else(found: Coordinates, other: Coordinates) -> Coordinates:
    return Coordinates(found.group or other.group, found.artifact or other.artifact, found.version or other.version)
