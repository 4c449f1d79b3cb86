from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.advisories.feeds import SCHEMES, SHARED, task

from hullcheck.advisories.build import update
from hullcheck.advisories.database import Database
from hullcheck.advisories.refresh import Outcome
from hullcheck.advisories.schema import COMMON


@pytest.fixture(scope="session")
def shared_directory(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Build the database of the shared feeds once, however many processes run the tests."""
    session = tmp_path_factory.getbasetemp()
    directory = (session if worker_id == "master" else session.parent) / "advisories"
    outcomes = update((*SCHEMES, COMMON), task(SHARED, directory, max_age=timedelta(days=1)))
    assert all(shard.outcome in {Outcome.BUILT, Outcome.FRESH} for shard in outcomes), outcomes
    return directory


@pytest.fixture(scope="session")
def shared(shared_directory: Path) -> Iterator[Database]:
    """Open the database of the shared feeds."""
    with Database(shared_directory, SCHEMES) as database:
        yield database
