"""Logins as `docker login` leaves them."""

import base64
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.errors import InvalidParameter
from hullcheck.net.credentials import Login, LoginFile, host_key, login_key, read_logins


def encoded(login: str) -> str:
    return base64.b64encode(login.encode()).decode()


def logins(tmp_path: Path, content: Any) -> LoginFile:
    path = tmp_path / "config.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return read_logins(str(path))


def test_logins_are_for_their_own_registry(tmp_path: Path) -> None:
    auths = {
        "https://index.docker.io/v1/": {"auth": encoded("hub:one")},
        "registry.example": {"auth": encoded("user:with:colons")},
        "https://other.example:5000/v2/": {"username": "plain", "password": "secret"},
        "http://Third.example": {"auth": encoded("third:\0")},
        "identity.example": {"auth": encoded("<token>:"), "identitytoken": "refresh"},
        "registry.token.example": {"registrytoken": "bearer"},
        "empty.example": {},
    }
    keys = logins(tmp_path, {"auths": auths, "HttpHeaders": {"x": "y"}})
    assert keys.login("docker.io", "team/app") == Login("hub", "one")
    assert keys.login("registry.example", "team/app") == Login("user", "with:colons")
    assert keys.login("other.example:5000", "team/app") == Login("plain", "secret")
    assert keys.login("third.example", "team/app") == Login("third", "")
    assert keys.login("identity.example", "team/app") == Login("<token>", "", "refresh")
    assert keys.login("registry.token.example", "team/app") == Login(registry_token="bearer")
    for host in ("empty.example", "example", "registry.example:443", "other.example", "sub.registry.example", "x"):
        assert keys.login(host, "team/app") is None


def test_an_exact_name_goes_before_an_address(tmp_path: Path) -> None:
    for order in (1, -1):
        auths = [
            ("https://registry.example/v1/", {"auth": encoded("old:1")}),
            ("registry.example", {"auth": encoded("new:2")}),
        ]
        assert logins(tmp_path, {"auths": dict(auths[::order])}).login("registry.example", "x") == Login("new", "2")


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://index.docker.io/v1/", "docker.io"),
        ("docker.io", "docker.io"),
        ("registry-1.docker.io", "docker.io"),
        ("https://Registry.Example:5000/v2/", "registry.example:5000"),
        ("localhost:5000", "localhost:5000"),
    ],
)
def test_hosts_are_compared_without_scheme_and_path(address: str, key: str) -> None:
    assert host_key(address) == key


def test_the_longest_path_of_a_repository_counts(tmp_path: Path) -> None:
    """containers-auth.json(5): more specific keys go before less specific ones."""
    auths = {
        "my-registry.example/namespace/user/image": {"auth": encoded("image:1")},
        "my-registry.example/namespace": {"auth": encoded("namespace:2")},
        "my-registry.example": {"auth": encoded("host:3")},
        "docker.io/library/ship": {"auth": encoded("ship:4")},
        "only.example/team/": {"auth": encoded("team:5")},
    }
    keys = logins(tmp_path, {"auths": auths})
    found = {
        name: (keys.login(*name.split("/", 1)) or Login("none")).username
        for name in (
            "my-registry.example/namespace/user/image",
            "my-registry.example/namespace/user/images",
            "my-registry.example/namespace/user",
            "my-registry.example/namespaces/x",
            "my-registry.example/x",
            "docker.io/library/ship",
            "docker.io/library/shipyard",
            "only.example/team/app",
            "only.example/teams/app",
            "only.example/app",
        )
    }
    assert list(found.values()) == [
        "image",
        "namespace",
        "namespace",
        "host",
        "host",
        "ship",
        "none",
        "team",
        "none",
        "none",
    ]


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://index.docker.io/v1/", "docker.io"),
        ("index.docker.io/v1/", "docker.io"),
        ("registry.example/v2", "registry.example"),
        ("https://registry.example/team/app", "registry.example"),
        ("Registry.Example/team/app", "registry.example/team/app"),
        ("registry.example/v2/team", "registry.example/v2/team"),
        ("registry.example:5000/", "registry.example:5000"),
    ],
)
def test_an_address_is_for_its_host_and_a_path_for_what_is_below(address: str, key: str) -> None:
    assert login_key(address) == key


