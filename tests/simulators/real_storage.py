"""Docker, Podman and containerd of Debian, each with storage of its own."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tests.simulators.registry import wait_until

_PACKAGES = "containerd, docker.io and podman"


@dataclass(frozen=True)
class Storage:
    """Where an engine stores images: `command` talks to the engine about them."""

    root: Path
    command: tuple[str, ...]

    def __call__(self, *arguments: str | Path) -> str:
        return run([*self.command, *(str(it) for it in arguments)])


@contextmanager
def docker_storage(work: Path) -> Iterator[Storage]:
    """Run dockerd without network until the block ends."""
    root, socket = work / "docker", work / "docker.sock"
    paths: dict[str, Path] = {"--data-root": root, "--exec-root": work / "docker.run", "--pidfile": work / "docker.pid"}
    network = ("--bridge", "none", "--iptables=false", "--ip-forward=false")
    options = (*_flat(paths), "-H", f"unix://{socket}", "--storage-driver", "overlay2", *network)
    with _running("dockerd", options, socket):
        yield Storage(root, (program("docker"), "-H", f"unix://{socket}"))


@contextmanager
def containerd_storage(work: Path) -> Iterator[Storage]:
    """Run containerd until the block ends."""
    root, socket, configuration = work / "containerd", work / "containerd.sock", work / "containerd.toml"
    configuration.write_text("version = 2\ndisabled_plugins = ['io.containerd.grpc.v1.cri']\n")
    paths: dict[str, Path] = {
        "--root": root,
        "--state": work / "containerd.run",
        "--address": socket,
        "--config": configuration,
    }
    with _running("containerd", _flat(paths), socket):
        yield Storage(root, (program("ctr"), "-a", str(socket)))


def podman_storage(work: Path) -> Storage:
    """Return a storage of Podman, which needs no daemon."""
    options = ("--root", str(work / "podman"), "--runroot", str(work / "podman.run"), "--storage-driver", "overlay")
    return Storage(work / "podman", (program("podman"), *options))


def _flat(options: Mapping[str, Path]) -> tuple[str, ...]:
    return tuple(chain.from_iterable((name, str(value)) for name, value in options.items()))


def program(name: str) -> str:
    """Return the path of a program, which must be installed."""
    path = shutil.which(name)
    assert path is not None, f"{name} is missing: install {_PACKAGES}"
    return path


def run(command: Sequence[str]) -> str:
    """Run a program that must succeed, and return what it prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


@contextmanager
def _running(name: str, options: Sequence[str | Path], socket: Path) -> Iterator[None]:
    log = socket.with_suffix(".log")
    with log.open("wb") as output:
        command = [program(name), *(str(it) for it in options)]
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_until(lambda: process.poll() is not None or socket.exists())
        assert process.poll() is None, log.read_text()
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)
