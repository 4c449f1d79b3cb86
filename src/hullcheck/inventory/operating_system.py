"""Whose operating system it is, and what its packages are called there."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from packageurl import PackageURL

from hullcheck.ecosystems.distribution import DISTRIBUTION
from hullcheck.ecosystems.table import ECOSYSTEMS
from hullcheck.inventory.merge import Visible
from hullcheck.model.package import Distribution, Location, Package

# Of an operating system are the types of purl whose advisories are those of distributions.
SYSTEM_TYPES = frozenset(
    ecosystem.purl_type for ecosystem in ECOSYSTEMS if any(feed.distribution for feed in ecosystem.feeds)
)

_PRECEDENCE = {analyzer.name: rank for rank, analyzer in enumerate(DISTRIBUTION)}


def belongs_to_system(purl: PackageURL) -> bool:
    """Say whether the package is one of an operating system."""
    return purl.type in SYSTEM_TYPES


def distribution_in(visible: Iterable[Visible]) -> Distribution | None:
    """Return the distribution that the file with the highest precedence names."""
    named = [
        ((_PRECEDENCE.get(seen.reading.analyzer, len(_PRECEDENCE)), seen.reading.path), seen.layer, found)
        for seen in visible
        for found in seen.reading.found
        if isinstance(found, Distribution)
    ]
    if not named:
        return None
    _, layer, distribution = min(named, key=lambda entry: entry[0])
    return replace(distribution, location=replace(distribution.location, layer=layer))


def distribution_of(packages: Iterable[Package]) -> Distribution | None:
    """Return the distribution that most `packages` of an operating system say in their purls that they are of."""
    named: dict[tuple[str, str], Location] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for package in packages:
        purl = package.purl
        if purl.namespace and "distro" in purl.qualifiers and belongs_to_system(purl):
            key = (purl.namespace, _release(purl.qualifiers["distro"], purl.namespace))
            named.setdefault(key, package.locations[0] if package.locations else Location(""))
            counts[key] += 1
    if not counts:
        return None
    (identifier, version), _ = min(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return Distribution(identifier, version, f"{identifier} {version}".strip(), "", (), named[identifier, version])


def qualified(packages: Iterable[Package], distribution: Distribution | None) -> Iterator[Package]:
    """Yield `packages`, those of the operating system with `distribution` as namespace and `distro` qualifier.

    What a purl of an SBOM says itself stays, in one form: "debian-12", for which Trivy writes "12".
    """
    for package in packages:
        if belongs_to_system(package.purl):
            yield replace(package, purl=_qualified(package.purl, distribution))
        else:
            yield package


def _qualified(purl: PackageURL, distribution: Distribution | None) -> PackageURL:
    namespace = purl.namespace or (distribution.id if distribution else "")
    distro = purl.qualifiers.get("distro", "")
    if not distro and distribution and distribution.id == namespace:
        distro = distribution.version
    if namespace:
        version = _release(distro, namespace)
        distro = f"{namespace}-{version}" if version else namespace
    return PackageURL(
        purl.type, namespace or None, purl.name, purl.version, {**purl.qualifiers, "distro": distro}, purl.subpath
    )


def _release(distro: str, namespace: str) -> str:
    return "" if distro == namespace else distro.removeprefix(f"{namespace}-")
