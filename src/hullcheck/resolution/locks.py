"""Lock files, which hold the exact versions of what manifests require."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from packageurl import PackageURL

from hullcheck.ecosystems.ecosystem import purl_name
from hullcheck.ecosystems.table import by_purl_type
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.package import Requirement, Settled

# By type of purl, those that are read and those that are not. A name that is missing here costs a hint.
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
        {
            "bun.lock",
            "bun.lockb",
            "deno.lock",
            "npm-shrinkwrap.json",
            "package-lock.json",
            "pnpm-lock.yaml",
            "yarn.lock",
        }
    ),
    "nuget": frozenset({"packages.lock.json", "project.assets.json"}),
    "pub": frozenset({"pubspec.lock"}),
    "pypi": frozenset({"Pipfile.lock", "pdm.lock", "poetry.lock", "pylock.toml", "uv.lock"}),
    "swift": frozenset({"Package.resolved"}),
}


@dataclass(frozen=True, slots=True)
class Locked:
    """What lock files tell, by type of purl and by the manifest or the directory of manifests that they tell it to."""

    here: Mapping[tuple[str, str], tuple[Settled, ...]]
    below: Mapping[tuple[str, str], tuple[Settled, ...]]
    unread: Mapping[tuple[str, str], str]

    def covers(self, requirement: Requirement) -> bool:
        """Say whether a lock file knows the version of `requirement`, or that nobody takes it.

        It has to name it: a lock file can be older than the manifest. What a lock file itself leaves open no other one
        knows.
        """
        known = tuple(self._of(requirement.purl.type, requirement.location.path))
        if any(settled.lock == requirement.location.path for settled in known):
            return False
        name = name_of(requirement.purl)
        return any(name in settled.names for settled in known) or (bool(known) and not requirement.certain)

    def lock_of(self, purl_type: str, path: str) -> str:
        """Return the path of the lock file of the manifest at `path`, "" where none is read."""
        return next((settled.lock for settled in self._of(purl_type, path)), "")

    def unread_lock_of(self, purl_type: str, path: str) -> str:
        """Return the path of a lock file beside the manifest at `path`, or above it, which is not read."""
        places = ((purl_type, directory) for directory in _upwards(_directory(path)))
        return next((self.unread[place] for place in places if place in self.unread), "")

    def _of(self, purl_type: str, path: str) -> Iterator[Settled]:
        yield from self.here.get((purl_type, path), ())
        yield from self.here.get((purl_type, _directory(path)), ())
        for at in _upwards(_directory(path)):
            yield from self.below.get((purl_type, at), ())


def name_of(purl: PackageURL) -> str:
    """Return the name of the package as its ecosystem writes it."""
    ecosystem = by_purl_type(purl.type)
    return ecosystem.advisory_name(purl) if ecosystem else purl_name(purl)


def locked(settled: Iterable[Settled], gaps: Iterable[Gap]) -> Locked:
    """Return what is `settled`, and which of the lock files that `gaps` are about are not read."""
    here: dict[tuple[str, str], tuple[Settled, ...]] = {}
    below: dict[tuple[str, str], tuple[Settled, ...]] = {}
    for one in settled:
        places, key = (below if one.below else here), (one.purl_type, one.place)
        places[key] = (*places.get(key, ()), one)
    return Locked(here, below, dict(_unread(gaps)))


def _unread(gaps: Iterable[Gap]) -> Iterator[tuple[tuple[str, str], str]]:
    for gap in gaps:
        directory, _, name = gap.subject.rpartition("/")
        for purl_type, names in LOCK_FILES.items():
            if gap.kind is GapKind.UNSUPPORTED and name in names:
                yield (purl_type, directory), gap.subject


def _upwards(directory: str) -> Iterator[str]:
    """Yield `directory`, those that it lies in, and the root ("")."""
    yield directory
    while directory:
        directory = _directory(directory)
        yield directory


def _directory(path: str) -> str:
    return path.rpartition("/")[0]
