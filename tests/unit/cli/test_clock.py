from datetime import UTC, datetime, timedelta

import pytest

from hullcheck.cli.clock import now
from hullcheck.errors import InvalidParameter


def test_the_environment_sets_the_time() -> None:
    assert now({"SOURCE_DATE_EPOCH": "1787270400"}) == datetime(2026, 8, 21, tzinfo=UTC)


def test_else_it_is_the_time_of_the_system() -> None:
    assert abs(now({}) - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("text", ["", "today", "1.5", "99999999999999999999"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter, match="expected seconds since 1970"):
        now({"SOURCE_DATE_EPOCH": text})
