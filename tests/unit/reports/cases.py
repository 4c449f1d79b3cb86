"""The cases of the reports, for the tests of each of them."""

from functools import cache
from pathlib import Path

from hullcheck import codec
from hullcheck.model.result import ScanResult

FOLDER = Path(__file__).parents[2] / "cases" / "reports"
NAMES = tuple(sorted(file.parent.name for file in FOLDER.glob("*/result.json")))


@cache
def result(name: str) -> ScanResult:
    """Return the result of the case `name`."""
    file = FOLDER / name / "result.json"
    return codec.decode(file.read_bytes(), str(file))
