"""What holds for all tests."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

# Machines that run tests are shared: how long one example takes says nothing.
settings.register_profile("hullcheck", deadline=None)
settings.load_profile("hullcheck")


@pytest.fixture
def unprivileged() -> Callable[[Path], AbstractContextManager[None]]:
    """Return what makes a block run without the rights of root, who can read everything, but to `root`."""

    @contextmanager
    def drop(root: Path) -> Iterator[None]:
        if os.geteuid() != 0:
            yield
            return
        for path in (root, *root.parents):
            if path.owner() == "root" and path.is_relative_to("/tmp") and path != Path("/tmp"):
                path.chmod(path.stat().st_mode | 0o055)
        os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(0)

    return drop
