"""Contents of wanted files: in memory where they are small, in a temporary file where they are not."""

import mmap
import os
import tempfile
from collections.abc import Iterable

from hullcheck.sources.faults import no_room

# Sizes of files up to which a shelf keeps them, and the room of each shelf. The last has room for the executables of a
# distribution's base system, so that its few links between them cost no second reading in whatever order they come.
_SHELVES = ((64 << 10, 12 << 20), (512 << 10, 12 << 20), (4 << 20, 64 << 20))

_ZEROS = bytes(1024 * 1024)


def held(pieces: Iterable[bytes], size: int, memory: int) -> bytes | mmap.mmap:
    """Return what `pieces` make up, `size` bytes: beyond `memory` as a map of a temporary file that has no name."""
    if size <= memory:
        return b"".join(pieces)
    try:
        with tempfile.TemporaryFile(prefix="hullcheck-") as file:
            for piece in pieces:
                # A file of zeros, or with holes, takes no room on the disk.
                if _ZEROS.startswith(piece):
                    file.seek(len(piece), os.SEEK_CUR)
                else:
                    file.write(piece)
            file.truncate(size)
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise no_room(f"{size} bytes", error) from error


class Kept:
    """Contents of the latest files, to which a hard link may follow: in most archives it does so soon.

    Files of a size have a shelf of their own, so that large ones do not take the room from small ones: the links of
    package managers (conda, pnpm) are many and small, those of distributions (perl, unzip) few and large.
    """

    def __init__(self) -> None:
        self._shelves = tuple((largest, _Shelf(room)) for largest, room in _SHELVES)

    def keep(self, path: str, content: bytes | mmap.mmap) -> None:
        """Keep `content` for `path` instead of what was there before."""
        self.drop(path)
        shelf = next((shelf for largest, shelf in self._shelves if len(content) <= largest), None)
        if shelf and isinstance(content, bytes):
            shelf.put(path, content)

    def get(self, path: str) -> bytes | None:
        """Return the content of `path`, None if it is not kept."""
        return next((shelf.contents[path] for _, shelf in self._shelves if path in shelf.contents), None)

    def drop(self, path: str) -> None:
        """Forget what was at `path`."""
        for _, shelf in self._shelves:
            shelf.drop(path)


class _Shelf:
    """Contents of files, the oldest of which give room to new ones."""

    def __init__(self, room: int) -> None:
        self.contents: dict[str, bytes] = {}
        self._room = room

    def put(self, path: str, content: bytes) -> None:
        while self._room < len(content):
            self.drop(next(iter(self.contents)))
        self.contents[path] = content
        self._room -= len(content)

    def drop(self, path: str) -> None:
        self._room += len(self.contents.pop(path, b""))
