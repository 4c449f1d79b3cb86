"""What an image has from its base, and what was added to it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hullcheck.model.decision import Counts
from hullcheck.model.finding import Finding
from hullcheck.model.layer import Image
from hullcheck.model.package import Package
from hullcheck.model.platforms import Presence, platform_names, presence
from hullcheck.model.severity import Severity
from hullcheck.model.target import Target


@dataclass(frozen=True, slots=True)
class Origins:
    """How many findings are inherited from the base image, and how many were added to it."""

    inherited: Counts
    added: Counts


@dataclass(frozen=True, slots=True)
class Inheritance:
    """The layers of the base image, by their diff IDs; None where they are not known.

    There are those of the one image, or those of each platform by its name, with the `presence` of packages in them.
    """

    layers: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    presence: Presence = field(default_factory=Presence)

    @property
    def known(self) -> bool:
        """Say whether the bases of all images are known."""
        return bool(self.layers) and None not in self.layers.values()

    def of(self, package: Package) -> bool | None:
        """Say whether `package` is inherited: all its locations are in the base. None where the base is not known.

        What several platforms have is inherited if it is so for each of them.
        """
        if not self.layers:
            return None
        answers = {self._of(package, name) for name in self.presence.of(package) or self.layers}
        return False if False in answers else None if None in answers else True

    def _of(self, package: Package, name: str) -> bool | None:
        layers = self.layers.get(name)
        if layers is None:
            return None
        here = [at for at in package.locations if not name or name in self.presence.at(at)]
        return bool(here) and all(location.layer in layers for location in here)


def inheritance(target: Target) -> Inheritance:
    """Return what the image of `target`, or each of its images, has from its base."""
    if not target.every_image:
        return Inheritance()
    names = platform_names(target.every_image)
    bases = {name: _layers_of_base(image) for name, image in zip(names, target.every_image, strict=True)}
    return Inheritance(bases, presence(target))


def _layers_of_base(image: Image) -> frozenset[str] | None:
    """Return the layers that are of the base of `image`, None where they are not known.

    A layer that the image has once more above its base is no longer the base's: locations name it by its diff ID, and
    what lies between may have removed what it brings again.
    """
    if image.base is None or not image.base.layers:
        return None
    diff_ids = [layer.diff_id for layer in image.layers]
    return frozenset(diff_ids[: image.base.layers]) - frozenset(diff_ids[image.base.layers :])


def origins(target: Target, findings: Iterable[Finding]) -> Origins | None:
    """Return how many of `findings` have which origin, None where a base is not known."""
    inherited = inheritance(target)
    if not inherited.known:
        return None
    # Findings share their packages, each of which is in many places at times.
    known: dict[int, bool | None] = {}
    counted: Counter[tuple[bool, Severity]] = Counter()
    for finding in findings:
        key = id(finding.package)
        if key not in known:
            known[key] = inherited.of(finding.package)
        counted[known[key] is True, finding.severity] += 1
    return Origins(*(Counts(*(counted[whose, severity] for severity in Severity)) for whose in (True, False)))
