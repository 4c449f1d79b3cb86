"""What an ecosystem declares."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from packageurl import PackageURL

from hullcheck.model.package import Detected
from hullcheck.model.source_file import SourceFile, Wants
from hullcheck.model.target import TargetKind
from hullcheck.versions.scheme import Scheme

INSTALLED = frozenset({TargetKind.IMAGE, TargetKind.ROOTFS})
DECLARED = frozenset({TargetKind.REPOSITORY})
ANYWHERE = INSTALLED | DECLARED


@dataclass(frozen=True, slots=True)
class Analyzer:
    """A pure function from a file to what it holds, and the files and kinds of target that it is for.

    `parse` raises `MalformedFile` and nothing else. Raise `version` when its output changes: caches depend on it.
    """

    name: str
    targets: frozenset[TargetKind]
    wants: Wants
    parse: Callable[[SourceFile], Iterator[Detected]]
    version: int = 1


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of advisories, by the name of its ecosystem in OSV (the part before the colon).

    For packages of an operating system, `distribution` is the ID of os-release(5), which is also the purl's namespace,
    and `release` makes OSV's name of a release out of VERSION_ID (None: a release that OSV does not know).
    """

    osv_name: str
    distribution: str = ""
    release: Callable[[str], str | None] | None = None


def purl_name(purl: PackageURL) -> str:
    """Return the name under which most feeds list a package: "namespace/name"."""
    return f"{purl.namespace}/{purl.name}" if purl.namespace else purl.name


def purl_version(purl: PackageURL) -> str:
    """Return the version that most feeds compare with."""
    return purl.version or ""


def nothing_unpublished(purl: PackageURL) -> bool:  # noqa: ARG001
    """Return False: every package has a version that was published."""
    return False


@dataclass(frozen=True, slots=True)
class Ecosystem:
    """A package ecosystem: how its packages are found, how their versions compare, and where its advisories stand.

    `advisory_name` and `advisory_version` return what the feeds list a package under, of its purl. `unpublished` says
    whether a purl is of a build that was never published: there cannot be advisories about it, and that is no gap.
    """

    name: str
    purl_type: str
    scheme: Scheme
    feeds: tuple[Feed, ...]
    analyzers: tuple[Analyzer, ...]
    unpublished: Callable[[PackageURL], bool] = nothing_unpublished
    advisory_name: Callable[[PackageURL], str] = purl_name
    advisory_version: Callable[[PackageURL], str] = purl_version
