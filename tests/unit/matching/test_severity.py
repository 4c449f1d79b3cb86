import pytest

from hullcheck.matching.severity import assess, from_score
from hullcheck.model.advisory import Advisory
from hullcheck.model.severity import Cvss, Rating, Severity

V3 = Cvss("3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, "GHSA-1")
V4 = Cvss("4.0", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:L/SC:N/SI:N/SA:N", 6.9, "GHSA-1")


def advisory(*, feed: str = "PyPI", cvss: tuple[Cvss, ...] = (), ratings: tuple[Rating, ...] = ()) -> Advisory:
    return Advisory("X-1", feed, (), (), "", "", "", "", cvss, ratings, (), ())


def test_the_distributions_own_rating_comes_first() -> None:
    ubuntu = advisory(feed="Ubuntu", cvss=(V3,), ratings=(Rating(Severity.LOW, "Ubuntu"),))
    found = assess([ubuntu], [])
    assert (found.severity, found.source, found.cvss) == (Severity.LOW, "Ubuntu", (V3,))


def test_the_newest_cvss_version_of_a_matched_advisory_comes_next() -> None:
    found = assess([advisory(cvss=(V3, V4), ratings=(Rating(Severity.HIGH, "GitHub"),))], [])
    assert (found.severity, found.source) == (Severity.MEDIUM, "GHSA-1 (CVSS 4.0)")
    assert found.cvss == (V4, V3)


def test_a_word_of_an_advisory_comes_before_the_score_of_another_source() -> None:
    found = assess([advisory(ratings=(Rating(Severity.HIGH, "GitHub"),))], [V3])
    assert (found.severity, found.source, found.cvss) == (Severity.HIGH, "GitHub", (V3,))


def test_the_score_of_another_source_is_better_than_nothing() -> None:
    assert assess([advisory()], [V3]).severity is Severity.CRITICAL


def test_nothing_known_is_unknown_and_not_low() -> None:
    assert assess([advisory()], []).severity is Severity.UNKNOWN


def test_a_rating_that_says_unknown_does_not_count() -> None:
    found = assess([advisory(feed="Debian", cvss=(V3,), ratings=(Rating(Severity.UNKNOWN, "Debian"),))], [])
    assert found.severity is Severity.CRITICAL


@pytest.mark.parametrize(
    ("score", "severity"),
    [
        (10.0, Severity.CRITICAL),
        (9.0, Severity.CRITICAL),
        (8.9, Severity.HIGH),
        (7.0, Severity.HIGH),
        (6.9, Severity.MEDIUM),
        (4.0, Severity.MEDIUM),
        (3.9, Severity.LOW),
        (0.1, Severity.LOW),
        (0.0, Severity.NEGLIGIBLE),
    ],
)
def test_the_scale_is_that_of_the_cvss_specification(score: float, severity: Severity) -> None:
    assert from_score(score) is severity
