from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from hullcheck.config.file import read_configuration
from hullcheck.errors import InvalidParameter


def test_without_a_file_nothing_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_configuration("", {}).content == {}


def test_the_file_in_the_current_directory_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("hullcheck.toml").write_text("max-high = 1\n")
    assert read_configuration("", {}).content == {"max-high": 1}


def test_a_file_that_is_named_comes_before_the_environment_and_the_default(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text(f"db-dir = '{name}'\n")
    environment = {"HULLCHECK_CONFIG": str(tmp_path / "b")}
    assert read_configuration(str(tmp_path / "a"), environment).content == {"db-dir": "a"}
    assert read_configuration("", environment).content == {"db-dir": "b"}


@pytest.mark.parametrize("content", [b"max-high = \n", b"\xff", b"["])
def test_what_is_not_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken").write_bytes(content)
    with pytest.raises(InvalidParameter, match="broken: not TOML"):
        read_configuration(str(tmp_path / "broken"), {})


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter, match="none: cannot be read"):
        read_configuration(str(tmp_path / "none"), {})


def test_a_default_file_that_cannot_be_read_is_not_passed_over(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    unprivileged: Callable[[Path], AbstractContextManager[None]],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("hullcheck.toml").write_text("max-high = 1\n")
    Path("hullcheck.toml").chmod(0o600)
    with unprivileged(tmp_path), pytest.raises(InvalidParameter, match=r"hullcheck\.toml: cannot be read: Permission"):
        read_configuration("", {})


def test_a_default_file_that_leads_nowhere_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("hullcheck.toml").symlink_to("gone")
    with pytest.raises(InvalidParameter, match=r"hullcheck\.toml: cannot be read: No such file"):
        read_configuration("", {})


def test_a_directory_of_the_name_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("hullcheck.toml").mkdir()
    assert read_configuration("", {}).content == {}
