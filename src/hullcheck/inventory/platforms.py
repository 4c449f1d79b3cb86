"""What is in an image for several platforms, of each of which it is known what is in it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from packageurl import PackageURL

from hullcheck.model.coverage import Examined
from hullcheck.model.gap import Gap
from hullcheck.model.inventory import Inventory
from hullcheck.model.package import Distribution, Location, Package
from hullcheck.model.packages import PurlOrder, combine, purl_order
from hullcheck.model.platforms import Presence

_Group = tuple[PurlOrder, str]
_Item = TypeVar("_Item")


def joined(inventories: Mapping[str, Inventory], presence: Presence) -> Inventory:
    """Return what is in all platforms together: what several have is there once, and says whose it is.

    `inventories` are resolved, by the names of the platforms, as `presence` has them.
    """
    each = tuple(inventories.values())
    return Inventory(
        packages=joined_packages({name: it.packages for name, it in inventories.items()}, presence),
        distribution=_common(tuple(it.distribution for it in each)),
        examined=_examined(found for it in each for found in it.examined),
        gaps=joined_gaps({name: it.gaps for name, it in inventories.items()}),
    )


def joined_packages(packages: Mapping[str, Sequence[Package]], presence: Presence) -> tuple[Package, ...]:
    """Return the packages of all platforms, each once, where it is in any of them.

    The packages of an operating system are made for an architecture, which their purls tell. One that each of several
    platforms has in its own is one package, whose purl then tells none.
    """
    placed = {name: [(_without_architecture(it), it) for it in found] for name, found in packages.items()}
    several = _in_several_architectures(placed.values())
    groups: dict[_Group, list[tuple[str, Package]]] = {}
    for name, found in placed.items():
        for plain, package in found:
            known = plain if _group(plain) in several else package
            groups.setdefault(_group(known), []).append((name, known))
    return combine(each for group in groups.values() for each in _placed(group, presence))


def joined_gaps(gaps: Mapping[str, Iterable[Gap]]) -> tuple[Gap, ...]:
    """Return the gaps of all platforms, each once, with those that have it where that are not all."""
    owners = _owners({name: dict.fromkeys(found) for name, found in gaps.items()})
    return tuple(replace(gap, platforms=() if len(names) == len(gaps) else names) for gap, names in owners.items())


def _in_several_architectures(platforms: Iterable[Iterable[tuple[Package, Package]]]) -> frozenset[_Group]:
    """Return what is the same package in several architectures, of which no platform has more than one.

    Of each package there is the one without its architecture, and itself.
    """
    seen: dict[_Group, set[str]] = {}
    ambiguous: set[_Group] = set()
    for packages in platforms:
        here = Counter(_group(plain) for plain, _ in packages)
        ambiguous.update(group for group, count in here.items() if count > 1)
        for plain, package in packages:
            seen.setdefault(_group(plain), set()).add(package.purl.qualifiers.get("arch", ""))
    return frozenset(group for group, found in seen.items() if len(found) > 1) - ambiguous


def _group(package: Package) -> _Group:
    return purl_order(package.purl), package.place


def _without_architecture(package: Package) -> Package:
    purl = package.purl
    if "arch" not in purl.qualifiers:
        return package
    qualifiers = {key: value for key, value in purl.qualifiers.items() if key != "arch"}
    plain = PackageURL(purl.type, purl.namespace, purl.name, purl.version, qualifiers, purl.subpath)
    return replace(package, purl=plain)


def _placed(group: Sequence[tuple[str, Package]], presence: Presence) -> Iterator[Package]:
    """Yield the packages of `group`, which are one, with locations that say which platforms have it there.

    A layer alone does not tell that where one of the platforms that share it hides what it brings.
    """
    # A place outside all layers stands for the whole target.
    somewhere = (Location(""),)
    owners = _owners({name: package.locations or somewhere for name, package in group})
    marked = {at: at if names == presence.at(at) else replace(at, platforms=names) for at, names in owners.items()}
    for _, package in group:
        yield replace(package, locations=tuple(marked[at] for at in package.locations or somewhere))


def _owners(items: Mapping[str, Iterable[_Item]]) -> dict[_Item, tuple[str, ...]]:
    """Return by item which of the names have it, in their order."""
    owners: dict[_Item, tuple[str, ...]] = {}
    for name, found in items.items():
        for item in found:
            owners[item] = (*owners.get(item, ()), name)
    return owners


def _common(distributions: Sequence[Distribution | None]) -> Distribution | None:
    """Return the distribution that all platforms have, wherever each of them tells it."""
    first, *others = distributions
    if first and all(other and replace(other, location=first.location) == first for other in others):
        return first
    return None


def _examined(examined: Iterable[Examined]) -> tuple[Examined, ...]:
    files: Counter[str] = Counter()
    packages: Counter[str] = Counter()
    for it in examined:
        files[it.analyzer] += it.files
        packages[it.analyzer] += it.packages
    return tuple(Examined(analyzer, files[analyzer], packages[analyzer]) for analyzer in sorted(files))
