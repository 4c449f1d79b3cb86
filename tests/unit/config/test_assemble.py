import os

import pytest

from hullcheck.config.assemble import database_directory
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
