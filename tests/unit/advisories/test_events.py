"""Spans against the algorithm of OSV's specification, written down as it is stated there."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from hullcheck.advisories.events import Event, EventKind, Span, Undecided, exact_spans, spans
from hullcheck.model.advisory import AffectedRange
from hullcheck.versions.apk import APK
from hullcheck.versions.bounds import HIGHEST, interval
from hullcheck.versions.dpkg import DPKG
from hullcheck.versions.pep440 import PEP440
from hullcheck.versions.semver import SEMVER

VERSIONS = ("0.1", "0.9rc1", "0.9", "1.0.dev3", "1.0a1", "1.0", "1.0.0", "1.0.post1", "1.1", "1.10", "2.0", "2!0.1")
INTRODUCED, FIXED, LAST_AFFECTED, LIMIT = EventKind

versions = st.sampled_from(VERSIONS)
events = st.builds(
    Event, st.sampled_from([INTRODUCED, INTRODUCED, FIXED, FIXED, LAST_AFFECTED, LIMIT]), versions | st.just("0")
) | st.just(Event(LIMIT, "*"))


def naively_affected(version: str, record: Sequence[Event]) -> bool:
    """Evaluate as https://ossf.github.io/osv-schema/#evaluation does, with `packaging` for the order."""
    own = Version(version)
    limits = [event.version for event in record if event.kind is LIMIT]
    if limits and not any(limit == "*" or (limit != "0" and own < Version(limit)) for limit in limits):
        return False
    below_all = Version("0.dev0")
    affected = False
    for event in sorted(
        (event for event in record if event.kind is not LIMIT),
        key=lambda event: (
            below_all if event.version == "0" and event.kind is not LAST_AFFECTED else Version(event.version)
        ),
    ):
        bound = below_all if event.version == "0" and event.kind is not LAST_AFFECTED else Version(event.version)
        if event.kind is INTRODUCED and own >= bound:
            affected = True
        if event.kind is FIXED and own >= bound:
            affected = False
        if event.kind is LAST_AFFECTED and own > bound:
            affected = False
    return affected


def holds(found: Sequence[Span], key: bytes | None) -> bool:
    assert key is not None
    return any(span.low <= key < span.high for span in found)


def found(*record: Event) -> tuple[Span, ...]:
    outcome = spans(record, PEP440)
    assert not isinstance(outcome, Undecided)
    return outcome


def introduced(version: str) -> Event:
    return Event(INTRODUCED, version)


def fixed(version: str) -> Event:
    return Event(FIXED, version)


def last_affected(version: str) -> Event:
    return Event(LAST_AFFECTED, version)


@given(st.lists(events, min_size=1, max_size=8), st.randoms())
def test_spans_hold_what_the_specification_says(record: list[Event], random: Random) -> None:
    record.insert(random.randrange(len(record) + 1), introduced(random.choice((*VERSIONS, "0"))))
    result = found(*record)
    for version in VERSIONS:
        assert holds(result, PEP440.key(version)) == naively_affected(version, record), version


@given(st.lists(events, max_size=8))
def test_spans_ascend_and_do_not_touch(record: list[Event]) -> None:
    result = found(introduced("0.9"), *record)
    bounds = [bound for span in result for bound in (span.low, span.high)]
    assert bounds == sorted(set(bounds))


@given(st.lists(events.filter(lambda event: event.kind is not LIMIT and event.version != "0"), max_size=8))
def test_the_words_of_a_span_mean_its_keys(record: list[Event]) -> None:
    for span in found(introduced("1.0"), *record):
        said = interval(PEP440, span.range)
        assert said is not None
        assert (said.low, said.high) == (span.low, span.high)


@given(st.lists(versions, max_size=8), st.lists(st.lists(events, max_size=4), max_size=3))
def test_listed_versions_are_exact_and_only_those_outside_the_ranges(
    listed: list[str], records: list[list[Event]]
) -> None:
    ranges = [span for record in records for span in found(introduced("0.9"), *record)]
    exact, unordered = exact_spans(listed, PEP440, ranges)
    assert unordered == ()
    for version in VERSIONS:
        key = PEP440.key(version)
        named = any(Version(version) == Version(other) for other in listed)
        assert holds((*ranges, *exact), key) == (holds(ranges, key) or named)
        assert not (holds(ranges, key) and holds(exact, key))


def test_several_fixes_in_a_row_end_at_the_lowest() -> None:
    # PYSEC records list the fix of each branch in one range.
    assert [span.range for span in found(introduced("0"), fixed("2.0"), fixed("1.0"), fixed("1.1"))] == [
        AffectedRange("0", "1.0")
    ]


