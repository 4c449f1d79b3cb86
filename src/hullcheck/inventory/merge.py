"""What is left of the layers of an image when they lie upon each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hullcheck.inventory.layer import LayerInventory, Reading
from hullcheck.model.gap import Gap


@dataclass(frozen=True, slots=True)
class Visible:
    """What was found in a file that no layer above `layer` hides; `level` counts the layers, the lowest is 0."""

    layer: str
    reading: Reading
    level: int


def merge(layers: Sequence[LayerInventory]) -> tuple[tuple[Visible, ...], tuple[Gap, ...]]:
    """Return what is visible of `layers`, lowest first, and the gaps of the source that concern it.

    A layer hides what lies below it only, never what it brings itself. OCI image specification, layer.md,
    "Applying Changesets" and "Whiteouts".
    """
    above = _Above()
    visible: list[Visible] = []
    gaps: list[Gap] = []
    for level, layer in reversed(tuple(enumerate(layers))):
        shown = (reading for reading in layer.readings if not above.hides(reading.path))
        visible.extend(Visible(layer.layer, reading, level) for reading in shown)
        gaps.extend(replace(gap, layer=gap.layer or layer.layer) for gap in layer.gaps if not above.hides(gap.subject))
        if level:
            above.add(layer)
    return tuple(reversed(visible)), tuple(reversed(gaps))


class _Above:
    """What the layers hide that were added so far."""

    __slots__ = ("_alone", "_below", "_known", "_trees")

    def __init__(self) -> None:
        self._trees: set[str] = set()
        self._below: set[str] = set()
        self._alone: set[str] = set()
        # Directories for which it is known whether all below them is hidden.
        self._known: dict[str, bool] = {}

    def add(self, layer: LayerInventory) -> None:
        self._trees |= layer.hidden
        self._below |= layer.emptied
        self._alone |= layer.replaced
        self._known = {}

    def hides(self, path: str) -> bool:
        return path in self._trees or path in self._alone or self._hides_below(path.rpartition("/")[0])

    def _hides_below(self, directory: str) -> bool:
        passed = []
        for place in _upwards(directory):
            verdict = self._known.get(place, place in self._trees or place in self._below or None)
            if verdict is not None:
                break
            passed.append(place)
        else:
            verdict = False
        self._known.update(dict.fromkeys(passed, verdict))
        return verdict


def _upwards(directory: str) -> Iterator[str]:
    """Yield `directory`, the directories that it lies in, and the root ("")."""
    while directory:
        yield directory
        directory = directory.rpartition("/")[0]
    yield ""
