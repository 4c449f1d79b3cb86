"""Where an image is looked for that is no file."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.simulators.engine import Answer, EngineSimulator, answer, serving_engine, tell
from tests.simulators.images import digest, file, image, layer
from tests.simulators.registry import RegistrySimulator, serving_registry

from hullcheck.errors import HullcheckError, ImageError
from hullcheck.model.target import TargetKind
from hullcheck.net.http import Http, HttpOptions
from hullcheck.sources.engines.faults import EngineUnavailable
from hullcheck.sources.open import open_target
from hullcheck.sources.options import SourceOptions

DOCKERS = layer(file("docker"), packing="")
PODMANS = layer(file("podman"), packing="")
REGISTRYS = layer(file("registry"))


@pytest.fixture
def docker(tmp_path: Path) -> Iterator[EngineSimulator]:
    with serving_engine(tmp_path / "docker.sock") as engine:
        yield engine


@pytest.fixture
def podman(tmp_path: Path) -> Iterator[EngineSimulator]:
    with serving_engine(tmp_path / "podman.sock") as engine:
        yield engine


@pytest.fixture
def registry() -> Iterator[RegistrySimulator]:
    with serving_registry() as server:
        server.add("app", "1", image(REGISTRYS))
        yield server


@pytest.fixture
def name(registry: RegistrySimulator) -> str:
    """Return how the image is called that is everywhere."""
    return f"{registry.host}/app:1"


def variables(docker: EngineSimulator | str, podman: EngineSimulator | str) -> dict[str, str]:
    addresses = (it if isinstance(it, str) else it.address for it in (docker, podman))
    return dict(zip(("DOCKER_HOST", "CONTAINER_HOST"), addresses, strict=True))


def found(
    reference: str, environment: Mapping[str, str] | None, *image_sources: str, **more: Any
) -> tuple[str, list[str]]:
    """Return where the image is found, and what the user is told of the way there."""
    notes: list[str] = []
    options = SourceOptions(environment=environment, image_sources=image_sources, **more)
    with (
        Http(HttpOptions(timeout=5, retries=0)) as http,
        open_target(TargetKind.IMAGE, reference, http, options, note=notes.append) as target,
    ):
        return target.target.source, notes


def refused(reference: str, environment: Mapping[str, str] | None, *image_sources: str, **more: Any) -> HullcheckError:
    with pytest.raises(HullcheckError) as raised:
        found(reference, environment, *image_sources, **more)
    return raised.value


def test_an_image_is_looked_for_in_docker_then_podman_then_its_registry(
    docker: EngineSimulator, podman: EngineSimulator, name: str
) -> None:
    environment = variables(docker, podman)
    assert found(name, environment) == ("registry", [])
    podman.add([PODMANS], [name])
    assert found(name, environment) == ("podman", [])
    docker.add([DOCKERS], [name])
    assert found(name, environment) == ("docker", [])


def test_a_path_that_exists_goes_before_engines(
    docker: EngineSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker.add([DOCKERS], ["app:latest"])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app").write_bytes(b"")
    refused("app", variables(docker, ""))
    assert docker.seen == []


def test_the_order_can_be_named(docker: EngineSimulator, podman: EngineSimulator, name: str) -> None:
    environment = variables(docker, podman)
    docker.add([DOCKERS], [name])
    podman.add([PODMANS], [name])
    assert found(name, environment, "podman", "docker")[0] == "podman"
    assert found(name, environment, "registry", "docker")[0] == "registry"
    assert found(name, environment, "registry")[0] == "registry"
    assert found(name, environment, "docker")[0] == "docker"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "no such image: [::1]:5000/app:1: invalid reference format"),
        (500, "normalizing image: normalizing name for compat API: invalid reference format"),
        (500, 'normalizing image: normalizing name for compat API: unsupported transport "dir" for looking up images'),
    ],
)
def test_an_engine_does_not_have_what_is_no_name_to_it(
    docker: EngineSimulator, name: str, status: int, words: str
) -> None:
    docker.answers[f"/images/{name}/json"] = answer({"message": words}, status)
    assert found(name, variables(docker, "")) == ("registry", [])
    assert refused(name, variables(docker, ""), "docker").message == f"docker has no image {name}"


@pytest.mark.parametrize("platforms", ["all", "amd64,linux/arm64"])
def test_engines_are_passed_over_where_several_platforms_are_wanted(
    docker: EngineSimulator, podman: EngineSimulator, name: str, platforms: str
) -> None:
    environment = variables(docker, podman)
    docker.add([DOCKERS], [name])
    wanted = "all" if platforms == "all" else "amd64,linux/amd64"
    passed_over = (
        f"Docker: has one platform of {name}: it is passed over (name the engine, as in docker:NAME, to scan that one)"
    )
    assert found(name, environment, platform=wanted) == ("registry", [passed_over])
    assert found(name, environment, "docker", "registry", platform=wanted) == ("registry", [passed_over])
    assert found(name, environment, "podman", "registry", platform=wanted) == ("registry", [])
    assert docker.exports() == 0
    problem = refused(name, environment, "docker", "podman", platform=platforms).message
    assert f"Docker: has one platform of {name}" in problem
    assert f"podman has no image {name}" in problem


def test_an_engine_that_is_named_gives_the_platform_that_it_has(docker: EngineSimulator, name: str) -> None:
    docker.add([DOCKERS], [name])
    assert found(f"docker:{name}", variables(docker, ""), platform="all")[0] == "docker"
    assert found(name, variables(docker, ""), "docker", platform="amd64,")[0] == "docker"
    problem = refused(f"docker:{name}", variables(docker, ""), platform="amd64,arm64").message
    assert "is for linux/amd64 and not for linux/arm64" in problem


@pytest.mark.parametrize(
    ("prefix", "source"),
    [("docker:", "docker"), ("docker-daemon:", "docker"), ("podman:", "podman"), ("docker://", "registry")],
)
def test_a_prefix_goes_before_the_order(
    docker: EngineSimulator, podman: EngineSimulator, name: str, prefix: str, source: str
) -> None:
    docker.add([DOCKERS], [name])
    podman.add([PODMANS], [name])
    assert found(f"{prefix}{name}", variables(docker, podman), "podman", "registry")[0] == source


def test_no_engine_is_asked_without_an_environment(docker: EngineSimulator, name: str) -> None:
    docker.add([DOCKERS], [name])
    assert found(name, None) == ("registry", [])


def test_engines_that_are_not_there_are_passed_over_silently(
    name: str, tmp_path: Path, docker: EngineSimulator
) -> None:
    assert found(name, {"XDG_RUNTIME_DIR": str(tmp_path / "gone")}) == ("registry", [])
    # A socket that nobody listens at any more.
    docker.add([DOCKERS], [name])
    docker.path.rename(tmp_path / "docker.sock.live")
    (tmp_path / "docker.sock").touch()
    assert found(name, {"XDG_RUNTIME_DIR": str(tmp_path)}) == ("registry", [])


def test_the_socket_of_the_user_is_asked_too(name: str, tmp_path: Path, docker: EngineSimulator) -> None:
    docker.add([DOCKERS], [name])
    assert found(name, {"XDG_RUNTIME_DIR": str(tmp_path)})[0] == "docker"


def test_an_engine_that_was_named_is_not_passed_over_silently(name: str, tmp_path: Path) -> None:
    environment = variables(f"unix://{tmp_path}/gone", f"unix://{tmp_path}/gone")
    source, notes = found(name, environment)
    assert source == "registry"
    assert [note.partition(":")[0] for note in notes] == ["Docker", "Podman"]
    source, notes = found(name, {"XDG_RUNTIME_DIR": str(tmp_path)}, "podman", "registry")
    assert source == "registry"
    assert len(notes) == 1
    sockets = f"unix://{tmp_path}/podman/podman.sock or unix:///run/podman/podman.sock"
    assert notes[0].startswith(f"Podman: nobody listens at {sockets}: it is passed over (start its service")


@pytest.mark.parametrize(
    "host",
    ["ssh://user@far.example", "tcp://far.example:2375", "npipe://x", "https://gone.invalid", f"unix:///{'x' * 200}"],
)
def test_an_engine_that_cannot_be_asked_does_not_stand_in_the_way(name: str, host: str) -> None:
    source, notes = found(name, {"DOCKER_HOST": host, "XDG_RUNTIME_DIR": "/nowhere"})
    assert (source, len(notes)) == ("registry", 1)
    assert isinstance(refused(f"docker:{name}", {"DOCKER_HOST": host}), EngineUnavailable)


# Root may do everything: it asks as nobody, who may not read the program: all of it is imported before.
ASKING = """
import encodings.idna, importlib, os, pkgutil, sys
import hullcheck.net, hullcheck.sources
for package in (hullcheck.net, hullcheck.sources):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
from hullcheck.errors import HullcheckError
from hullcheck.model.target import TargetKind
from hullcheck.net.http import Http
from hullcheck.sources.open import open_target
from hullcheck.sources.options import SourceOptions
if os.getuid() == 0:
    os.setuid(65534)