@given(st.text(max_size=40))
def test_no_entry_is_for_a_host_that_it_does_not_name(text: str) -> None:
    host, _, path = login_key(text).partition("/")
    assert host == host_key(text)
    assert path == "" or path in text


def test_a_login_may_be_broken_into_lines(tmp_path: Path) -> None:
    text = encoded("user:" + "p" * 100)
    wrapped = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    login = logins(tmp_path, {"auths": {"a.example": {"auth": wrapped}}}).login("a.example", "x")
    assert login == Login("user", "p" * 100)


def test_what_is_not_for_this_user_is_not_there(
    tmp_path: Path, unprivileged: Callable[[Path], AbstractContextManager[None]]
) -> None:
    (tmp_path / "root").mkdir(mode=0o700)
    path = tmp_path / "root" / "config.json"
    path.write_text("{}")
    with unprivileged(tmp_path):
        (tmp_path / "root").stat()
    path.chmod(0)
    (tmp_path / "root").chmod(0o755)
    with unprivileged(tmp_path):
        assert read_logins(str(path)) == LoginFile(str(path))
    assert read_logins("/dev/null/.docker/config.json") == LoginFile("/dev/null/.docker/config.json")


def test_helpers_are_known_by_host(tmp_path: Path) -> None:
    keys = logins(tmp_path, {"credHelpers": {"one.example": "ecr-login"}, "credsStore": "desktop"})
    assert (keys.helper("one.example"), keys.helper("two.example")) == ("ecr-login", "desktop")
    assert logins(tmp_path, {}).helper("one.example") == ""


def test_without_a_file_there_are_no_logins(tmp_path: Path) -> None:
    assert read_logins(str(tmp_path / "gone.json")) == LoginFile(str(tmp_path / "gone.json"))


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "null",
        "[]",
        '{"auths": []}',
        '{"auths": {"a": "b"}}',
        '{"auths": {"a": {"auth": 1}}}',
        '{"credHelpers": 1}',
    ],
)
def test_a_file_that_is_damaged_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(InvalidParameter, match=r"config\.json: ") as raised:
        logins(tmp_path, content)
    assert raised.value.hint


@pytest.mark.parametrize("auth", ["%%%", "/w==", "b"])
def test_a_damaged_entry_matters_to_nobody_else(tmp_path: Path, auth: str) -> None:
    fine = {"auth": base64.b64encode(b"me:secret").decode()}
    entries = {
        "a.example": {"auth": auth},
        "b.example": fine,
        "https://a.example/v2/": fine,
        "c.example/team": {"auth": auth},
    }
    found = logins(tmp_path, json.dumps({"auths": entries}))
    assert found.login("b.example", "x") == Login("me", "secret")
    assert found.login("c.example", "other/x") is None
    for host, repository in (("a.example", "x"), ("c.example", "team/x")):
        with pytest.raises(InvalidParameter, match=r"config\.json: auths\['[ac]\.example.*not Base64"):
            found.login(host, repository)


@pytest.mark.parametrize("content", ["", " \n"])
def test_an_empty_file_holds_no_logins(tmp_path: Path, content: str) -> None:
    assert logins(tmp_path, content) == LoginFile(str(tmp_path / "config.json"))
    assert read_logins("/dev/null") == LoginFile("/dev/null")


def test_a_null_is_nothing(tmp_path: Path) -> None:
    other = {"auth": None, "username": "user", "password": "secret", "identitytoken": None, "registrytoken": None}
    keys = logins(tmp_path, {"auths": {"one.example": None, "two.example": other}, "credHelpers": None})
    assert keys.login("one.example", "app") is None
    assert keys.login("two.example", "app") == Login("user", "secret")
    assert logins(tmp_path, {"auths": {"one.example": {"username": None, "password": None}}}).logins == {}


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter, match="Is a directory"):
        read_logins(str(tmp_path))


def test_secrets_are_not_shown() -> None:
    login = Login("user", "secret", "refresh", "bearer")
    for shown in (repr(login), repr(LoginFile("p", {"a": login}))):
        assert not any(secret in shown for secret in ("secret", "refresh", "bearer"))
