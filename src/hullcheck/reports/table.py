"""The reports that Hullcheck knows."""

from difflib import get_close_matches

from hullcheck.errors import InvalidParameter
from hullcheck.reports.json import JSON
from hullcheck.reports.report import Report
from hullcheck.reports.sarif import SARIF
from hullcheck.reports.terminal import TABLE

# One line each, sorted by name.
REPORTS: tuple[Report, ...] = (
    JSON,
    SARIF,
    TABLE,
)


def report(name: str) -> Report:
    """Return the report called `name`. Raises `InvalidParameter`."""
    for known in REPORTS:
        if known.name == name:
            return known
    names = [known.name for known in REPORTS]
    close = get_close_matches(name.lower(), names, n=1)
    raise InvalidParameter(
        f"unknown report format {name!r}",
        hint=(f"did you mean {close[0]}? " if close else "") + f"formats are {', '.join(names)}",
    )
