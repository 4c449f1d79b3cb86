import ast
import importlib
from itertools import chain

import pytest
from tests.unit.ecosystems.cases import FOLDERS, analyzers_of, folders

from hullcheck.ecosystems.ecosystem import Ecosystem
from hullcheck.ecosystems.table import ANALYZERS, ECOSYSTEMS, analyzers_for, by_purl_type
from hullcheck.model.target import TargetKind


def modules(folder: str) -> list[ast.Module]:
    return [ast.parse(path.read_text()) for path in (FOLDERS / folder).rglob("*.py")]


def imported(module: ast.Module) -> set[str]:
    nodes = tuple(ast.walk(module))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def declared(folder: str) -> list[Ecosystem]:
    values = vars(importlib.import_module(f"hullcheck.ecosystems.{folder}")).values()
    return [value for value in values if isinstance(value, Ecosystem)]


def test_ecosystems_are_sorted_by_name() -> None:
    names = [ecosystem.name for ecosystem in ECOSYSTEMS]
    assert names == sorted(names)


@pytest.mark.parametrize("folder", folders())
def test_every_folder_is_listed(folder: str) -> None:
    assert analyzers_of(folder), "the folder declares neither an Ecosystem nor a tuple of analyzers"
    assert set(declared(folder)) <= set(ECOSYSTEMS)
    assert set(analyzers_of(folder)) <= set(ANALYZERS)


def test_names_are_unique() -> None:
    for names in (
        [ecosystem.name for ecosystem in ECOSYSTEMS],
        [ecosystem.purl_type for ecosystem in ECOSYSTEMS],
        [analyzer.name for analyzer in ANALYZERS],
    ):
        assert len(names) == len(set(names))


def test_every_analyzer_is_for_a_target_and_wants_something() -> None:
    for analyzer in ANALYZERS:
        wants = analyzer.wants
        assert analyzer.targets, analyzer.name
        assert any((wants.names, wants.suffixes, wants.paths, wants.children, wants.patterns, wants.executables))
        assert all(suffix.startswith(".") and suffix.islower() for suffix in wants.suffixes), analyzer.name


def test_a_purl_type_finds_its_ecosystem() -> None:
    assert [by_purl_type(ecosystem.purl_type) for ecosystem in ECOSYSTEMS] == list(ECOSYSTEMS)
    assert by_purl_type("no-such-type") is None


@pytest.mark.parametrize("kind", list(TargetKind))
def test_analyzers_are_chosen_by_kind_of_target(kind: TargetKind) -> None:
    assert all(kind in analyzer.targets for analyzer in analyzers_for(kind))
    assert set(chain(*map(analyzers_for, TargetKind))) == set(ANALYZERS)


@pytest.mark.parametrize("folder", folders())
def test_ecosystems_do_not_import_each_other(folder: str) -> None:
    others = tuple(f"hullcheck.ecosystems.{other}" for other in (*folders(), "table") if other != folder)
    for name in chain(*map(imported, modules(folder))):
        assert not any(name == other or name.startswith(f"{other}.") for other in others), name
