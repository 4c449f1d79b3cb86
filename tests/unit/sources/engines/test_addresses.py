"""Where engines listen."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from hullcheck.errors import ImageError
from hullcheck.net.endpoint import Endpoint, OwnCertificates
from hullcheck.sources.engines.addresses import Addresses, docker_addresses, podman_addresses
from hullcheck.sources.engines.engine import ENGINES, endpoints
from hullcheck.sources.engines.faults import EngineAbsent, EngineUnavailable
from hullcheck.sources.providers import DOCKER, PODMAN


def context(home: Path, name: str, endpoint: Mapping[str, Any], *, current: bool = True) -> str:
    """Write a Docker context as its client does; return the path of the client's configuration."""
    file = home / "contexts" / "meta" / sha256(name.encode()).hexdigest() / "meta.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": endpoint}}))
    config = home / "config.json"
    config.write_text(json.dumps({"auths": {}, "currentContext": name} if current else {}))
    return str(config)


def test_docker_listens_where_it_usually_does() -> None:
    assert docker_addresses({}, "") == Addresses(("unix:///var/run/docker.sock",))
    rootless = Addresses(("unix:///var/run/docker.sock", "unix:///run/user/1000/docker.sock"))
    assert docker_addresses({"XDG_RUNTIME_DIR": "/run/user/1000"}, "/none/config.json") == rootless


def test_podman_listens_for_the_user_or_for_root() -> None:
    assert podman_addresses({}, "") == Addresses(("unix:///run/podman/podman.sock",))
    expected = ("unix:///run/user/1000/podman/podman.sock", "unix:///run/podman/podman.sock")
    assert podman_addresses({"XDG_RUNTIME_DIR": "/run/user/1000"}, "") == Addresses(expected)
    named = Addresses(("unix:///x",), "CONTAINER_HOST")
    assert podman_addresses({"CONTAINER_HOST": "unix:///x", "XDG_RUNTIME_DIR": "/y"}, "") == named


def test_a_context_says_where_docker_listens(tmp_path: Path) -> None:
    config = context(tmp_path, "desktop", {"Host": "unix:///home/x/docker.sock"})
    expected = Addresses(("unix:///home/x/docker.sock",), "Docker context 'desktop'")
    assert docker_addresses({}, config) == expected
    assert docker_addresses({"DOCKER_CONTEXT": "desktop"}, config) == expected
    assert docker_addresses({"DOCKER_CONTEXT": "default"}, config).stated_by == ""
    assert docker_addresses({"DOCKER_HOST": "unix:///z", "DOCKER_CONTEXT": "desktop"}, config).texts == ("unix:///z",)


def test_a_context_may_have_certificates(tmp_path: Path) -> None:
    config = context(tmp_path, "far", {"Host": "tcp://far.example:2376", "SkipTLSVerify": False})
    assert docker_addresses({}, config).certificates == ""
    directory = tmp_path / "contexts" / "tls" / sha256(b"far").hexdigest() / "docker"
    directory.mkdir(parents=True)
    found = docker_addresses({}, config)
    assert (found.certificates, found.verify) == (str(directory), True)


def test_a_context_that_is_not_there_is_told(tmp_path: Path) -> None:
    config = context(tmp_path, "desktop", {"Host": "unix:///x"})
    with pytest.raises(EngineUnavailable, match="there is no Docker context 'gone'"):
        docker_addresses({"DOCKER_CONTEXT": "gone"}, config)


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"currentContext": 1}', b"\xff", b"[" * 100_000])
def test_a_configuration_that_is_none_is_told(tmp_path: Path, content: bytes) -> None:
    config = tmp_path / "config.json"
    config.write_bytes(content)
    with pytest.raises(EngineUnavailable, match=r"config\.json"):
        docker_addresses({}, str(config))


def test_a_configuration_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="directory"):
        docker_addresses({}, str(tmp_path))


def reached(text: str, engine: str = DOCKER, insecure: tuple[str, ...] = (), **more: Any) -> Endpoint:
    (found,) = endpoints(ENGINES[engine], Addresses((text,), "DOCKER_HOST", **more), insecure)
    return found


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("unix:///run/docker.sock", Endpoint(path="/run/docker.sock")),
        ("tcp://127.0.0.1:1234", Endpoint(host="127.0.0.1", port=1234)),
        ("tcp://127.0.0.1", Endpoint(host="127.0.0.1", port=2375)),
        ("tcp://[::1]:2375/", Endpoint(host="::1", port=2375)),
        ("http://localhost:2375", Endpoint(host="localhost", port=2375)),
        ("https://far.example", Endpoint(host="far.example", port=2376, certificates=OwnCertificates(""))),
    ],
)
def test_an_address_is_a_socket_or_a_host(text: str, endpoint: Endpoint) -> None:
    assert reached(text) == endpoint


def test_tls_is_spoken_with_certificates() -> None:
    environment = {"DOCKER_HOST": "tcp://far.example:2376", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/certs"}
    found = docker_addresses(environment, "/home/x/.docker/config.json")
    (endpoint,) = endpoints(ENGINES[DOCKER], found, ())
    assert endpoint == Endpoint(host="far.example", port=2376, certificates=OwnCertificates("/certs"))
    del environment["DOCKER_CERT_PATH"]
    assert docker_addresses(environment, "/home/x/.docker/config.json").certificates == "/home/x/.docker"
    environment["DOCKER_TLS_VERIFY"] = ""
    assert docker_addresses(environment, "").certificates == ""


def test_only_hosts_that_are_allowed_are_asked_in_plain_http() -> None:
    for insecure in ("far.example", "far.example:2375"):
        assert reached("tcp://far.example:2375", insecure=(insecure,)).host == "far.example"
    with pytest.raises(
        EngineUnavailable, match=r"far\.example:2375 of DOCKER_HOST would be asked in plain HTTP"
    ) as raised:
        reached("tcp://far.example:2375", insecure=("near.example",))
    assert "--insecure-registries" in raised.value.hint


@pytest.mark.parametrize("engine", [DOCKER, PODMAN])
def test_ssh_is_a_clear_error(engine: str) -> None:
    with pytest.raises(EngineUnavailable, match="ssh:// in DOCKER_HOST is not spoken") as raised:
        reached("ssh://user@far.example", engine)
    assert f"{ENGINES[engine].variable}=unix://" in raised.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/run/docker.sock",
        "unix://",
        "unix://run/docker.sock",
        "npipe:////./pipe/docker_engine",
        "fd://",
        "tcp://",
        "tcp://:2375",
        "tcp://127.0.0.1:x",
        "tcp://127.0.0.1:99999",
        "tcp://127.0.0.1:0",
        "tcp://user@127.0.0.1:2375",
        "tcp://127.0.0.1:2375/prefix",
        "tcp://[::1",
        "tcp://" + "x" * 5000,
    ],
)
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(ImageError) as raised:
        reached(text)
    assert not isinstance(raised.value, EngineAbsent)
    assert len(raised.value.message) < 6000
