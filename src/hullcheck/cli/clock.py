"""The time of the scan."""

from collections.abc import Mapping
from datetime import UTC, datetime

from hullcheck.errors import InvalidParameter

VARIABLE = "SOURCE_DATE_EPOCH"


def now(environment: Mapping[str, str]) -> datetime:
    """Return the time that the environment sets (https://reproducible-builds.org/specs/source-date-epoch/), or the
    system's.
    """
    text = environment.get(VARIABLE)
    if text is None:
        return datetime.now(UTC)
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidParameter(f"{VARIABLE}: expected seconds since 1970, found {text!r}") from error
