"""Where in a layer's archive files stand that were read, and which of them later members replace."""

from collections.abc import Iterator

from hullcheck.errors import LimitExceeded

# Builders of images write each path once. What reads a layer looks through all that it found for each replacement.
MAX_REPLACED = 1000


class Whereabouts:
    """Files by path, each with its place in the archive.

    Nothing is removed: what a member replaces is older than it, which is cheap to note and to ask.
    """

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._directories: set[str] = set()
        self._replaced: dict[str, int] = {}
        self._count = 0

    def note(self, path: str, place: int) -> None:
        """Note the file at `path`."""
        self._places[path] = place
        parent = path.rpartition("/")[0]
        while parent and parent not in self._directories:
            self._directories.add(parent)
            parent = parent.rpartition("/")[0]

    def place(self, path: str) -> int | None:
        """Return the place of the file that is at `path` now, None if there is none."""
        place = self._places.get(path)
        if place is None or not self._replaced:
            return place
        return None if any(self._replaced.get(above, -1) > place for above in _upwards(path)) else place

    def holds(self, path: str) -> bool:
        """Say whether a file was noted at `path` or below it, whatever became of it."""
        return path in self._places or path in self._directories

    def lies_below(self, path: str) -> bool:
        """Say whether a file was noted that lies below `path`."""
        return path in self._directories

    def replaced(self, path: str, place: int) -> bool:
        """Say whether the member at `path`, which is no directory, replaces files that were noted, and note that."""
        if not self.holds(path):
            return False
        self._count += 1
        if self._count > MAX_REPLACED:
            raise LimitExceeded(path, f"one of more than {MAX_REPLACED} files that later members of the layer replace")
        self._replaced[path] = place
        return True

    def replaced_by_directory(self, path: str, place: int) -> bool:
        """Say whether the directory at `path` replaces a file that was noted, and note that."""
        return self.place(path) is not None and self.replaced(path, place)


def _upwards(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]
