"""What should have been found and was not."""

from collections import Counter
from collections.abc import Iterable, Iterator

from hullcheck.ecosystems.ecosystem import INSTALLED
from hullcheck.inventory.operating_system import belongs_to_system
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.inventory import Inventory
from hullcheck.model.package import Package
from hullcheck.model.target import TargetKind

_NOTHING = {
    TargetKind.IMAGE: ("/", "neither an operating system nor packages were found in the image", ""),
    TargetKind.REPOSITORY: (
        ".",
        "no manifest or lock file was found",
        "is this the right directory? What is unpacked or installed is scanned with `hullcheck rootfs`",
    ),
    TargetKind.ROOTFS: (
        "/",
        "neither an operating system nor packages were found",
        "is this the root of a file system? Source trees are scanned with `hullcheck repo`",
    ),
    TargetKind.SBOM: (".", "the SBOM lists no packages with a purl", "have it made with package URLs"),
}


def absences(inventory: Inventory, kind: TargetKind, *, recognised: bool) -> Iterator[Gap]:
    """Yield what is missing in `inventory` of a target of `kind`.

    `recognised` says whether there was a file that an analyzer knows by its name, which is enough for a source tree: a
    manifest may have no dependencies.
    """
    yield from _unknown_distributions(inventory.packages)
    if _is_empty(inventory, kind, recognised=recognised):
        yield Gap(GapKind.NOTHING_FOUND, *_NOTHING[kind])
    elif kind in INSTALLED:
        yield from _unseen_system(inventory)


def _is_empty(inventory: Inventory, kind: TargetKind, *, recognised: bool) -> bool:
    if inventory.packages or inventory.requirements:
        return False
    return inventory.distribution is None if kind in INSTALLED else not recognised


def _unknown_distributions(packages: Iterable[Package]) -> Iterator[Gap]:
    types = Counter(
        package.purl.type for package in packages if not package.purl.namespace and belongs_to_system(package.purl)
    )
    for purl_type, count in sorted(types.items()):
        yield Gap(
            GapKind.UNKNOWN_DISTRIBUTION,
            f"pkg:{purl_type}",
            f"{count} packages of an operating system, and no file that names its distribution",
            "scan an image or root file system that holds etc/os-release",
        )


def _unseen_system(inventory: Inventory) -> Iterator[Gap]:
    """Yield that there is a distribution without packages."""
    distribution = inventory.distribution
    if distribution and not any(belongs_to_system(package.purl) for package in inventory.packages):
        yield Gap(
            GapKind.NOTHING_FOUND,
            distribution.location.path,
            f"{distribution.name}, and none of its packages was found",
            "keep the package database in the image: without it nobody can tell what the system consists of",
            distribution.location.layer,
        )
