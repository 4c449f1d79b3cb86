"""Credential helpers: shell scripts that answer as the real ones do."""

import os
import stat
import time
from pathlib import Path

import pytest

from hullcheck.net.credential_helper import HelperFailed, ask
from hullcheck.net.credentials import Login

# What is written to a log shows how often a helper was asked, and for what.
RECORD = 'read -r server; echo "$1 $server" >> "$0.log"\n'


def helper(folder: Path, name: str, script: str) -> Path:
    """Write the helper `name` into `folder`."""
    path = folder / f"docker-credential-{name}"
    path.write_text(f"#!/bin/sh\n{script}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def asked(folder: Path, name: str, host: str = "registry.example:5000", longest: float = 10.0) -> Login | None:
    return ask(name, host, {"PATH": f"{folder}:/usr/bin:/bin"}, longest)


def failed(folder: Path, name: str, longest: float = 10.0) -> str:
    with pytest.raises(HelperFailed) as raised:
        asked(folder, name, longest=longest)
    assert "\n" not in raised.value.message
    return raised.value.message


@pytest.mark.parametrize(
    ("name", "answer", "expected"),
    [
        # Amazon's, Google's and Azure's, in the forms that they answer in.
        (
            "ecr-login",
            '{"ServerURL":"","Username":"AWS","Secret":"eyJwYXlsb2FkIjoi"}',
            Login("AWS", "eyJwYXlsb2FkIjoi"),
        ),
        (
            "gcr",
            '{"ServerURL":"x","Username":"_dcgcr_2_0_0_token","Secret":"ya29.a"}',
            Login("_dcgcr_2_0_0_token", "ya29.a"),
        ),
        ("gcloud", '{\n  "Secret": "ya29.b",\n  "Username": "_dcgcloud_token"\n}', Login("_dcgcloud_token", "ya29.b")),
        ("acr-env", '{"ServerURL":"x","Username":"<token>","Secret":"refresh"}', Login("<token>", "", "refresh")),
        ("pass", '{"ServerURL":"x","Username":"me","Secret":"p\\"w\\u00e4"}', Login("me", 'p"wä')),
    ],
)
def test_a_login_is_what_a_helper_says(tmp_path: Path, name: str, answer: str, expected: Login) -> None:
    (tmp_path / "answer").write_text(answer)
    program = helper(tmp_path, name, f'{RECORD}cat "{tmp_path}/answer"\n')
    found = asked(tmp_path, name)
    assert found == expected
    assert found is not None
    assert found.source == f"docker-credential-{name}"
    assert Path(f"{program}.log").read_text() == "get registry.example:5000\n"


def test_docker_hub_has_the_name_that_docker_gives_it(tmp_path: Path) -> None:
    program = helper(tmp_path, "x", f'{RECORD}echo "{{}}"\n')
    assert asked(tmp_path, "x", "docker.io") is None
    assert Path(f"{program}.log").read_text() == "get https://index.docker.io/v1/\n"


@pytest.mark.parametrize(
    "script",
    [
        "echo credentials not found in native keychain; exit 1",
        "echo credentials not found in native keychain; echo more >&2; exit 1",
        """echo '{"ServerURL":"","Username":"","Secret":""}'""",
        "echo '{}'",
    ],
)
def test_a_helper_may_know_no_login(tmp_path: Path, script: str) -> None:
    helper(tmp_path, "x", script)
    assert asked(tmp_path, "x") is None


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo not logged in to the cloud >&2; exit 1", "docker-credential-x fails (1): not logged in to the cloud"),
        ("echo no basic auth; exit 255", "docker-credential-x fails (255): no basic auth"),
        ("kill -9 $$", "docker-credential-x fails (-9)"),
        ("printf 'two\\nlines\\033[31m'; exit 1", "two lines [31m"),
        ("head -c 5000 /dev/zero | tr '\\0' x; exit 1", "x" * 200),
        ("", "answers with something that is no login"),
        ("echo secret", "answers with something that is no login"),
        ("echo '[]'", "answers with something that is no login"),
        ("""echo '{"Username": 1}'""", "answers with something that is no login"),
        ("printf '\\377'", "answers with something that is no login"),
        ("head -c 2000000 /dev/zero", "answers with something that is no login"),
    ],
)
def test_a_helper_that_fails_is_told(tmp_path: Path, script: str, words: str) -> None:
    helper(tmp_path, "x", f"cat > /dev/null\n{script}\n")
    message = failed(tmp_path, "x")
    assert words in message
    assert "secret" not in message
    assert len(message) < 300


def test_a_helper_need_not_listen(tmp_path: Path) -> None:
    helper(tmp_path, "x", """exec echo '{"Username":"a","Secret":"b"}'""")
    assert asked(tmp_path, "x") == Login("a", "b")


@pytest.mark.parametrize("script", ["sleep 60", "exec sleep 60", "sleep 60 & exit 0"])
def test_a_helper_that_does_not_answer_is_not_waited_for(tmp_path: Path, script: str) -> None:
    helper(tmp_path, "x", f"{script}\n")
    begun = time.monotonic()
    assert "does not answer within 0.3 seconds" in failed(tmp_path, "x", 0.3)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("name", ["", "../x", "a/b", "-x", "x;id", "x y", "$(id)", ".", "x" * 65, "\n", "x\0y", "é"])
def test_what_is_no_name_is_not_run(tmp_path: Path, name: str) -> None:
    assert "is no name of a credential helper" in failed(tmp_path, name)


def test_a_helper_that_is_missing_is_told(tmp_path: Path) -> None:
    assert failed(tmp_path, "gone") == "docker-credential-gone is not installed, or not on the PATH"
    (tmp_path / "docker-credential-plain").write_text("no program")
    assert "is not installed" in failed(tmp_path, "plain")


def test_a_helper_that_is_no_program_is_told(tmp_path: Path) -> None:
    helper(tmp_path, "x", "").write_bytes(b"\x7fELF nonsense")
    assert "cannot be run" in failed(tmp_path, "x")


@pytest.mark.parametrize("path", [".", "", ":", "bin", "./"])
def test_nothing_of_the_working_directory_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    (tmp_path / "bin").mkdir()
    for folder in (tmp_path, tmp_path / "bin"):
        helper(folder, "x", f'touch "{tmp_path}/ran"; echo "{{}}"\n')
    monkeypatch.chdir(tmp_path)
    with pytest.raises(HelperFailed):
        ask("x", "registry.example", {"PATH": path})
    assert not os.path.exists(tmp_path / "ran")  # noqa: PTH110


def test_a_helper_has_the_environment_that_it_is_given(tmp_path: Path) -> None:
    helper(tmp_path, "x", """printf '{"Username":"%s","Secret":"%s"}' "$AWS_PROFILE" "${HOME-none}"\n""")
    found = ask("x", "registry.example", {"PATH": f"{tmp_path}:/usr/bin:/bin", "AWS_PROFILE": "ships"})
    assert found == Login("ships", "none")
