"""Which layer brought a package, where later layers write the file anew that lists it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from packageurl import PackageURL

from hullcheck.inventory.layer import LayerInventory
from hullcheck.inventory.merge import Visible
from hullcheck.model.package import Package
from hullcheck.model.purl import purl_text


@dataclass(frozen=True, slots=True)
class Listing:
    """The purls that an analyzer found in a file of a layer."""

    level: int
    layer: str
    purls: frozenset[str]


@dataclass(frozen=True, slots=True)
class Origins:
    """Listings of files that several layers have, by path and analyzer, lowest first."""

    listings: Mapping[tuple[str, str], tuple[Listing, ...]]

    def layer_of(self, purl: PackageURL, seen: Visible) -> str:
        """Return the diff ID of the layer since which the package with `purl` has been in the file of `seen`.

        Every `apt-get install` writes the database of all packages anew, and brings only a few of them.
        """
        listings = self.listings.get((seen.reading.path, seen.reading.analyzer))
        if not listings:
            return seen.layer
        found, wanted = seen.layer, purl_text(purl)
        for listing in reversed(listings):
            if listing.level > seen.level:
                continue
            if wanted not in listing.purls:
                break
            found = listing.layer
        return found


def origins(layers: Sequence[LayerInventory]) -> Origins:
    """Return the listings of the files that more than one of `layers` has."""
    counts = Counter((one.path, one.analyzer) for layer in layers for one in layer.readings)
    listings: dict[tuple[str, str], tuple[Listing, ...]] = {}
    for level, layer in enumerate(layers):
        for reading in layer.readings:
            key = reading.path, reading.analyzer
            if counts[key] > 1:
                purls = (purl_text(found.purl) for found in reading.found if isinstance(found, Package))
                listings[key] = (*listings.get(key, ()), Listing(level, layer.layer, frozenset(purls)))
    return Origins(listings)
