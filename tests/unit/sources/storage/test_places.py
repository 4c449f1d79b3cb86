"""Where engines keep their images, and who may read them."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from tests.simulators.images import write_files

from hullcheck.errors import MalformedFile
from hullcheck.sources.options import StorageOptions
from hullcheck.sources.storage.places import (
    NoStorage,
    check_rights,
    containerd_root,
    docker_root,
    podman_roots,
    readable,
)

Unprivileged = Callable[[Path], AbstractContextManager[None]]


def options(work: Path, **more: str) -> StorageOptions:
    return StorageOptions(home=str(work), config=f"{work}/config", data=f"{work}/data", **more)


def test_what_the_user_names_counts() -> None:
    named = StorageOptions(root="/named")
    assert docker_root(named) == containerd_root(named) == podman_roots(named)[0] == Path("/named")


def test_root_has_storages_of_the_system(tmp_path: Path) -> None:
    write_files(tmp_path, {"config/docker/daemon.json": b"{}", "data/docker/x": b"", "data/containerd/x": b""})
    assert docker_root(options(tmp_path)) == Path("/var/lib/docker")
    assert containerd_root(options(tmp_path)) == Path("/var/lib/containerd")
    assert podman_roots(options(tmp_path))[0] == Path("/var/lib/containers/storage")


def test_users_without_rights_have_their_own(tmp_path: Path, unprivileged: Unprivileged) -> None:
    write_files(tmp_path, {"data/docker/x": b"", "data/containerd/x": b""})
    with unprivileged(tmp_path):
        assert docker_root(options(tmp_path)) == tmp_path / "data" / "docker"
        assert containerd_root(options(tmp_path)) == tmp_path / "data" / "containerd"
        assert podman_roots(options(tmp_path)) == (tmp_path / "data" / "containers" / "storage",)


@pytest.mark.parametrize("key", ["data-root", "graph"])
def test_dockers_configuration_names_its_root(tmp_path: Path, unprivileged: Unprivileged, key: str) -> None:
    configuration = f'{{"{key}": "{tmp_path}/elsewhere"}}'
    write_files(tmp_path, {"config/docker/daemon.json": configuration.encode(), "elsewhere/x": b""})
    with unprivileged(tmp_path):
        assert docker_root(options(tmp_path)) == tmp_path / "elsewhere"


def test_users_who_have_none_may_read_that_of_the_system(tmp_path: Path, unprivileged: Unprivileged) -> None:
    with unprivileged(tmp_path):
        assert docker_root(options(tmp_path)) == Path("/var/lib/docker")
        assert containerd_root(options(tmp_path)) == Path("/var/lib/containerd")


def podman(work: Path, text: str, root: str = "") -> tuple[Path, ...]:
    write_files(work, {"storage.conf": text.encode()})
    return podman_roots(options(work, podman=f"{work}/storage.conf", root=root))


def test_podmans_configuration_names_its_roots(tmp_path: Path) -> None:
    roots = podman(
        tmp_path,
        '[storage]\ndriver = "overlay"\ngraphroot = "/a"\nimagestore = "/b"\n'
        '[storage.options]\nadditionalimagestores = ["/c", "/a"]\n'
        '[storage.options.overlay]\nadditionalimagestores = ["/d"]\n',
    )
    assert roots == tuple(map(Path, ("/a", "/b", "/c", "/d")))


def test_the_root_that_the_user_names_has_additional_stores(tmp_path: Path) -> None:
    text = '[storage]\ngraphroot = "/a"\nimagestore = "/b"\n[storage.options]\nadditionalimagestores = ["/c"]\n'
    assert podman(tmp_path, text, root="/named") == (Path("/named"), Path("/c"))


def test_variables_in_podmans_roots_are_known(tmp_path: Path) -> None:
    roots = podman(tmp_path, '[storage]\ngraphroot = "$HOME/x/$UID"\nimagestore = "${HOME}/y"\n')
    assert roots == (tmp_path / "x" / str(os.getuid()), tmp_path / "y")


def test_a_users_own_configuration_of_podman_counts(tmp_path: Path, unprivileged: Unprivileged) -> None:
    write_files(tmp_path, {"config/containers/storage.conf": b'[storage]\ngraphroot = "/mine"\n'})
    with unprivileged(tmp_path):
        assert podman_roots(options(tmp_path)) == (Path("/mine"),)


@pytest.mark.parametrize("text", ["[storage", "storage = 5", "[storage]\ngraphroot = 5"])
def test_a_configuration_that_cannot_be_read_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(MalformedFile, match=r"storage\.conf"):
        podman(tmp_path, text)


def test_a_configuration_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert podman_roots(options(tmp_path, podman=f"{tmp_path}/gone")) == (Path("/var/lib/containers/storage"),)


# Rights


def test_root_may_read_what_root_stored(tmp_path: Path) -> None:
    check_rights(tmp_path, "Docker")


def test_others_may_not_see_what_roots_layers_hide(tmp_path: Path, unprivileged: Unprivileged) -> None:
    with unprivileged(tmp_path), pytest.raises(NoStorage, match="only root may see") as raised:
        check_rights(tmp_path, "Docker")
    assert "as root" in raised.value.hint


def test_others_may_read_what_they_stored(tmp_path: Path, unprivileged: Unprivileged) -> None:
    os.chown(tmp_path, 65534, 65534)
    with unprivileged(tmp_path):
        check_rights(tmp_path, "Podman")


def test_root_of_a_user_namespace_sees_its_own_only(tmp_path: Path) -> None:
    """In `podman unshare`, storages of others are shown as those of nobody."""
    own, foreign = tmp_path / "own", tmp_path / "foreign"
    own.mkdir()
    foreign.mkdir()
    os.chown(foreign, 1000, 1000)
    program = (
        "import sys; from pathlib import Path; from hullcheck.sources.storage.places import check_rights, NoStorage\n"
        "check_rights(Path(sys.argv[1]), 'Podman')\n"
        "try: check_rights(Path(sys.argv[2]), 'Podman')\n"
        "except NoStorage as error: print(error.message)\n"
    )
    command = ["unshare", "--user", "--map-root-user", sys.executable, "-c", program, str(own), str(foreign)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{foreign}: only root may see what the layers in it hide\n"


def test_what_may_not_be_read_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoStorage, match="/x: denied") as raised, readable(tmp_path):
        raise PermissionError(13, "denied", "/x")
    assert "as root" in raised.value.hint


def test_a_root_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoStorage, match="No such file") as raised:
        check_rights(tmp_path / "gone", "Docker")
    assert "Docker's directory with --storage-root" in raised.value.hint
