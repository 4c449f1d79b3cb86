"""Every report of every case, byte for byte, and by the official schemas."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from scripts.fixtures import report_cases
from tests.unit.json_schema import problems
from tests.unit.reports.cases import FOLDER, NAMES, result

from hullcheck import codec
from hullcheck.reports.table import REPORTS

VALIDATOR = Path(__file__).parents[3] / ".." / "shared" / "schemas" / "validate.py"


@pytest.mark.parametrize("case", NAMES)
def test_every_report_is_what_the_case_holds(case: str) -> None:
    made = report_cases.reports(result(case))
    assert set(made) | {"result.json"} == {file.name for file in (FOLDER / case).iterdir()}
    for file, text in made.items():
        assert text == (FOLDER / case / file).read_text(encoding="utf-8"), f"{file}: see tests/cases/reports/README.md"


@pytest.mark.parametrize("case", NAMES)
def test_the_json_report_is_what_was_read(case: str) -> None:
    written = (FOLDER / case / "result.json").read_bytes()
    assert codec.encode(result(case)) == written
    assert problems(codec.json_schema(), json.loads(written)) == []


@pytest.mark.parametrize("case", NAMES)
def test_reports_can_be_written_to_any_file(case: str) -> None:
    for report in REPORTS:
        text = report.render(result(case))
        assert text.endswith("\n")
        text.encode("utf-8")


def test_the_official_schema_accepts_every_sarif_report() -> None:
    files = sorted(map(str, FOLDER.glob("*/report-Report.sarif.json")))
    assert len(files) == len(NAMES)
    run = subprocess.run([sys.executable, VALIDATOR, "sarif", *files], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_the_script_makes_the_cases_that_are_there() -> None:
    for name, make in report_cases.RESULTS.items():
        assert codec.encode(make()) == (FOLDER / name / "result.json").read_bytes()
