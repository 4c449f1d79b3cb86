"""Affected ranges as intervals of keys: `low <= key < high` in byte order."""

from dataclasses import dataclass

from hullcheck.model.advisory import AffectedRange
from hullcheck.versions.scheme import Scheme

LOWEST = b""
HIGHEST = b"\xff"


@dataclass(frozen=True, slots=True)
class Interval:
    """The keys from `low` up to, without, `high`."""

    low: bytes
    high: bytes

    def __contains__(self, key: bytes) -> bool:
        return self.low <= key < self.high


def interval(scheme: Scheme, affected: AffectedRange) -> Interval | None:
    """Return the keys that `affected` holds, None where one of its bounds cannot be ordered.

    OSV's `introduced: "0"` is below every version. A single listed version holds what is equal to it, and no other
    revision of it. Where a range has both, `fixed` counts and `last_affected` does not.
    """
    if affected.introduced and affected.introduced == affected.last_affected:
        return _exactly(scheme, affected.introduced)
    low = LOWEST if affected.introduced in {"", "0"} else scheme.key(affected.introduced)
    high = _high(scheme, affected)
    return None if low is None or high is None else Interval(low, high)


def _exactly(scheme: Scheme, version: str) -> Interval | None:
    key = scheme.key(version)
    return None if key is None else Interval(key, key + b"\0")


def _high(scheme: Scheme, affected: AffectedRange) -> bytes | None:
    if affected.fixed:
        return scheme.key(affected.fixed)
    return scheme.successor(affected.last_affected) if affected.last_affected else HIGHEST
