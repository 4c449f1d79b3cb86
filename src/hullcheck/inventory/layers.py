"""The layers of a target, read at the same time, or not at all where it is known what they hold."""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Thread

from hullcheck.inventory.collect import GivenUp, collect
from hullcheck.inventory.index import Index
from hullcheck.inventory.layer import LayerInventory
from hullcheck.inventory.layer_cache import LayerCache
from hullcheck.model.tree import Tree

# Decompression and digests leave the interpreter to others; what is left for it keeps less than two threads busy.
_THREADS = 2

# Seconds in which a thread that is not waiting for anybody comes to its end.
_FAREWELL = 0.1


def read_layers(trees: Sequence[Tree], index: Index, cache: LayerCache | None) -> list[LayerInventory]:
    """Return what the analyzers of `index` find in `trees`, in their order; keep what is new in `cache`.

    The first error in the order of `trees` is raised. What was found before it is kept nevertheless.
    """
    reading = _Reading(trees, index, cache)
    # A user who interrupts does not wait for a server that sends nothing: as daemons, they end with the process.
    threads = [Thread(target=reading.work, name="layer", daemon=True) for _ in range(min(_THREADS, len(trees)))]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    except BaseException:
        reading.give_up()
        for thread in threads:
            thread.join(_FAREWELL)
        raise
    if cache and reading.kept:
        cache.prune()
    if reading.failures:
        raise reading.failures[min(reading.failures)]
    return [reading.found[place] for place in range(len(trees))]


class _Reading:
    """Layers that wait, and what became of the others, by their place."""

    def __init__(self, trees: Sequence[Tree], index: Index, cache: LayerCache | None) -> None:
        self.found: dict[int, LayerInventory] = {}
        self.failures: dict[int, BaseException] = {}
        self.kept = False
        self._index = index
        self._cache = cache
        # The largest first: what comes last is read by one thread alone.
        self._waiting = deque(sorted(enumerate(trees), key=lambda it: -_size(it[1])))
        self._end = len(trees)  # Nobody waits for the layers from here on.

    def give_up(self) -> None:
        """Stop all reading."""
        self._end = -1

    def work(self) -> None:
        """Read what waits, until there is nothing left that matters."""
        while self._waiting:
            try:
                place, tree = self._waiting.popleft()
            except IndexError:  # Another thread took the last one.
                return
            if place < self._end:
                self._work_on(place, tree)

    def _work_on(self, place: int, tree: Tree) -> None:
        try:
            self.found[place] = self._read(tree, lambda: place > self._end)
        except GivenUp:
            return
        except BaseException as error:  # noqa: BLE001 (raised by the one who waits)
            self.failures[place] = error
            # Those before it go on, so that the same error is raised each time.
            self._end = min(self._end, place)

    def _read(self, tree: Tree, given_up: Callable[[], bool]) -> LayerInventory:
        layer, keeping = tree.layer, tree.keeping
        if self._cache is None or layer is None or keeping is None:
            return collect(tree, self._index, given_up)
        manner = f"{keeping.manner} {self._index.versions}"
        stamp = keeping.stamp()
        known = self._cache.get(layer, manner)
        if known is None:
            known = collect(tree, self._index, given_up)
            self._cache.put(layer, manner, known)
            self.kept = True
        else:
            keeping.allow(*_extent(known))
            verified = stamp is None or self._cache.was_verified(layer, stamp)
            keeping.confirm(known.layer, verified)
            if verified:
                return known
        if stamp and keeping.stamp() == stamp:
            self._cache.note_verified(layer, stamp)
            self.kept = True
        return known


def _extent(known: LayerInventory) -> tuple[int, int]:
    """Return how many paths `known` holds, but for directories, and how long all that it holds are together."""
    paths = (known.hidden, known.emptied)
    return sum(map(len, paths)), sum(len(path) for some in (*paths, known.replaced) for path in some)


def _size(tree: Tree) -> int:
    return tree.layer.size if tree.layer else 0
