"""From what the user names to what is in it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import assert_never

from hullcheck.model.gap import Gap
from hullcheck.model.inventory import Inventory
from hullcheck.model.progress import Progress, Unwatched
from hullcheck.model.target import Target, TargetKind
from hullcheck.model.tree import Tree
from hullcheck.net.http import Http
from hullcheck.sources.image import Images
from hullcheck.sources.image_reference import open_image, reads_stdin
from hullcheck.sources.options import SourceOptions


@dataclass(frozen=True, slots=True)
class OpenedTarget:
    """A target that can be read: `trees`, lowest first, or for an SBOM its `inventory`, in the order of the file.

    Where an image is read for several platforms, `platforms` are the trees of each of `target.images`. `absent` are
    platforms of it that are not there.
    """

    target: Target
    trees: tuple[Tree, ...] = ()
    inventory: Inventory | None = None
    platforms: tuple[tuple[Tree, ...], ...] = ()
    absent: tuple[Gap, ...] = ()


@contextmanager
def open_target(
    kind: TargetKind,
    reference: str,
    http: Http,
    options: SourceOptions | None = None,
    progress: Progress | None = None,
    note: Callable[[str], None] = lambda _: None,
) -> Iterator[OpenedTarget]:
    """Open the target of `kind` that the user calls `reference`. Its trees can be read until this is left.

    `note` is told what the user should know of the way there.
    """
    options = options or SourceOptions()
    progress = progress or Unwatched()
    match kind:
        case TargetKind.IMAGE:
            with open_image(reference, http, options, progress, note) as (source, images):
                yield _opened_image(reference, source, images)
        case TargetKind.REPOSITORY | TargetKind.ROOTFS:
            from hullcheck.sources.directory import open_directory

            tree = open_directory(reference, kind, options, progress)
            yield OpenedTarget(Target(kind, reference, "directory"), (tree,))
        case TargetKind.SBOM:
            from hullcheck.sources.sbom.document import read_sbom

            style, inventory = read_sbom(reference, options.limits)
            yield OpenedTarget(Target(kind, reference, style), (), inventory)
        case _:
            assert_never(kind)


def _opened_image(reference: str, source: str, images: Images) -> OpenedTarget:
    (first, layers), *others = images.each
    # That it came on stdin would tell nothing.
    name = (first.whole_name or reference) if reads_stdin(reference) else reference
    if not others:
        return OpenedTarget(Target(TargetKind.IMAGE, name, source, first), layers, absent=images.absent)
    records, platforms = zip(*images.each, strict=True)
    target = Target(TargetKind.IMAGE, name, source, images=tuple(records))
    return OpenedTarget(target, platforms=tuple(platforms), absent=images.absent)
