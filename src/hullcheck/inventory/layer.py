"""What is found in a layer, regardless of all others: it can be kept under the layer's digest."""

from dataclasses import dataclass

from hullcheck.model.gap import Gap
from hullcheck.model.package import (
    Distribution,
    OwnedFiles,
    OwnProject,
    Package,
    Requirement,
    Settled,
    ThirdParty,
    Vendored,
)

Found = Package | Requirement | Settled | Vendored | OwnProject | Distribution | OwnedFiles | ThirdParty


@dataclass(frozen=True, slots=True)
class Reading:
    """What the analyzer called `analyzer` found in the file at `path`, and what it could not read of it."""

    path: str
    analyzer: str
    found: tuple[Found, ...]
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class LayerInventory:
    """What is in a layer, and what it hides in the layers below it.

    `layer` is the diff ID, "" for a directory. `hidden` are paths that are hidden with all below them, each
    non-directory of the layer among them, `emptied` those below which all is hidden (opaque directories), and
    `replaced` those that are hidden alone: directories, also those that the layer does not tell of, in which a path of
    the others lies. `gaps` are those of the source.
    """

    layer: str
    readings: tuple[Reading, ...]
    hidden: frozenset[str] = frozenset()
    emptied: frozenset[str] = frozenset()
    replaced: frozenset[str] = frozenset()
    gaps: tuple[Gap, ...] = ()
