"""What manifests require, as far as it is known without asking a registry."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from packageurl import PackageURL

from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.inventory import Inventory
from hullcheck.model.package import Package, Requirement
from hullcheck.model.packages import combine
from hullcheck.resolution.locks import Locked, locked, name_of
from hullcheck.resolution.pins import exact_version

_NAMED = 3
_LONGEST_CONSTRAINT = 40

# Manifests whose exact versions are those of direct dependencies, so that what these need is not known. Those in a
# requirements.txt may come from a tool that resolved all.
_MANIFESTS: Mapping[str, frozenset[str]] = {"maven": frozenset({"pom.xml"})}

_HINT = "commit a lock file beside it"
_HINTS: Mapping[str, str] = {
    "cargo": "commit Cargo.lock (`cargo generate-lockfile` makes it)",
    "maven": "scan what is built from it, too: its archives tell all versions",
    "npm": "commit package-lock.json (`npm install --package-lock-only` makes it)",
    "pypi": "give exact versions of all that is installed (`pip freeze` prints them)",
}


@dataclass(frozen=True, slots=True)
class _Manifest:
    """What is left open by a manifest: dependencies without version, and what those with one need in turn."""

    path: str
    layer: str
    purl_type: str
    open: dict[str, None] = field(default_factory=dict)
    direct: dict[str, None] = field(default_factory=dict)

    @property
    def declares(self) -> bool:
        """Say whether it is a manifest, and not an archive that does not tell its own version."""
        names = _MANIFESTS.get(self.purl_type)
        return names is None or self.path.rpartition("/")[2] in names


def resolve(inventory: Inventory) -> Inventory:
    """Return `inventory` with its requirements as packages, or as gaps.

    What a lock file tells the version of is dropped, as is what the tree itself makes; an exact version makes a
    package; the rest is a gap for each manifest.
    """
    lock_files = locked(inventory.settled, inventory.gaps)
    own = frozenset(_identity(project.purl) for project in inventory.own_projects)
    pinned: list[Package] = []
    unresolved: list[Requirement] = []
    for requirement in inventory.requirements:
        if lock_files.covers(requirement) or _identity(requirement.purl) in own:
            continue
        version = exact_version(requirement.purl.type, requirement.constraint)
        if version is None:
            unresolved.append(requirement)
        else:
            pinned.append(_package(requirement, version))
    direct = (*pinned, *(package for package in inventory.packages if _is_direct(package, own)))
    return replace(
        inventory,
        packages=combine((*inventory.packages, *pinned)) if pinned else inventory.packages,
        requirements=(),
        gaps=(*inventory.gaps, *_gaps(unresolved, direct, lock_files)),
    )


def _identity(purl: PackageURL) -> tuple[str, str]:
    return purl.type, name_of(purl)


def _package(requirement: Requirement, version: str) -> Package:
    purl = requirement.purl
    return Package(
        PackageURL(purl.type, purl.namespace, purl.name, version, purl.qualifiers, purl.subpath),
        (requirement.location,),
        place=requirement.location.path,
        scope=requirement.scope,
        direct=True,
    )


def _is_direct(package: Package, own: frozenset[tuple[str, str]]) -> bool:
    """Say whether `package` is of a manifest that does not tell what it needs."""
    name = package.place.rpartition("/")[2]
    return name in _MANIFESTS.get(package.purl.type, ()) and _identity(package.purl) not in own


def _gaps(unresolved: Iterable[Requirement], direct: Iterable[Package], lock_files: Locked) -> Iterator[Gap]:
    """Yield a gap for each manifest."""
    manifests: dict[tuple[str, str, str], _Manifest] = {}
    for requirement in unresolved:
        key = (requirement.location.path, requirement.location.layer, requirement.purl.type)
        manifests.setdefault(key, _Manifest(*key)).open[_text(requirement)] = None
    for package in direct:
        key = (package.place, package.locations[0].layer, package.purl.type)
        manifests.setdefault(key, _Manifest(*key)).direct[name_of(package.purl)] = None
    for key in sorted(manifests):
        manifest = manifests[key]
        yield Gap(GapKind.UNRESOLVED, manifest.path, _reason(manifest), _hint(manifest, lock_files), manifest.layer)


def _reason(manifest: _Manifest) -> str:
    if not manifest.open:
        number = len(manifest.direct)
        dependencies = f"{number} dependencies need" if number > 1 else "one dependency needs"
        return f"what its {dependencies} in turn is not known"
    texts = tuple(manifest.open)
    if not manifest.declares:
        return f"it does not tell its version: {', '.join(texts)}"
    named = ", ".join(texts[:_NAMED])
    more = f" and {len(texts) - _NAMED} more" if len(texts) > _NAMED else ""
    count = f"{len(texts)} dependencies" if len(texts) > 1 else "1 dependency"
    return f"{count} without an exact version: {named}{more}"


def _hint(manifest: _Manifest, lock_files: Locked) -> str:
    if not manifest.declares:
        return "find out which version it is: advisories are compared with one"
    lock = lock_files.lock_of(manifest.purl_type, manifest.path)
    if lock == manifest.path:
        return "see where they come from: the lock file names a place and no version"
    if lock:
        return f"bring {lock} up to date with it"
    unread = lock_files.unread_lock_of(manifest.purl_type, manifest.path)
    if unread:
        return f"{unread} may tell, but is not read yet"
    return _HINTS.get(manifest.purl_type, _HINT)


def _text(requirement: Requirement) -> str:
    constraint = "".join(filter(str.isprintable, " ".join(requirement.constraint.split())))
    if len(constraint) > _LONGEST_CONSTRAINT:
        constraint = f"{constraint[:_LONGEST_CONSTRAINT]}..."
    return f"{name_of(requirement.purl)} {constraint}".strip()
