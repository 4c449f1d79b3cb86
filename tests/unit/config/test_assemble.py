import os
from pathlib import Path

import pytest

from hullcheck.config.assemble import cache_directory, database_directory
from hullcheck.config.settings import settle
from hullcheck.errors import InvalidParameter


def test_a_user_without_home_is_told_what_to_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that runs under a number that nobody gave a name."""
    for name in ("HOME", "XDG_CACHE_HOME", "HULLCHECK_DB_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    with pytest.raises(InvalidParameter, match="no home directory") as caught:
        database_directory(settle("db status", {}, {}, {}, ""))
    assert "--db-dir" in caught.value.hint
    assert str(database_directory(settle("db status", {"db-dir": "here"}, {}, {}, ""))) == "here"


def test_the_cache_is_in_the_users_cache_unless_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert cache_directory(settle("image", {}, {}, {}, "")) == Path("/caches/hullcheck")
    assert cache_directory(settle("image", {"cache-dir": "here"}, {}, {}, "")) == Path("here")


@pytest.mark.parametrize("environment", [{}, {"HULLCHECK_CACHE_DIR": "here"}])
def test_without_a_cache_no_directory_is_used(environment: dict[str, str]) -> None:
    assert cache_directory(settle("image", {"cache": False}, environment, {}, "")) is None
    assert cache_directory(settle("image", {}, {"HULLCHECK_CACHE": "0", **environment}, {}, "")) is None


def test_a_user_without_home_scans_without_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    assert cache_directory(settle("image", {}, {}, {}, "")) is None
