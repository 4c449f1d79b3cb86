import pytest

from hullcheck.model.decision import Breach, Counts
from hullcheck.model.severity import Severity
from hullcheck.policy.thresholds import Thresholds, breaches

COUNTS = Counts(critical=2, high=3, medium=10, low=0, negligible=7, unknown=1)


@pytest.mark.parametrize(
    ("thresholds", "expected"),
    [
        (Thresholds(), ()),
        (Thresholds(critical=0), (Breach(Severity.CRITICAL, 2, 0),)),
        (Thresholds(critical=2), ()),
        (Thresholds(high=5), ()),
        (Thresholds(medium=-1), ()),
        (Thresholds(low=0), ()),
        (Thresholds(critical=1, high=2), (Breach(Severity.CRITICAL, 2, 1), Breach(Severity.HIGH, 3, 2))),
        (Thresholds(medium=9, low=0), (Breach(Severity.MEDIUM, 10, 9),)),
    ],
)
def test_more_than_the_limit_is_a_breach(thresholds: Thresholds, expected: tuple[Breach, ...]) -> None:
    assert breaches(COUNTS, thresholds) == expected


def test_the_total_counts_every_severity() -> None:
    assert COUNTS.total == 23
