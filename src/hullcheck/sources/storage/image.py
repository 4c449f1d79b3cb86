"""Images whose layers are directories."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hullcheck.model.layer import Image
from hullcheck.model.progress import Progress
from hullcheck.sources.options import SourceOptions
from hullcheck.sources.storage.overlay import OverlayTree

PLAIN = "application/vnd.docker.image.rootfs.diff.tar"


@dataclass(frozen=True, slots=True)
class LayerDirectory:
    """A layer as it is stored: see `Layer` and `OverlayTree` for the fields."""

    root: Path
    digest: str = ""
    size: int = 0
    media_type: str = PLAIN
    whiteout_files: bool = False


def overlay_trees(
    image: Image, directories: Sequence[LayerDirectory], options: SourceOptions, progress: Progress
) -> tuple[OverlayTree, ...]:
    """Return the layers of `image`, which are in `directories`, lowest first."""
    progress.start("files", 0)
    return tuple(
        OverlayTree(layer, it.root, options.limits, progress, it.whiteout_files)
        for layer, it in zip(image.layers, directories, strict=True)
    )
