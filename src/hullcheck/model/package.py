"""What analyzers find in a file."""

from dataclasses import dataclass
from enum import StrEnum

from packageurl import PackageURL


class Scope(StrEnum):
    """What a package is needed for."""

    RUNTIME = "runtime"
    DEVELOPMENT = "development"
    OPTIONAL = "optional"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Location:
    """Where something was seen: `path` in the target ("outer.jar!/inner.jar" inside archives), and the diff ID of
    the layer, "" outside images (analyzers leave it, `inventory` fills it in).
    """

    path: str
    layer: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Package:
    """A package in one exact version, which its purl names.

    `place` is the logical place that the package belongs to and that survives a rebuild: the lock file, the root of
    the application whose tree holds it, the binary; "" for packages of the operating system. It holds no version
    and no line. Packages with the same purl and place are one.
    """

    purl: PackageURL
    locations: tuple[Location, ...]
    place: str = ""
    scope: Scope = Scope.RUNTIME
    direct: bool | None = None
    licences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Requirement:
    """A declared dependency whose version is a range or missing: `purl` has no version, `constraint` is the text."""

    purl: PackageURL
    constraint: str
    location: Location
    scope: Scope = Scope.RUNTIME


@dataclass(frozen=True, slots=True)
class Distribution:
    """The operating system's distribution, from os-release(5) or one of its relatives.

    `id` and `version` are ID and VERSION_ID, `name` is PRETTY_NAME, `like` the words of ID_LIKE.
    """

    id: str
    version: str
    name: str
    codename: str
    like: tuple[str, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class OwnedFiles:
    """Files that a package of the operating system installed.

    Language packages found in them are that package's, and its distribution patches them. `owner` is its purl without
    namespace, version and qualifiers ("pkg:deb/python3-jinja2"), `paths` are like those of files.
    """

    owner: str
    paths: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that is recognised as holding packages, in a format that is not read (yet)."""

    location: Location
    reason: str
    hint: str = ""


Detected = Package | Requirement | Distribution | OwnedFiles | Unread
