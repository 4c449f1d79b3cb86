"""The storage drivers whose layers are read as directories."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from hullcheck.errors import InvalidParameter, StorageError
from hullcheck.model.progress import Progress
from hullcheck.sources.faults import told_as
from hullcheck.sources.image import Images
from hullcheck.sources.options import SourceOptions
from hullcheck.sources.storage.containerd import open_snapshots
from hullcheck.sources.storage.docker import open_docker
from hullcheck.sources.storage.podman import open_podman

Opener = Callable[[str, SourceOptions, Progress], Images]

DRIVERS: Mapping[str, Opener] = MappingProxyType(
    {
        "containerd-overlayfs": open_snapshots,
        "docker-overlay2": open_docker,
        "podman-overlay": open_podman,
    }
)


def open_directories(reference: str, options: SourceOptions, progress: Progress) -> tuple[str, Images]:
    """Return the driver that `options` name, and the image that its engine calls `reference`, with its layers."""
    driver = options.storage.driver
    if driver not in DRIVERS:
        raise InvalidParameter(f"storage driver {driver!r}", hint=f"there are {', '.join(DRIVERS)}")
    with told_as(StorageError):
        return driver, DRIVERS[driver](reference, options, progress)
