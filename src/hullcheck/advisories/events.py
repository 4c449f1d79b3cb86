"""From the events of a range to intervals of keys, by OSV's evaluation algorithm.

https://ossf.github.io/osv-schema/#evaluation: events are sorted by version; each that a version has reached says
whether it is affected, the last one counts; and the version must be below one of the limits, if there are any.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, groupby

from hullcheck.advisories.problems import quoted
from hullcheck.model.advisory import AffectedRange
from hullcheck.versions.bounds import HIGHEST, LOWEST
from hullcheck.versions.scheme import Scheme


class EventKind(StrEnum):
    """What happens at a version: OSV schema, affected[].ranges[].events."""

    INTRODUCED = "introduced"
    FIXED = "fixed"
    LAST_AFFECTED = "last_affected"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens to a range at `version`."""

    kind: EventKind
    version: str


@dataclass(frozen=True, slots=True)
class Span:
    """The keys from `low` up to, without, `high`, and the range in the feed's words."""

    low: bytes
    high: bytes
    range: AffectedRange


@dataclass(frozen=True, slots=True)
class Undecided:
    """Why it cannot be said which versions a range holds."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Point:
    """An event in effect from the key `position` on; of those in effect, the one of highest `rank` counts."""

    position: bytes
    rank: int
    event: Event


_UNLIMITED = "*"
_ZERO = "0"


def spans(events: Sequence[Event], scheme: Scheme) -> tuple[Span, ...] | Undecided:
    """Return the intervals of the versions that `events` affect: ascending, none touching another."""
    if not any(event.kind is EventKind.INTRODUCED for event in events):
        return Undecided("a range without an introduced event")
    keyed: list[tuple[bytes, Event]] = []
    for event in events:
        key = _key(event, scheme)
        if key is None:
            return Undecided(f"{event.kind} {quoted(event.version)} cannot be ordered")
        keyed.append((key, event))
    limit = max((key for key, event in keyed if event.kind is EventKind.LIMIT), default=HIGHEST)
    changes = [(key, event) for key, event in keyed if event.kind is not EventKind.LIMIT]
    return tuple(_limited(_sweep(_points(changes, scheme)), limit))


def exact_spans(
    versions: Sequence[str], scheme: Scheme, covered: Sequence[Span]
) -> tuple[tuple[Span, ...], tuple[str, ...]]:
    """Return an interval for each of `versions` that no span of `covered` holds, and those that cannot be ordered.

    Equal versions share an interval.
    """
    if not versions:
        return (), ()
    holds = _containment(covered)
    named: dict[bytes, str] = {}
    unordered: list[str] = []
    for version in versions:
        key = scheme.key(version)
        if key is None:
            unordered.append(version)
        elif not holds(key):
            named.setdefault(key, version)
    exact = (Span(key, key + b"\0", AffectedRange(text, last_affected=text)) for key, text in sorted(named.items()))
    return tuple(exact), tuple(unordered)


def _key(event: Event, scheme: Scheme) -> bytes | None:
    """Return the key of the event's version; "0" is below every version, and the limit "*" above."""
    if event.kind is EventKind.LIMIT and event.version == _UNLIMITED:
        return HIGHEST
    if event.version == _ZERO and event.kind is not EventKind.LAST_AFFECTED:
        return LOWEST
    return scheme.key(event.version)


def _points(keyed: Sequence[tuple[bytes, Event]], scheme: Scheme) -> list[_Point]:
    """Return the events in the order in which they take effect.

    Events of the same version count in the order of the record, so that [fixed 2, introduced 2] goes on and
    [introduced 2, fixed 2] is empty: OSV does not say. `last_affected` takes effect above its version.
    """
    by_version = sorted(keyed, key=lambda item: item[0])
    points = [_Point(_position(key, event, scheme), rank, event) for rank, (key, event) in enumerate(by_version)]
    return sorted(points, key=lambda point: (point.position, point.rank))


def _position(key: bytes, event: Event, scheme: Scheme) -> bytes:
    if event.kind is not EventKind.LAST_AFFECTED:
        return key
    # A version that has a key has a successor; were it otherwise, this still is above the version itself.
    return scheme.successor(event.version) or key + b"\0"


def _sweep(points: Sequence[_Point]) -> list[Span]:
    found: list[Span] = []
    begin: _Point | None = None
    rank = -1
    for _, together in groupby(points, key=lambda point: point.position):
        last = max(together, key=lambda point: point.rank)
        if last.rank < rank:
            continue
        rank = last.rank
        if last.event.kind is EventKind.INTRODUCED:
            begin = begin or last
        elif begin:
            found.append(_span(begin, last))
            begin = None
    return [*found, _span(begin, None)] if begin else found


def _span(begin: _Point, end: _Point | None) -> Span:
    introduced = begin.event.version
    if end is None:
        return Span(begin.position, HIGHEST, AffectedRange(introduced))
    bound = _BOUNDS[end.event.kind](introduced, end.event.version)
    return Span(begin.position, end.position, bound)


_BOUNDS: Mapping[EventKind, Callable[[str, str], AffectedRange]] = {
    EventKind.FIXED: lambda introduced, version: AffectedRange(introduced, fixed=version),
    EventKind.LAST_AFFECTED: lambda introduced, version: AffectedRange(introduced, last_affected=version),
}


def _limited(found: Sequence[Span], limit: bytes) -> list[Span]:
    """Cut `found` at `limit`. A limit is no fix, so a span that it ends has no upper bound in words."""
    whole = [span for span in found if span.high <= limit]
    cut = [
        Span(span.low, limit, AffectedRange(span.range.introduced)) for span in found if span.low < limit < span.high
    ]
    return whole + cut


def _containment(covered: Sequence[Span]) -> Callable[[bytes], bool]:
    """Return the test whether a key is in any of `covered`, in logarithmic time: a record may list 100,000 versions."""
    ordered = sorted(covered, key=lambda span: span.low)
    lows = [span.low for span in ordered]
    # The highest end of the spans up to each.
    highs = list(accumulate((span.high for span in ordered), max))

    def holds(key: bytes) -> bool:
        before = bisect_right(lows, key)
        return before > 0 and key < highs[before - 1]

    return holds
