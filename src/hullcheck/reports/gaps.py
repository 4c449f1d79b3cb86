"""What people are told of a kind of gap."""

from collections.abc import Iterable, Mapping

from hullcheck.model.gap import Gap, GapKind

HEADINGS: Mapping[GapKind, str] = {
    GapKind.MALFORMED: "files that do not follow their format",
    GapKind.UNREADABLE: "files that could not be read",
    GapKind.LIMIT: "files beyond a limit",
    GapKind.UNSUPPORTED: "files and packages that are recognised, but not read",
    GapKind.UNRESOLVED: "dependencies whose versions are not known",
    GapKind.UNKNOWN_DISTRIBUTION: "packages of an unknown distribution",
    GapKind.NO_ADVISORIES: "packages that no advisories are at hand for",
    GapKind.OLD_ADVISORIES: "advisories that end long ago",
    GapKind.STARTER_ADVISORIES: "only the built-in starter set of advisories",
    GapKind.NOT_COMPARABLE: "versions that cannot be compared",
    GapKind.NOTHING_FOUND: "no file that Hullcheck finds packages in",
    GapKind.ABSENT_PLATFORM: "platforms of the image that are not there",
}


def by_kind(gaps: Iterable[Gap]) -> dict[GapKind, list[Gap]]:
    """Return `gaps` by their kind, in the order of the kinds."""
    found: dict[GapKind, list[Gap]] = {}
    for gap in gaps:
        found.setdefault(gap.kind, []).append(gap)
    return {kind: found[kind] for kind in GapKind if kind in found}


def heading(kind: GapKind, count: int) -> str:
    """Return what `count` gaps of `kind` are, in a line."""
    return f"{HEADINGS[kind]}: {count:,}"
