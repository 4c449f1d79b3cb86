import pytest

from hullcheck.ecosystems.pypi.requirements import WANTS, scope_of
from hullcheck.model.package import Scope


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("requirements.txt", Scope.RUNTIME),
        ("requirements-dev.txt", Scope.DEVELOPMENT),
        ("requirements_Docs.txt", Scope.DEVELOPMENT),
        ("test-requirements.txt", Scope.TEST),
        ("requirements/testing.txt", Scope.TEST),
        ("tests/requirements.txt", Scope.TEST),
        ("requirements-device.txt", Scope.RUNTIME),
        ("requirements-latest.txt", Scope.RUNTIME),
        ("dev/service/requirements.txt", Scope.RUNTIME),
    ],
)
def test_names_of_files_tell_what_packages_are_for(path: str, scope: Scope) -> None:
    assert scope_of(path) is scope


@pytest.mark.parametrize(
    "path",
    ["robots.txt", "notes/requirement/a.txt", "requirements.md", "requires.txt", "a.lock", "requirements/a.lock"],
)
def test_other_texts_are_not_wanted(path: str) -> None:
    assert not WANTS.selects(path)
