"""What a source hands to the inventory: layers, and what is in them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from hullcheck.model.gap import Gap
from hullcheck.model.layer import Layer
from hullcheck.model.source_file import SourceFile, Wants


@dataclass(frozen=True, slots=True)
class Hidden:
    """A path that a layer hides in the layers below it.

    `below` is set where only what lies below the path is hidden, not the path itself (an opaque directory), `alone`
    where only the path itself is (a directory of the layer, which takes the place of a file and joins a directory; it
    need not be told where the layer brings something below it). A non-directory hides the path and all below it:
    whiteouts, and every file, link or device that the layer brings. OCI image specification, layer.md, "Whiteouts".

    `here` is set where the path, and all below it, is gone from the layer itself: a later member of its archive took
    the place of a file that was yielded before.
    """

    path: str
    below: bool = False
    alone: bool = False
    here: bool = False


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Files that a layer brings and nobody wants, which hide their `paths` as `Hidden` does.

    They come together, because a layer has a hundred thousand of them.
    """

    paths: tuple[str, ...]


Entry = SourceFile | Hidden | Unwanted | Gap


@dataclass(frozen=True, slots=True)
class Keeping:
    """How what a layer holds may be kept under its digests, which are verified whenever it is read.

    `manner` is all else that it depends on: the limits of reading. `stamp` returns what changes when the bytes do that
    are at hand: "" where nothing tells, None where they would have to be transferred, and would be verified then.
    `confirm` stands in for reading: given the diff ID of what was kept, it raises where the layer is another one. Told
    that its bytes were not `verified` before, it does that. `allow` is told how many paths were kept, and how long
    they are together, and raises where that is more than all layers of an image may have.
    """

    manner: str
    stamp: Callable[[], str | None]
    confirm: Callable[[str, bool], None]
    allow: Callable[[int, int], None]


class Tree(Protocol):
    """A layer of an image, or a directory."""

    @property
    def layer(self) -> Layer | None:
        """Return the layer, None for a directory."""

    @property
    def keeping(self) -> Keeping | None:
        """Return how what `entries` yields may be kept, None where it does not verify the digests of the layer."""

    def entries(self, wants: Wants) -> Iterator[Entry]:
        """Read the tree once: yield the files that `wants` selects, what the layer hides, and what was not readable.

        A `SourceFile` hides its own path below without a further `Hidden`; a `Hidden` of a whiteout or opaque
        directory counts for lower layers only, wherever in the layer it stands. Of several `SourceFile`s with one path
        the last counts.
        """
