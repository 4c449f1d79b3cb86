from hullcheck.model.coverage import Coverage
from hullcheck.model.decision import Action, Counts, Verdict
from hullcheck.model.gap import Gap, GapKind
from hullcheck.policy.decide import PolicyOptions, decide
from hullcheck.policy.thresholds import Thresholds

COMPLETE = Coverage((), (), ())
INCOMPLETE = Coverage((), (), (Gap(GapKind.MALFORMED, "a/package-lock.json", "not JSON"),))
NONE = Counts(0, 0, 0, 0, 0, 0)
SOME = Counts(1, 0, 0, 0, 0, 2)


def test_a_complete_scan_within_its_thresholds_passes() -> None:
    decision = decide(SOME, COMPLETE, PolicyOptions())
    assert (decision.verdict, decision.action, decision.passed) == (Verdict.PASSED, Action.NONE, True)


def test_an_exceeded_threshold_fails() -> None:
    decision = decide(SOME, COMPLETE, PolicyOptions(Thresholds(critical=0)))
    assert (decision.verdict, decision.passed) == (Verdict.THRESHOLD_EXCEEDED, False)
    assert decision.reasons[0] == "1 critical finding, 0 allowed"


def test_nothing_found_in_an_incomplete_scan_does_not_pass() -> None:
    decision = decide(NONE, INCOMPLETE, PolicyOptions())
    assert (decision.verdict, decision.passed) == (Verdict.INCOMPLETE, False)
    assert "1 malformed" in decision.reasons[0]


def test_an_exceeded_threshold_outweighs_an_incomplete_scan() -> None:
    decision = decide(SOME, INCOMPLETE, PolicyOptions(Thresholds(critical=0)))
    assert decision.verdict is Verdict.THRESHOLD_EXCEEDED
    assert len(decision.reasons) == 3


def test_an_incomplete_scan_passes_only_when_allowed_and_says_so() -> None:
    decision = decide(NONE, INCOMPLETE, PolicyOptions(allow_incomplete=True))
    assert decision.passed
    assert "which was allowed" in decision.reasons[0]


def test_findings_of_unknown_severity_are_named_where_thresholds_cannot_count_them() -> None:
    decision = decide(SOME, COMPLETE, PolicyOptions(Thresholds(critical=5)))
    assert decision.passed
    assert decision.reasons == ("2 findings have no known severity, and no threshold counts them",)


def test_one_finding_is_no_findings() -> None:
    decision = decide(Counts(0, 1, 0, 0, 0, 1), COMPLETE, PolicyOptions(Thresholds(high=0)))
    assert decision.reasons == (
        "1 high finding, 0 allowed",
        "1 finding has no known severity, and no threshold counts it",
    )
