"""Docker and Podman of Debian, as services at sockets of their own."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.simulators.real_registry import program, run
from tests.simulators.registry import wait_until


@dataclass(frozen=True)
class RealEngine:
    """An engine that runs: `variable` is how its clients are told where. To call it is to run its command."""

    variable: str
    socket: Path
    client: tuple[str, ...]

    def __call__(self, *arguments: str | Path) -> str:
        return run([*self.client, *(str(it) for it in arguments)])

    @property
    def address(self) -> str:
        return f"unix://{self.socket}"

    @property
    def environment(self) -> dict[str, str]:
        return {self.variable: self.address}


@contextmanager
def docker_service(work: Path) -> Iterator[RealEngine]:
    """Run dockerd, without a network for containers, until the block ends."""
    socket = work / "docker.sock"
    places = ["--data-root", work / "docker", "--exec-root", work / "docker.run", "--pidfile", work / "docker.pid"]
    network = ["--bridge", "none", "--iptables=false", "--ip-forward=false"]
    try:
        with serving([program("dockerd"), *map(str, places), *network, "-H", f"unix://{socket}"], socket):
            yield RealEngine("DOCKER_HOST", socket, (program("docker"), "-H", f"unix://{socket}"))
    finally:
        _unmount_below(work)


@contextmanager
def podman_service(work: Path) -> Iterator[RealEngine]:
    """Run the service of Podman until the block ends."""
    socket, storage = work / "podman.sock", work / "podman"
    client = (program("podman"), "--root", str(storage), "--runroot", str(work / "podman.run"))
    try:
        with serving([*client, "system", "service", "--time", "0", f"unix://{socket}"], socket):
            yield RealEngine("CONTAINER_HOST", socket, client)
    finally:
        _unmount_below(storage)


@contextmanager
def serving(command: Sequence[str], socket: Path) -> Iterator[None]:
    """Run a daemon that listens at `socket` until the block ends."""
    log = socket.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_until(lambda: process.poll() is not None or socket.exists(), 30)
        assert process.poll() is None, log.read_text()
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def _unmount_below(root: Path) -> None:
    """Unmount what engines leave mounted: their storage, onto itself. It could not be removed else."""
    mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    for place in reversed([it for it in mounted if it.startswith(f"{root}/")]):
        run([program("umount"), place])
