"""From the layers of a target, or from an SBOM, to its inventory."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from hullcheck.ecosystems.distribution import DISTRIBUTION
from hullcheck.ecosystems.table import ECOSYSTEMS, analyzers_for
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

# What cannot be read of the operating system's own files is a gap, whoever owns them.
_SYSTEM_ANALYZERS = frozenset(analyzer.name for analyzer in DISTRIBUTION) | frozenset(
    analyzer.name for ecosystem in ECOSYSTEMS if ecosystem.purl_type in SYSTEM_TYPES for analyzer in ecosystem.analyzers
)


def take(trees: Iterable[Tree], kind: TargetKind, cache: LayerCache | None = None) -> Inventory:
    """Return what is in a target of `kind` whose layers are `trees`, lowest first.

    Layers that `cache` knows are not read.
    """
    index = Index(analyzers_for(kind))
    return assemble(read_layers(tuple(trees), index, cache), kind, index.wants)


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
