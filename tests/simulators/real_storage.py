"""Docker, Podman and containerd of Debian, each with storage of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.simulators.real_engines import docker_service, serving
from tests.simulators.real_registry import program, run


@dataclass(frozen=True)
class Storage:
    """Where an engine stores images: to call it is to run the engine's command."""

    root: Path
    client: tuple[str, ...]

    def __call__(self, *arguments: str | Path) -> str:
        return run([*self.client, *(str(it) for it in arguments)])


@contextmanager
def docker_storage(work: Path) -> Iterator[Storage]:
    """Run dockerd until the block ends."""
    with docker_service(work) as engine:
        yield Storage(work / "docker", engine.client)


@contextmanager
def containerd_storage(work: Path) -> Iterator[Storage]:
    """Run containerd, without its part for Kubernetes, until the block ends."""
    root, socket, configuration = work / "containerd", work / "containerd.sock", work / "containerd.toml"
    configuration.write_text("version = 2\ndisabled_plugins = ['io.containerd.grpc.v1.cri']\n")
    places = ["--root", root, "--state", work / "containerd.run", "--address", socket, "--config", configuration]
    with serving([program("containerd"), *map(str, places)], socket):
        yield Storage(root, (program("ctr"), "-a", str(socket)))


def podman_storage(work: Path, *options: str) -> Storage:
    """Return a storage of Podman, which needs no daemon."""
    places = ("--root", str(work / "podman"), "--runroot", str(work / "podman.run"))
    return Storage(work / "podman", (program("podman"), *places, "--storage-driver", "overlay", *options))
