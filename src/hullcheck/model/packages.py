"""Packages as a set: each once, in one order."""

from collections.abc import Iterable
from dataclasses import replace

from packageurl import PackageURL

from hullcheck.model.package import Package, Scope

PurlOrder = tuple[str, str, str, str, tuple[tuple[str, str], ...], str]

# What a package is needed for most, first.
_SCOPES = {scope: rank for rank, scope in enumerate((Scope.RUNTIME, Scope.OPTIONAL, Scope.DEVELOPMENT, Scope.TEST))}


def purl_order(purl: PackageURL) -> PurlOrder:
    """Return what purls are sorted by, which tells them apart and is cheaper than their text."""
    return (
        purl.type,
        purl.namespace or "",
        purl.name,
        purl.version or "",
        tuple(sorted(purl.qualifiers.items())),
        purl.subpath or "",
    )


def combine(packages: Iterable[Package]) -> tuple[Package, ...]:
    """Return `packages` sorted by purl and place, with one for those that are the same in both.

    It is where any of them is, has the licences of all, and is needed for what one of them is needed for most.
    """
    groups: dict[tuple[PurlOrder, str], list[Package]] = {}
    for package in packages:
        groups.setdefault((purl_order(package.purl), package.place), []).append(package)
    return tuple(_one(groups[key]) for key in sorted(groups))


def _one(packages: list[Package]) -> Package:
    if len(packages) == 1 and len(packages[0].locations) <= 1:
        return packages[0]
    locations = {location for package in packages for location in package.locations}
    first = replace(packages[0], locations=tuple(sorted(locations, key=lambda at: (at.path, at.layer, at.line))))
    if len(packages) == 1:
        return first
    direct = {package.direct for package in packages} - {None}
    return replace(
        first,
        scope=min((package.scope for package in packages), key=_SCOPES.__getitem__),
        direct=True in direct if direct else None,
        licences=tuple(sorted({licence for package in packages for licence in package.licences})),
    )
