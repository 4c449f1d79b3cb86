"""The whole result as JSON, which `hullcheck convert` reads back: see `docs/schema/`."""

from hullcheck.model.result import ScanResult
from hullcheck.reports.report import Report


def render(result: ScanResult) -> str:
    """Return `result` as JSON."""
    from hullcheck.codec import encode

    return encode(result).decode("ascii")


JSON = Report("json", "-ScanResult.json", "application/json", render)
