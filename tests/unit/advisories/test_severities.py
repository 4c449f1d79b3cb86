import pytest
from cvss import CVSS3, CVSS4  # type: ignore[import-untyped] # the library has no annotations

from hullcheck.advisories.severities import Scores, rating
from hullcheck.model.severity import Cvss, Rating, Severity


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("CRITICAL", Severity.CRITICAL),
        ("Important", Severity.HIGH),
        ("high**", Severity.HIGH),
        ("MODERATE", Severity.MEDIUM),
        ("medium", Severity.MEDIUM),
        (" low ", Severity.LOW),
        ("unimportant", Severity.NEGLIGIBLE),
        ("negligible", Severity.NEGLIGIBLE),
    ],
)
def test_words_of_all_databases_mean_one_scale(word: str, severity: Severity) -> None:
    assert rating(word, "Debian") == Rating(severity, "Debian")


@pytest.mark.parametrize("word", ["not yet assigned", "end-of-life", "Unknown", "None", "", None, 7.5, ["high"]])
def test_other_words_are_no_rating(word: object) -> None:
    assert rating(word, "Debian") is None


@pytest.mark.parametrize(
    ("vector", "version", "score"),
    [
        # Examples of FIRST: CVE-2013-0375, CVE-2014-3566, and of the 4.0 calculator.
        ("AV:N/AC:L/Au:S/C:P/I:P/A:N", "2.0", 5.5),
        ("CVSS:3.0/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", "3.0", 3.1),
        ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", "3.1", 3.1),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", "3.1", 0.0),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", "4.0", 10.0),
    ],
)
def test_a_vector_has_the_score_that_first_publishes(vector: str, version: str, score: float) -> None:
    assert Scores().cvss(vector, "X-1") == Cvss(version, vector, score, "X-1")


def test_threats_count_in_the_one_score_of_version_4_only() -> None:
    four = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
    three = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    scores = Scores()
    found = {vector: scores.cvss(vector, "") for vector in (three, f"{three}/E:U", four, f"{four}/E:U")}
    assert [score.score for score in found.values() if score] == [
        float(CVSS3(three).base_score),
        float(CVSS3(three).base_score),
        float(CVSS4(four).base_score),
        float(CVSS4(f"{four}/E:U").base_score),
    ]


@pytest.mark.parametrize(
    "vector", ["", "high", "9.8", "CVSS:3.1/", "CVSS:5.0/AV:N", "CVSS:3.1/AV:N/AV:N", "\0", "A" * 10**6]
)
def test_what_is_no_vector_has_no_score(vector: str) -> None:
    assert Scores().cvss(vector, "X-1") is None


def test_the_same_vector_is_scored_for_each_source() -> None:
    scores, vector = Scores(), "AV:N/AC:L/Au:S/C:P/I:P/A:N"
    assert [scores.cvss(vector, source) for source in ("a", "b")] == [Cvss("2.0", vector, 5.5, s) for s in ("a", "b")]
