"""The list of reports."""

import subprocess
import sys
from itertools import pairwise

import pytest

from hullcheck.errors import InvalidParameter
from hullcheck.reports.table import REPORTS, report


def test_reports_are_sorted_by_name_and_differ_in_their_files() -> None:
    assert all(one.name < other.name for one, other in pairwise(REPORTS))
    assert len({each.suffix for each in REPORTS}) == len(REPORTS)


@pytest.mark.parametrize(
    ("name", "suffix"), [("json", "-ScanResult.json"), ("sarif", "-Report.sarif.json"), ("table", "-Report.txt")]
)
def test_files_are_called_as_pipelines_expect_them(name: str, suffix: str) -> None:
    assert report(name).suffix == suffix


@pytest.mark.parametrize(("name", "meant"), [("jsn", "json"), ("SARIF", "sarif"), ("tabel", "table")])
def test_a_misspelt_format_is_answered_with_the_one_that_is_meant(name: str, meant: str) -> None:
    with pytest.raises(InvalidParameter, match=f"unknown report format '{name}'") as caught:
        report(name)
    assert caught.value.hint.startswith(f"did you mean {meant}? formats are json, ")


def test_an_unknown_format_is_answered_with_all_that_there_are() -> None:
    with pytest.raises(InvalidParameter) as caught:
        report("zzz")
    assert caught.value.hint == f"formats are {', '.join(each.name for each in REPORTS)}"


def test_the_list_of_reports_imports_nothing_heavy() -> None:
    program = "import sys, hullcheck.reports.table; print([m for m in ('msgspec', 'rich') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
