"""What is in a target."""

from dataclasses import dataclass

from hullcheck.model.coverage import Examined
from hullcheck.model.gap import Gap
from hullcheck.model.package import Distribution, OwnProject, Package, Requirement, Settled


@dataclass(frozen=True, slots=True)
class Inventory:
    """Packages, sorted by purl and place, and what is known about how they were found.

    `settled` and `own_projects` tell which of the `requirements` are known.
    """

    packages: tuple[Package, ...]
    requirements: tuple[Requirement, ...] = ()
    distribution: Distribution | None = None
    examined: tuple[Examined, ...] = ()
    gaps: tuple[Gap, ...] = ()
    settled: tuple[Settled, ...] = ()
    own_projects: tuple[OwnProject, ...] = ()