options = SourceOptions(environment={"XDG_RUNTIME_DIR": sys.argv[1]})
for reference in sys.argv[2:]:
    try:
        with Http() as http, open_target(TargetKind.IMAGE, reference, http, options, note=print) as target:
            print(target.target.source)
    except HullcheckError as error:
        print(error.message, error.hint)
"""


def test_an_engine_that_is_not_for_this_user_is_passed_over_with_a_note(name: str) -> None:
    with tempfile.TemporaryDirectory() as root:
        Path(root).chmod(0o711)
        path = Path(root, "docker.sock")
        with serving_engine(path) as engine:
            engine.add([DOCKERS], [name])
            path.chmod(0)
            command = [sys.executable, "-c", ASKING, root, name, f"docker:{name}"]
            environment = {"PYTHONPATH": ":".join(sys.path)}
            done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    problem = f"Docker: unix://{path}: permission denied"
    note, source, error = done.stdout.splitlines()
    assert note.startswith(f"{problem}: it is passed over (join the group docker")
    assert source == "registry"
    assert error.startswith(f"{problem} join the group docker")


def test_an_engine_that_answers_with_an_error_may_have_the_image(docker: EngineSimulator, name: str) -> None:
    for wrong in (answer({"message": "broken"}, 500), Answer(200, [b"{}"])):
        docker.answers[f"/images/{name}/json"] = wrong
        error = refused(name, variables(docker, ""))
        assert error.message.startswith("Docker: ")


def test_the_registry_has_the_platform_that_an_engine_lacks(docker: EngineSimulator, name: str) -> None:
    docker.add([DOCKERS], [name], architecture="arm64")
    environment = {**variables(docker, ""), "XDG_RUNTIME_DIR": "/nowhere"}
    assert found(name, environment, platform="linux/amd64")[0] == "registry"
    assert found(name, environment, platform="linux/arm64")[0] == "docker"
    # What is there is meant where none is asked for, as in `docker run`.
    assert found(name, environment)[0] == "docker"


def test_an_engine_that_gives_another_image_than_was_named_does_not_have_it(podman: EngineSimulator, name: str) -> None:
    """Podman takes a name for the end of a longer one."""
    podman.add([PODMANS], [name])
    tell(podman, f"/images/{name}/json", RepoTags=["registry.example/other/app:1"])
    environment = {**variables("", podman), "XDG_RUNTIME_DIR": "/nowhere"}
    assert found(name, environment)[0] == "registry"
    assert found(f"podman:{name}", environment)[0] == "podman"


def test_a_short_word_is_a_name_and_not_the_beginning_of_an_id(docker: EngineSimulator) -> None:
    identity = docker.add([DOCKERS], ["app:1"]).removeprefix("sha256:")
    docker.answers[f"/images/{identity[:4]}/json"] = docker.answers["/images/app:1/json"]
    environment = {**variables(docker, ""), "XDG_RUNTIME_DIR": "/nowhere"}
    assert found(identity[:12], environment)[0] == "docker"
    assert found(identity, environment)[0] == "docker"
    assert found(f"docker:{identity[:4]}", environment)[0] == "docker"
    assert "was not found" in refused(identity[:4], environment, "docker", "podman").message


def test_an_image_that_is_nowhere_is_one_clear_line(
    docker: EngineSimulator, podman: EngineSimulator, registry: RegistrySimulator
) -> None:
    environment = variables(docker, podman)
    error = refused("gone:1", environment, "docker", "podman")
    assert error.message == "gone:1 was not found: docker has no image gone:1; podman has no image gone:1"
    error = refused(f"{registry.host}/gone:1", environment)
    assert error.message.startswith(f"{registry.host}/gone:1: does not exist (404")
    error = refused(f"{registry.host}/gone:1", environment, "registry", "docker")
    assert "does not exist (404" in error.message
    assert isinstance(error, ImageError)


def test_a_digest_means_the_same_image_everywhere(
    docker: EngineSimulator, registry: RegistrySimulator, name: str
) -> None:
    environment = {**variables(docker, ""), "XDG_RUNTIME_DIR": "/nowhere"}
    reference = f"{registry.host}/app@{digest(image(REGISTRYS).manifest)}"
    assert found(reference, environment)[0] == "registry"
    docker.add([DOCKERS], [name], [reference])
    assert found(reference, environment)[0] == "docker"
