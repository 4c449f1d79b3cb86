"""Lock files, which hold the exact versions of all that the manifests beside and below them require."""

from collections.abc import Iterable, Mapping

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


def locked_directories(packages: Iterable[Package]) -> frozenset[tuple[str, str]]:
    """Return type and directory of the lock files that `packages` were found in."""
    places = {(package.purl.type, package.place) for package in packages}
    return frozenset((purl_type, _directory(place)) for purl_type, place in places if _is_lock_file(purl_type, place))


def is_locked(requirement: Requirement, directories: frozenset[tuple[str, str]]) -> bool:
    """Say whether a lock file in one of `directories` is there for the manifest of `requirement`.

    It is if it lies beside the manifest, or above it, as for the members of a workspace. What a lock file itself leaves
    open no other one knows.
    """
    purl_type, path = requirement.purl.type, requirement.location.path
    if _is_lock_file(purl_type, path):
        return False
    directory = _directory(path)
    while (purl_type, directory) not in directories:
        if not directory:
            return False
        directory = _directory(directory)
    return True


def _is_lock_file(purl_type: str, path: str) -> bool:
    return path.rpartition("/")[2] in LOCK_FILES.get(purl_type, frozenset())


def _directory(path: str) -> str:
    return path.rpartition("/")[0]
