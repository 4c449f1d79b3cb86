"""From the advisories that match a package version to flaws: each known under several ids, counted once."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from hullcheck.model.advisory import Advisory
from hullcheck.model.lookup import Hit

_CVE = re.compile(r"CVE-(\d{4})-(\d+)")


@dataclass(frozen=True, slots=True)
class Flaw:
    """One flaw: its canonical id, its other ids in sorted order, and the hits of the advisories about it."""

    id: str
    aliases: tuple[str, ...]
    hits: tuple[Hit, ...]

    @property
    def cves(self) -> tuple[str, ...]:
        """Return the CVE ids of the flaw."""
        return tuple(name for name in (self.id, *self.aliases) if _CVE.fullmatch(name))


def collapse(hits: Iterable[Hit]) -> tuple[Flaw, ...]:
    """Return the flaws that `hits`, which are about one package version, speak of, sorted by id.

    Advisories that share an alias are about the same flaw. A distribution's advisory about several flaws (more than
    one `upstream`) counts for each of them, and its own id joins none.
    """
    groups = _Groups()
    subjects = [(hit, subject) for hit in hits for subject in _subjects(hit.advisory)]
    for _, subject in subjects:
        groups.join(subject)
    names = groups.by_root()
    flaws: dict[str, list[Hit]] = {}
    for hit, subject in subjects:
        flaws.setdefault(groups.root(subject[0]), []).append(hit)
    return tuple(sorted((_flaw(names[root], found) for root, found in flaws.items()), key=_by_id))


def canonical_order(name: str) -> tuple[int, int, int, str]:
    """Return the sort key by which the first id of a flaw is its canonical one: CVE, then GHSA, then any other."""
    if cve := _CVE.fullmatch(name):
        return 0, int(cve[1]), int(cve[2]), name
    return (1 if name.startswith("GHSA-") else 2), 0, 0, name


def _subjects(advisory: Advisory) -> list[tuple[str, ...]]:
    """Return the flaws that `advisory` is about, each by all ids that it gives."""
    if len(advisory.upstream) > 1:
        return [(name,) for name in advisory.upstream]
    return [(advisory.id, *advisory.upstream, *advisory.aliases)]


def _flaw(names: Iterable[str], hits: list[Hit]) -> Flaw:
    first, *others = sorted(names, key=canonical_order)
    return Flaw(first, tuple(others), tuple(hits))


def _by_id(flaw: Flaw) -> tuple[int, int, int, str]:
    return canonical_order(flaw.id)


class _Groups:
    """Disjoint sets of ids."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def join(self, names: tuple[str, ...]) -> None:
        first = self.root(names[0])
        for name in names[1:]:
            self._parents[self.root(name)] = first

    def root(self, name: str) -> str:
        parent = self._parents.setdefault(name, name)
        while parent != name:
            self._parents[name] = self._parents[parent]
            name, parent = parent, self._parents[parent]
        return name

    def by_root(self) -> dict[str, list[str]]:
        members: dict[str, list[str]] = {}
        for name in self._parents:
            members.setdefault(self.root(name), []).append(name)
        return members
