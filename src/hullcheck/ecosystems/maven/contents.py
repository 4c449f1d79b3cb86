"""What the directory of a Java archive says: where its Maven descriptors, its manifest and archives in it are."""

import re
from dataclasses import dataclass

from hullcheck.errors import LimitExceeded
from hullcheck.formats.zip import Archive, Member

# Endings of Java archives; those of the second set also stand for other things.
OWN_SUFFIXES = frozenset({".ear", ".hpi", ".jar", ".jpi", ".lpkg", ".war"})
SHARED_SUFFIXES = frozenset({".kar", ".nar", ".par", ".rar", ".sar"})

_DESCRIPTOR = re.compile(r"(?:.*/)?META-INF/maven/([^/]+)/([^/]+)/pom\.(properties|xml)", re.DOTALL)
MANIFEST = "META-INF/MANIFEST.MF"
_SUFFIXES = tuple(suffix.encode() for suffix in sorted(OWN_SUFFIXES | SHARED_SUFFIXES))
_WANTED = (b"/pom.properties", b"/pom.xml", MANIFEST.lower().encode(), *_SUFFIXES)


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What Maven leaves in the archives that it makes, for each artifact that was put into them: pom.properties and the
    model, of which one can be missing. `group` and `artifact` are what the folder is called.
    """

    group: str
    artifact: str
    properties: Member | None
    pom: Member | None

    @property
    def size(self) -> int:
        """Return the length of both in bytes, as far as the directory of the archive is true."""
        return sum(member.size for member in (self.properties, self.pom) if member)

    @property
    def path(self) -> str:
        """Return the name of the file that counts."""
        member = self.properties or self.pom
        return member.name if member else ""


@dataclass(frozen=True, slots=True)
class Contents:
    """The members of an archive that matter."""

    descriptors: tuple[Descriptor, ...]
    manifest: Member | None
    nested: tuple[Member, ...]


def read_contents(archive: Archive, most: int) -> Contents:
    """Return the members of `archive` that matter, of which there are at most `most`. Of two descriptors or archives of
    the same name both count; of two manifests the last.
    """
    properties: list[tuple[tuple[str, str], Member]] = []
    poms: dict[tuple[str, str], Member] = {}
    manifest: Member | None = None
    nested: list[Member] = []
    for number, member in enumerate(archive.members(_WANTED)):
        if number >= most:
            raise LimitExceeded(archive.path, f"more than {most} descriptors and archives in an archive")
        folder = descriptor_folder(member.name)
        if folder and member.name.endswith(".properties"):
            properties.append((folder, member))
        elif folder:
            poms[folder] = member
        elif member.name.upper() == MANIFEST:
            manifest = member
        elif member.name.lower().endswith(_ENDINGS):
            nested.append(member)
    described = [Descriptor(*folder, member, poms.pop(folder, None)) for folder, member in properties]
    modelled = [Descriptor(*folder, None, pom) for folder, pom in poms.items()]
    return Contents((*described, *modelled), manifest, tuple(nested))


def descriptor_folder(path: str) -> tuple[str, str] | None:
    """Return the group and artifact that a descriptor at `path` stands for, None if no descriptor can be there."""
    found = _DESCRIPTOR.fullmatch(path)
    return (found[1], found[2]) if found else None


_ENDINGS = tuple(suffix.decode() for suffix in _SUFFIXES)
