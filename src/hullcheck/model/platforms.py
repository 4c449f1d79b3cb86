"""The platforms for which an image was scanned, and what is of which."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hullcheck.model.decision import Counts
from hullcheck.model.finding import Finding
from hullcheck.model.layer import Image
from hullcheck.model.package import Distribution, Location, Package
from hullcheck.model.severity import Severity
from hullcheck.model.target import Target

_DIGITS = 12


@dataclass(frozen=True, slots=True)
class ScannedPlatform:
    """One of several platforms that an image was scanned for.

    `name` is what packages, locations and gaps call it, `image` the id of its image.
    """

    name: str
    image: str
    distribution: Distribution | None


def platform_names(images: Sequence[Image]) -> tuple[str, ...]:
    """Return what the platforms of `images` are called, which tells them apart; "" where there is only one.

    That is "os/architecture[/variant]", with the version of the system where an index has an image for several of them,
    as it has for Windows, and with the beginning of the image's id where that does not tell them apart, either.
    """
    if len(images) == 1:
        return ("",)
    names = [image.platform or "unknown" for image in images]
    for more in ([image.os_version for image in images], [image.id.partition(":")[2][:_DIGITS] for image in images]):
        counts = Counter(names)
        pairs = zip(names, more, strict=True)
        names = [f"{name} {text}".rstrip() if counts[name] > 1 else name for name, text in pairs]
    return tuple(names)


@dataclass(frozen=True, slots=True)
class Presence:
    """Which of several platforms have what: `names` are all of them, `layers` those that have a layer, by diff ID."""

    names: tuple[str, ...] = ()
    layers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def at(self, location: Location) -> tuple[str, ...]:
        """Return the platforms that have something at `location`: those that have its layer, unless it says more."""
        return location.platforms or self.layers.get(location.layer, self.names)

    def of(self, package: Package) -> tuple[str, ...]:
        """Return the platforms that have `package`, in their order; () where there is only one to be scanned."""
        if not self.names or not package.locations:
            return self.names
        found = {name for location in package.locations for name in self.at(location)}
        return tuple(name for name in self.names if name in found)

    def divided(self, packages: Iterable[Package]) -> dict[str, list[Package]]:
        """Return which of `packages` each platform has."""
        found: dict[str, list[Package]] = {name: [] for name in self.names}
        for package in packages:
            for name in self.of(package):
                found[name].append(package)
        return found

    def counts(self, findings: Iterable[Finding]) -> dict[str, Counts]:
        """Return by platform how many of `findings` it has."""
        found = Counter((name, finding.severity) for finding, names in self._each(findings) for name in names)
        return {name: Counts(*(found[name, severity] for severity in Severity)) for name in self.names}

    def _each(self, findings: Iterable[Finding]) -> Iterator[tuple[Finding, tuple[str, ...]]]:
        # Findings share their packages, each of which is in many places at times.
        known: dict[int, tuple[str, ...]] = {}
        for finding in findings:
            key = id(finding.package)
            if key not in known:
                known[key] = self.of(finding.package)
            yield finding, known[key]


def presence(target: Target) -> Presence:
    """Return which platforms of `target` have what."""
    if not target.images:
        return Presence()
    names = platform_names(target.images)
    layers: dict[str, tuple[str, ...]] = {}
    for name, image in zip(names, target.images, strict=True):
        for diff_id in dict.fromkeys(layer.diff_id for layer in image.layers):
            layers[diff_id] = (*layers.get(diff_id, ()), name)
    return Presence(names, layers)
