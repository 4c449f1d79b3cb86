"""Copies of published packages in a source tree: what was found there belongs to the tree of somebody else."""

import re
from collections.abc import Iterable, Iterator, Sequence

from hullcheck.ecosystems.ecosystem import DECLARED, Analyzer
from hullcheck.inventory.merge import Visible
from hullcheck.model.package import Settled, Vendored

_VERSION = re.compile(r"-[0-9]+\.[0-9]+\.[0-9]+.*")


def without_vendored(visible: Sequence[Visible], analyzers: Iterable[Analyzer]) -> tuple[Visible, ...]:
    """Return `visible` without what was declared in copies of packages that a lock file of the tree names.

    A copy that none names may be all that there is to see of a package, so that what is in it counts.
    """
    copies = frozenset(_copies(visible))
    if not copies:
        return tuple(visible)
    declared = frozenset(analyzer.name for analyzer in analyzers if analyzer.targets == DECLARED)
    return tuple(
        seen for seen in visible if seen.reading.analyzer not in declared or not _lies_in(seen.reading.path, copies)
    )


def _copies(visible: Iterable[Visible]) -> Iterator[str]:
    found = [found for seen in visible for found in seen.reading.found if isinstance(found, Vendored | Settled)]
    directories = frozenset(copy.directory for copy in found if isinstance(copy, Vendored))
    named = {
        (lock.purl_type, lock.place): lock.names
        for lock in found
        if isinstance(lock, Settled) and lock.below and not _lies_in(lock.lock, directories)
    }
    for copy in found:
        if isinstance(copy, Vendored):
            name = copy.directory.rpartition("/")[2]
            names = {name, _VERSION.sub("", name)}
            if any(names & named.get((copy.purl_type, above), frozenset()) for above in _above(copy.directory)):
                yield copy.directory


def _lies_in(path: str, directories: frozenset[str]) -> bool:
    return any(above in directories for above in _above(path))


def _above(path: str) -> Iterator[str]:
    """Yield the directories that `path` lies in, and the root ("")."""
    while path:
        path = path.rpartition("/")[0]
        yield path
