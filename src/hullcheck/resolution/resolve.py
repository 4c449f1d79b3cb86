"""What manifests require, as far as it is known without asking a registry."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from packageurl import PackageURL

from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.inventory import Inventory
from hullcheck.model.package import Package, Requirement
from hullcheck.model.packages import combine
from hullcheck.resolution.locks import locked
from hullcheck.resolution.pins import exact_version

_NAMED = 3
_LONGEST_CONSTRAINT = 40

_HINT = "commit a lock file beside it"
_HINTS: Mapping[str, str] = {
    "cargo": "commit Cargo.lock (`cargo generate-lockfile` makes it)",
    "maven": "give exact versions in this file, or scan what is built from it",
    "npm": "commit package-lock.json (`npm install --package-lock-only` makes it)",
    "pypi": "give exact versions (`==`; `pip freeze` prints them)",
}


def resolve(inventory: Inventory) -> Inventory:
    """Return `inventory` with its requirements as packages, or as gaps.

    What a lock file tells the version of is dropped, an exact version makes a package, and the rest is a gap for each
    manifest.
    """
    lock_files = locked(inventory.packages)
    pinned: list[Package] = []
    unresolved: list[Requirement] = []
    for requirement in inventory.requirements:
        if lock_files.covers(requirement):
            continue
        version = exact_version(requirement.purl.type, requirement.constraint)
        if version is None:
            unresolved.append(requirement)
        else:
            pinned.append(_package(requirement, version))
    return replace(
        inventory,
        packages=combine((*inventory.packages, *pinned)) if pinned else inventory.packages,
        requirements=(),
        gaps=(*inventory.gaps, *_gaps(unresolved)),
    )


def _package(requirement: Requirement, version: str) -> Package:
    purl = requirement.purl
    return Package(
        PackageURL(purl.type, purl.namespace, purl.name, version, purl.qualifiers, purl.subpath),
        (requirement.location,),
        place=requirement.location.path,
        scope=requirement.scope,
        direct=True,
    )


def _gaps(unresolved: Iterable[Requirement]) -> Iterator[Gap]:
    """Yield a gap for each manifest."""
    manifests: dict[tuple[str, str, str], dict[str, None]] = {}
    for requirement in unresolved:
        key = (requirement.location.path, requirement.location.layer, requirement.purl.type)
        manifests.setdefault(key, {})[_text(requirement)] = None
    for (path, layer, purl_type), texts in sorted(manifests.items()):
        yield Gap(GapKind.UNRESOLVED, path, _reason(tuple(texts)), _HINTS.get(purl_type, _HINT), layer)


def _reason(texts: tuple[str, ...]) -> str:
    count = f"{len(texts)} dependencies" if len(texts) > 1 else "1 dependency"
    named = ", ".join(texts[:_NAMED])
    more = f" and {len(texts) - _NAMED} more" if len(texts) > _NAMED else ""
    return f"{count} without an exact version: {named}{more}"


def _text(requirement: Requirement) -> str:
    purl = requirement.purl
    name = f"{purl.namespace}/{purl.name}" if purl.namespace else purl.name
    constraint = "".join(filter(str.isprintable, " ".join(requirement.constraint.split())))
    if len(constraint) > _LONGEST_CONSTRAINT:
        constraint = f"{constraint[:_LONGEST_CONSTRAINT]}..."
    return f"{name} {constraint}".strip()
