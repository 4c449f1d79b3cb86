"""Which platforms something is of, where that are not all that were scanned."""

from collections.abc import Sequence

from hullcheck.model.package import Package
from hullcheck.model.platforms import Presence
from hullcheck.reports.visible import shortened, visible

_NAMED = 3
_LONGEST = 60


def only(names: Sequence[str]) -> str:
    """Return that something is of the platforms `names` only."""
    if len(names) > _NAMED:
        return f"only {len(names)} platforms"
    return f"only {', '.join(shortened(visible(name), _LONGEST) for name in names)}"


def only_where(package: Package, presence: Presence) -> str:
    """Return which platforms have `package`, "" where it is all of them."""
    names = presence.of(package)
    return "" if names == presence.names else only(names)