def test_several_introductions_in_a_row_begin_at_the_lowest() -> None:
    assert [span.range for span in found(introduced("1.1"), introduced("0.9"), fixed("2.0"))] == [
        AffectedRange("0.9", "2.0")
    ]


def test_a_branch_that_is_affected_again_at_its_fix_goes_on() -> None:
    # BIT-apache-2021-42013: the fix of 2.4.50 was none.
    record = (introduced("2.4.49"), fixed("2.4.50"), introduced("2.4.50"), fixed("2.4.51"))
    assert [span.range for span in found(*record)] == [AffectedRange("2.4.49", "2.4.51")]


def test_introduced_and_fixed_in_the_same_version_is_empty() -> None:
    # BIT-discourse-2026-24742 says so of 2026.1.0.
    assert found(introduced("0"), fixed("3.5.4"), introduced("2026.1.0"), fixed("2026.1.0")) == found(
        introduced("0"), fixed("3.5.4")
    )


def test_one_version_is_the_first_and_the_last() -> None:
    # BIT-activemq-2021-21341.
    result = found(introduced("5.16.0"), last_affected("5.16.0"), introduced("5.16.1"), last_affected("5.16.1"))
    assert [span.range for span in result] == [
        AffectedRange("5.16.0", last_affected="5.16.0"),
        AffectedRange("5.16.1", last_affected="5.16.1"),
    ]
    assert not holds(result, PEP440.key("5.16.0.1"))


def test_zero_is_below_every_version() -> None:
    for scheme, version in ((SEMVER, "0.0.0-0"), (PEP440, "0.dev0"), (DPKG, "0~~"), (APK, "0_alpha")):
        outcome = spans((introduced("0"), fixed("1")), scheme)
        assert not isinstance(outcome, Undecided)
        assert holds(outcome, scheme.key(version)), scheme.name


def test_what_is_fixed_in_version_zero_was_never_affected() -> None:
    assert found(introduced("0"), fixed("0")) == ()


def test_no_upper_bound_holds_every_version() -> None:
    (span,) = found(introduced("1.0"))
    assert span.high == HIGHEST
    assert span.range == AffectedRange("1.0")


def test_the_highest_limit_counts_and_is_no_fix() -> None:
    (span,) = found(introduced("0"), Event(LIMIT, "1.0"), Event(LIMIT, "2.0"), fixed("3.0"))
    assert span == Span(b"", PEP440.key("2.0") or b"", AffectedRange("0"))


def test_a_limit_above_the_fix_changes_nothing() -> None:
    assert found(introduced("0"), fixed("1.0"), Event(LIMIT, "2.0")) == found(introduced("0"), fixed("1.0"))


def test_the_last_affected_version_of_a_distribution_includes_its_revisions() -> None:
    outcome = spans((introduced("0"), last_affected("1.2")), DPKG)
    assert not isinstance(outcome, Undecided)
    assert holds(outcome, DPKG.key("1.2-3"))
    assert not holds(outcome, DPKG.key("1.2.1-1"))


@pytest.mark.parametrize(
    "record",
    [
        (introduced("0"), fixed("latest")),
        (introduced("latest"), fixed("1.0.0")),
        (introduced("0"), last_affected("")),
        (introduced("0"), fixed("1.0.0"), introduced("x"), fixed("3.0.0")),
        (introduced("0"), Event(LIMIT, "master")),
    ],
)
def test_a_bound_that_cannot_be_ordered_leaves_the_range_undecided(record: tuple[Event, ...]) -> None:
    outcome = spans(record, SEMVER)
    assert isinstance(outcome, Undecided)
    assert "cannot be ordered" in outcome.reason


@pytest.mark.parametrize("record", [(), (fixed("1.0"),), (Event(LIMIT, "*"),)])
def test_a_range_without_a_beginning_is_undecided(record: tuple[Event, ...]) -> None:
    assert isinstance(spans(record, SEMVER), Undecided)


def test_listed_versions_that_cannot_be_ordered_are_named() -> None:
    exact, unordered = exact_spans(("1.0.0", "latest", "1.0"), SEMVER, ())
    assert [span.range for span in exact] == [AffectedRange("1.0.0", last_affected="1.0.0")]
    assert unordered == ("latest",)


def test_many_events_and_versions_take_linear_time() -> None:
    numbers = range(20_000)
    outcome = spans([event for n in numbers for event in (introduced(f"{n}.0"), fixed(f"{n}.5"))], SEMVER)
    assert not isinstance(outcome, Undecided)
    exact, _ = exact_spans([f"{n}.{n % 10}" for n in numbers], SEMVER, outcome)
    assert len(exact) == len(numbers) // 2
