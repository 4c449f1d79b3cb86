"""Every folder of `tests/cases/ecosystems` is a test."""

import json
import os
from collections.abc import Callable, Iterator

import pytest
from tests.unit.ecosystems.cases import (
    Case,
    all_cases,
    analyzers_of,
    detect,
    folders,
    mapped,
    records,
    render,
)
from tests.unit.ecosystems.damage import DAMAGES

from hullcheck.model.source_file import SourceFile

each_case = pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
each_folder = pytest.mark.parametrize("folder", folders())


@each_case
def test_what_is_expected_is_detected(case: Case) -> None:
    found = detect(case)
    expected = json.loads(case.expectation.read_text()) if case.expectation.exists() else None
    if os.environ.get("UPDATE_CASES") and found != expected:
        case.expectation.write_text(render(found))
        pytest.fail(f"{case.expectation} was written: read it, then run again without UPDATE_CASES")
    assert found == expected


@each_case
def test_a_case_is_about_its_ecosystem(case: Case) -> None:
    assert list(case.runs()), "no analyzer of the ecosystem wants any of its files"


@each_case
def test_a_memory_map_holds_the_same(case: Case) -> None:
    for analyzer, file in case.runs():
        assert records(analyzer, mapped(file)) == records(analyzer, file)


@each_case
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_at_worst_malformed(case: Case, damage: Callable[[SourceFile], Iterator[SourceFile]]) -> None:
    for analyzer, file in case.runs():
        for damaged in damage(file):
            try:
                records(analyzer, damaged)
            except Exception as error:
                error.add_note(f"{analyzer.name}, {file.path}: {bytes(damaged.content)[:2000]!r}")
                raise


@each_folder
def test_every_analyzer_has_a_case(folder: str) -> None:
    exercised = {analyzer.name for case in all_cases() if case.ecosystem == folder for analyzer, _ in case.runs()}
    assert exercised == {analyzer.name for analyzer in analyzers_of(folder)}
