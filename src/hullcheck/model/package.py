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

    `platforms` are those of several that have it there, where that are not all that have the layer: see `Presence`.
    """

    path: str
    layer: str = ""
    line: int = 0
    platforms: tuple[str, ...] = ()


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
    """A declared dependency whose version is a range or missing: `purl` has no version, `constraint` is the text.

    It is not `certain` where it is declared for others, who may not take it: then a lock file that does not name it
    says that nobody does.
    """

    purl: PackageURL
    constraint: str
    location: Location
    scope: Scope = Scope.RUNTIME
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Settled:
    """What the lock file at `lock` tells the manifests in the directory `place`, with `below` those below it too.

    `names` are the packages of `purl_type`, as advisories name them, whose version it knows, or which it knows to be
    parts of the project. `place` can also be the path of one manifest.
    """

    lock: str
    purl_type: str
    place: str
    names: frozenset[str]
    below: bool = False


@dataclass(frozen=True, slots=True)
class Vendored:
    """A directory into which a package manager has copied a package that was published.

    The manifests and lock files in it are what that package was developed with.
    """

    purl_type: str
    directory: str


@dataclass(frozen=True, slots=True)
class OwnProject:
    """A project of the tree, by its purl without version: what requires it gets it from the tree."""

    purl: PackageURL
    location: Location


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
class ThirdParty:
    """A package of the operating system's package manager that is not of the distribution, which does not patch it.

    `owner` names it as in `OwnedFiles`.
    """

    owner: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that is recognised as holding packages, in a format that is not read (yet)."""

    location: Location
    reason: str
    hint: str = ""


Detected = Package | Requirement | Settled | Vendored | OwnProject | Distribution | OwnedFiles | ThirdParty | Unread
