"""Lock files, which hold the exact versions of all that the manifests beside and below them require."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from packageurl import PackageURL

from hullcheck.model.package import Package, Requirement

# By type of purl. A name that is missing here costs a gap and hides nothing.
LOCK_FILES: Mapping[str, frozenset[str]] = {
    "cargo": frozenset({"Cargo.lock"}),
    "cocoapods": frozenset({"Podfile.lock"}),
    "composer": frozenset({"composer.lock"}),
    "conan": frozenset({"conan.lock"}),
    "conda": frozenset({"conda-lock.yml", "pixi.lock"}),
    "gem": frozenset({"Gemfile.lock", "gems.locked"}),
    "hex": frozenset({"mix.lock", "rebar.lock"}),
    "julia": frozenset({"Manifest.toml"}),
    "maven": frozenset({"gradle.lockfile", "buildscript-gradle.lockfile"}),
    "npm": frozenset(
        {"bun.lock", "deno.lock", "npm-shrinkwrap.json", "package-lock.json", "pnpm-lock.yaml", "yarn.lock"}
    ),
    "nuget": frozenset({"packages.lock.json", "project.assets.json"}),
    "pub": frozenset({"pubspec.lock"}),
    "pypi": frozenset({"Pipfile.lock", "pdm.lock", "poetry.lock", "pylock.toml", "uv.lock"}),
    "swift": frozenset({"Package.resolved"}),
}


@dataclass(frozen=True, slots=True)
class Locked:
    """Names of the packages in lock files, by type of purl and the directory of the file."""

    names: Mapping[tuple[str, str], frozenset[str]]

    def covers(self, requirement: Requirement) -> bool:
        """Say whether the version of `requirement` is in a lock file.

        It is if one beside the manifest or above it, as for the members of a workspace, names the package: a lock file
        can be older than the manifest, and a project below another one need not be part of it. What a lock file itself
        leaves open no other one knows.
        """
        purl_type, path = requirement.purl.type, requirement.location.path
        if _is_lock_file(purl_type, path):
            return False
        name = _name(requirement.purl)
        return any(name in self.names.get((purl_type, at), ()) for at in _upwards(_directory(path)))


def locked(packages: Iterable[Package]) -> Locked:
    """Return which of `packages` were found in lock files."""
    names: dict[tuple[str, str], set[str]] = {}
    for package in packages:
        if _is_lock_file(package.purl.type, package.place):
            names.setdefault((package.purl.type, _directory(package.place)), set()).add(_name(package.purl))
    return Locked({place: frozenset(found) for place, found in names.items()})


def _name(purl: PackageURL) -> str:
    return f"{purl.namespace or ''}/{purl.name}"


def _upwards(directory: str) -> Iterator[str]:
    """Yield `directory`, those that it lies in, and the root ("")."""
    yield directory
    while directory:
        directory = _directory(directory)
        yield directory


def _is_lock_file(purl_type: str, path: str) -> bool:
    return path.rpartition("/")[2] in LOCK_FILES.get(purl_type, frozenset())


def _directory(path: str) -> str:
    return path.rpartition("/")[0]
