"""How registries are logged in to."""

import pytest

from hullcheck.config.assemble import http_options, source_options
from hullcheck.config.registries import certificate_directories, credential_options
from hullcheck.config.settings import settle
from hullcheck.errors import InvalidParameter
from hullcheck.net.mirrors import Mirror

IMAGE = settle("image", {}, {}, {}, "")


@pytest.mark.parametrize(
    ("environment", "files"),
    [
        ({}, ()),
        ({"HOME": "/h"}, ("/h/.config/containers/auth.json", "/h/.docker/config.json")),
        (
            {"HOME": "/h", "XDG_RUNTIME_DIR": "/run/1", "XDG_CONFIG_HOME": "/c", "DOCKER_CONFIG": "/d"},
            ("/run/1/containers/auth.json", "/c/containers/auth.json", "/d/config.json"),
        ),
        ({"HOME": "/h", "XDG_RUNTIME_DIR": "/run/1", "REGISTRY_AUTH_FILE": "/a.json"}, ("/a.json",)),
        ({"HOME": "/h", "REGISTRY_AUTH_FILE": ""}, ("/h/.config/containers/auth.json", "/h/.docker/config.json")),
    ],
)
def test_logins_are_looked_for_where_podman_and_docker_do(environment: dict[str, str], files: tuple[str, ...]) -> None:
    assert credential_options(IMAGE, environment, "").files == files


def test_what_came_on_stdin_goes_before_the_variable() -> None:
    settings = settle("image", {"username": "me"}, {}, {}, "")
    for password, expected in (("typed", "typed"), ("", "variable")):
        found = credential_options(settings, {"HULLCHECK_PASSWORD": "variable"}, password)
        assert (found.username, found.password) == ("me", expected)


def test_a_user_without_a_password_and_the_reverse_are_mistakes() -> None:
    with pytest.raises(InvalidParameter, match="there is no password"):
        credential_options(settle("image", {"username": "me"}, {}, {}, ""), {}, "")
    with pytest.raises(InvalidParameter, match="a password, but no user"):
        credential_options(IMAGE, {"HULLCHECK_PASSWORD": "secret"}, "")


@pytest.mark.parametrize("command", ["repo", "rootfs", "sbom"])
def test_a_password_is_no_matter_where_no_registry_is_asked(command: str) -> None:
    settings = settle(command, {}, {}, {}, "")
    options = source_options(settings, {"HULLCHECK_PASSWORD": "secret"})
    assert (options.credentials.password, options.mirrors) == ("", ())
    assert http_options(settings, {}).client_cert == ""


def test_mirrors_are_read_from_every_place() -> None:
    mirror = (Mirror("docker.io", "mirror.example", "hub"),)
    text = "docker.io=mirror.example/hub"
    for flags, environment, file in (
        ({"registry-mirrors": (text,)}, {}, {}),
        ({}, {"HULLCHECK_REGISTRY_MIRRORS": text}, {}),
        ({}, {}, {"registry-mirrors": [text]}),
    ):
        assert source_options(settle("image", flags, environment, file, ""), {}).mirrors == mirror


def test_a_key_needs_a_certificate() -> None:
    with pytest.raises(InvalidParameter, match="there is no certificate"):
        http_options(settle("image", {"client-key": "k"}, {}, {}, ""), {})
    both = http_options(settle("image", {"client-key": "k", "client-cert": "c"}, {}, {}, ""), {})
    assert (both.client_cert, both.client_key) == ("c", "k")


def test_certificates_of_hosts_are_looked_for_where_podman_and_docker_do() -> None:
    assert certificate_directories({"HOME": "/h"}) == (
        "/h/.config/containers/certs.d",
        "/etc/containers/certs.d",
        "/etc/docker/certs.d",
    )
    assert certificate_directories({}) == ("/etc/containers/certs.d", "/etc/docker/certs.d")
