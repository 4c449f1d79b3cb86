"""Who one is to a registry."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.unit.net.test_credential_helper import RECORD, helper

from hullcheck.errors import InvalidParameter
from hullcheck.net.credentials import Login, LoginFile
from hullcheck.net.keychain import CredentialOptions, Keychain, open_keychain

HOST = "registry.example:5000"
KNOWS = f"""{RECORD}echo '{{"Username":"held","Secret":"by helper"}}'\n"""
KNOWS_NOT = f"{RECORD}echo credentials not found in native keychain; exit 1\n"


def keychain(folder: Path, *files: LoginFile) -> Keychain:
    return Keychain(files, {"PATH": f"{folder}:/usr/bin:/bin"})


def log(folder: Path, name: str) -> list[str]:
    path = folder / f"docker-credential-{name}.log"
    return path.read_text().splitlines() if path.exists() else []


def test_the_first_file_that_knows_the_registry_counts(tmp_path: Path) -> None:
    files = [LoginFile("1", {"a.example": Login("a1")}), LoginFile("2", {"a.example": Login("a2"), HOST: Login("b2")})]
    keys = keychain(tmp_path, *files)
    assert keys.login("a.example", "x") == Login("a1")
    assert keys.login(HOST, "x") == Login("b2")
    assert keys.login("c.example", "x") is None


def test_the_login_of_the_command_goes_before_all_others_and_to_its_host_only(tmp_path: Path) -> None:
    path = tmp_path / "auth.json"
    path.write_text('{"auths": {"registry.example:5000": {"auth": "YTpi"}, "b.example": {"auth": "YTpi"}}}')
    keys = open_keychain(CredentialOptions("me", "secret", (str(path),)), HOST)
    assert keys.login(HOST, "x") == Login("me", "secret")
    assert keys.login("b.example", "x") == Login("a", "b")
    assert keys.login("registry.example", "x") is None
    assert "from --username is not accepted" in keys.advice(HOST, "x")


def test_a_helper_is_asked_once_and_only_for_a_host_that_is_talked_to(tmp_path: Path) -> None:
    helper(tmp_path, "x", KNOWS)
    keys = keychain(tmp_path, LoginFile("f", store="x"))
    assert log(tmp_path, "x") == []
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: keys.login(HOST, f"team/app{number % 2}"), range(32)))
    assert set(found) == {Login("held", "by helper")}
    assert log(tmp_path, "x") == [f"get {HOST}"]
    keys.login("other.example", "x")
    assert log(tmp_path, "x")[1:] == ["get other.example"]


def test_a_helper_of_a_host_goes_before_the_store_and_both_before_the_file(tmp_path: Path) -> None:
    helper(tmp_path, "own", KNOWS)
    helper(tmp_path, "all", KNOWS_NOT)
    file = LoginFile("f", {HOST: Login("in file"), "b.example": Login("in file")}, {HOST: "own"}, "all")
    keys = keychain(tmp_path, file)
    assert keys.login(HOST, "x") == Login("held", "by helper")
    assert keys.login("b.example", "x") == Login("in file")
    assert log(tmp_path, "own") == [f"get {HOST}"]
    assert log(tmp_path, "all") == ["get b.example"]


def test_a_helper_that_fails_hides_no_other_login(tmp_path: Path) -> None:
    helper(tmp_path, "x", "exit 3\n")
    keys = keychain(tmp_path, LoginFile("first", store="x"), LoginFile("second", {HOST: Login("me")}))
    assert keys.login(HOST, "x") == Login("me")


def test_what_is_to_be_done_says_where_logins_were_looked_for(tmp_path: Path) -> None:
    helper(tmp_path, "empty", KNOWS_NOT)
    helper(tmp_path, "broken", "exit 3\n")
    keys = keychain(
        tmp_path, LoginFile("/run/auth.json", store="empty"), LoginFile("/home/config.json", store="broken")
    )
    assert keys.advice(HOST, "x") == (
        f"log in first: docker login {HOST} (no login is in /run/auth.json and /home/config.json); "
        "docker-credential-empty knows none; "
        "/home/config.json leaves logins to a credential helper, but docker-credential-broken fails (3)"
    )
    assert keychain(tmp_path).advice("docker.io", "x") == "log in first: docker login docker.io"
    helper(tmp_path, "old", KNOWS)
    keys = keychain(tmp_path, LoginFile("f", store="old"))
    assert keys.advice(HOST, "x") == f"the login for {HOST} from docker-credential-old is not accepted: log in again"


def test_a_damaged_file_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "auth.json").write_text("{")
    with pytest.raises(InvalidParameter, match=r"auth\.json"):
        open_keychain(CredentialOptions(files=(str(tmp_path / "auth.json"),)), HOST)


def test_secrets_are_not_shown() -> None:
    options = CredentialOptions("me", "secret", (), {"TOKEN": "secret"})
    assert "secret" not in repr(options)
