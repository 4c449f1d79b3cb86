"""What an image has from its base, and what was added to it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from hullcheck.model.decision import Counts
from hullcheck.model.finding import Finding
from hullcheck.model.layer import Image
from hullcheck.model.package import Package
from hullcheck.model.severity import Severity


@dataclass(frozen=True, slots=True)
class Origins:
    """How many findings are inherited from the base image, and how many were added to it."""

    inherited: Counts
    added: Counts


@dataclass(frozen=True, slots=True)
class Inheritance:
    """The layers of the base image, by their diff IDs; None where they are not known."""

    layers: frozenset[str] | None = None

    def of(self, package: Package) -> bool | None:
        """Say whether `package` is inherited: all its locations are in the base. None where the base is not known."""
        if self.layers is None:
            return None
        return bool(package.locations) and all(location.layer in self.layers for location in package.locations)


def inheritance(image: Image | None) -> Inheritance:
    """Return what `image` has from its base.

    A layer that the image has once more above its base is no longer the base's: locations name it by its diff ID, and
    what lies between may have removed what it brings again.
    """
    if image is None or image.base is None or not image.base.layers:
        return Inheritance()
    diff_ids = [layer.diff_id for layer in image.layers]
    return Inheritance(frozenset(diff_ids[: image.base.layers]) - frozenset(diff_ids[image.base.layers :]))


def origins(image: Image | None, findings: Iterable[Finding]) -> Origins | None:
    """Return how many of `findings` have which origin, None where the base of `image` is not known."""
    inherited = inheritance(image)
    if inherited.layers is None:
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
