"""From the layers of a target, or from an SBOM, to its inventory."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from hullcheck.ecosystems.distribution import DISTRIBUTION
from hullcheck.ecosystems.table import ECOSYSTEMS, analyzers_for
from hullcheck.errors import concerning
from hullcheck.inventory.absence import absences
from hullcheck.inventory.index import Index
from hullcheck.inventory.layer import LayerInventory
from hullcheck.inventory.layer_cache import LayerCache
from hullcheck.inventory.layers import read_layers
from hullcheck.inventory.merge import Visible, merge
from hullcheck.inventory.operating_system import (
    SYSTEM_TYPES,
    belongs_to_system,
    distribution_in,
    distribution_of,
    qualified,
)
from hullcheck.inventory.origin import Origins, origins
from hullcheck.inventory.ownership import file_of, owned_files
from hullcheck.inventory.vendored import without_vendored
from hullcheck.model.coverage import Examined
from hullcheck.model.gap import Gap
from hullcheck.model.inventory import Inventory
from hullcheck.model.package import Location, OwnProject, Package, Requirement, Settled
from hullcheck.model.packages import combine, purl_order
from hullcheck.model.source_file import Wants
from hullcheck.model.target import TargetKind
from hullcheck.model.tree import Tree

# The digest and the diff ID of a layer.
_Key = tuple[str, str]

# What cannot be read of the operating system's own files is a gap, whoever owns them.
_SYSTEM_ANALYZERS = frozenset(analyzer.name for analyzer in DISTRIBUTION) | frozenset(
    analyzer.name for ecosystem in ECOSYSTEMS if ecosystem.purl_type in SYSTEM_TYPES for analyzer in ecosystem.analyzers
)


def take(trees: Iterable[Tree], kind: TargetKind, cache: LayerCache | None = None) -> Inventory:
    """Return what is in a target of `kind` whose layers are `trees`, lowest first.

    Layers that `cache` knows are not read, and one that is there several times is read once.
    """
    return take_each({"": tuple(trees)}, kind, cache)[0]


def take_each(
    platforms: Mapping[str, Sequence[Tree]], kind: TargetKind, cache: LayerCache | None = None
) -> tuple[Inventory, ...]:
    """Return what is in each of the `platforms` of an image of `kind`, by their names, as if it was scanned alone.

    What one needs is read, and merged, before the next is begun: only layers that others share wait for these. They
    are read once.
    """
    index = Index(analyzers_for(kind))
    waiting = Counter(key for trees in platforms.values() for key in {_key(tree) for tree in trees})
    known: dict[_Key, LayerInventory] = {}
    inventories: list[Inventory] = []
    for name, trees in platforms.items():
        unread = {_key(tree): tree for tree in trees if _key(tree) not in known}
        with concerning(name):
            known |= zip(unread, read_layers(tuple(unread.values()), index, cache), strict=True)
        inventories.append(assemble([known[_key(tree)] for tree in trees], kind, index.wants))
        for key in {_key(tree) for tree in trees}:
            waiting[key] -= 1
            if not waiting[key]:
                del known[key]
    return tuple(inventories)


def _key(tree: Tree) -> _Key:
    """Return what tells layers apart: a blob that is said to have other content elsewhere has to be read for each."""
    return (tree.layer.digest, tree.layer.diff_id) if tree.layer else ("", "")


def assemble(layers: Sequence[LayerInventory], kind: TargetKind, wants: Wants) -> Inventory:
    """Return what is in a target of `kind` with `layers`, lowest first, in which what `wants` selects was read."""
    merged, source_gaps = merge(layers)
    visible = without_vendored(merged, analyzers_for(kind))
    distribution = distribution_in(visible)
    packages = combine(qualified(_packages(visible, origins(layers)), distribution))
    owned = owned_files(_questioned(packages, visible), visible, packages)
    inventory = Inventory(
        packages=tuple(package for package in packages if not _is_owned(package, owned)),
        requirements=_requirements(visible),
        distribution=distribution,
        examined=_examined(visible),
        gaps=_sorted((*source_gaps, *_reading_gaps(visible, owned))),
        settled=tuple(found for seen in visible for found in seen.reading.found if isinstance(found, Settled)),
        own_projects=tuple(found for seen in visible for found in seen.reading.found if isinstance(found, OwnProject)),
    )
    recognised = any(wants.selects(seen.reading.path) for seen in visible)
    return _with(inventory, absences(inventory, kind, recognised=recognised))


def finish(inventory: Inventory) -> Inventory:
    """Return the inventory of an SBOM as that of a target would be.

    Its packages are sorted, each once; those of an operating system have their distribution, which is taken from
    other packages where the SBOM does not tell it; and what is missing is a gap.
    """
    distribution = inventory.distribution or distribution_of(inventory.packages)
    packages = combine(qualified(inventory.packages, distribution))
    finished = replace(inventory, packages=packages, distribution=distribution)
    return _with(finished, absences(finished, TargetKind.SBOM, recognised=False))


def _packages(visible: Iterable[Visible], brought: Origins) -> Iterator[Package]:
    for seen in visible:
        for found in seen.reading.found:
            if isinstance(found, Package):
                layer = brought.layer_of(found.purl, seen)
                locations = tuple(Location(at.path, layer, at.line) for at in found.locations)
                yield replace(found, locations=locations)


def _requirements(visible: Iterable[Visible]) -> tuple[Requirement, ...]:
    found = (
        replace(found, location=replace(found.location, layer=seen.layer))
        for seen in visible
        for found in seen.reading.found
        if isinstance(found, Requirement)
    )
    return tuple(sorted(found, key=lambda it: (purl_order(it.purl), it.location.path, it.location.line, it.constraint)))


def _questioned(packages: Iterable[Package], visible: Iterable[Visible]) -> Iterator[str]:
    """Yield the files of which it matters whether a package of the operating system installed them."""
    for package in packages:
        if not belongs_to_system(package.purl):
            yield from (file_of(location.path) for location in package.locations)
    yield from (seen.reading.path for seen in visible if seen.reading.gaps)


def _is_owned(package: Package, owned: frozenset[str]) -> bool:
    return (
        bool(package.locations)
        and not belongs_to_system(package.purl)
        and all(file_of(location.path) in owned for location in package.locations)
    )


def _reading_gaps(visible: Iterable[Visible], owned: frozenset[str]) -> Iterator[Gap]:
    """Yield what could not be read, but for files of which the distribution's advisories tell all."""
    for seen in visible:
        if seen.reading.analyzer in _SYSTEM_ANALYZERS or seen.reading.path not in owned:
            yield from (replace(gap, layer=seen.layer) for gap in seen.reading.gaps)


def _examined(visible: Iterable[Visible]) -> tuple[Examined, ...]:
    files: Counter[str] = Counter()
    packages: Counter[str] = Counter()
    for seen in visible:
        files[seen.reading.analyzer] += 1
        packages[seen.reading.analyzer] += sum(isinstance(found, Package) for found in seen.reading.found)
    return tuple(Examined(analyzer, files[analyzer], packages[analyzer]) for analyzer in sorted(files))


def _with(inventory: Inventory, gaps: Iterable[Gap]) -> Inventory:
    return replace(inventory, gaps=_sorted((*inventory.gaps, *gaps)))


def _sorted(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    return tuple(sorted(set(gaps), key=lambda gap: (gap.kind, gap.subject, gap.reason, gap.layer, gap.hint)))
