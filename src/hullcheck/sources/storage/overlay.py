"""Layers as directories, as overlay file systems lay them upon each other.

Linux, Documentation/filesystems/overlayfs.rst, "Whiteouts and opaque directories", "Renaming directories" and "Metadata
only copy up"; what the marks are called there is after "trusted.overlay." or, without rights, "user.overlay.", and
"user.fuseoverlayfs." with fuse-overlayfs, which also has whiteouts as files.
"""

import errno
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from hullcheck.errors import LimitExceeded, StorageError
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.layer import Layer
from hullcheck.model.progress import Progress
from hullcheck.model.source_file import SourceFile, Wants
from hullcheck.model.tree import Entry, Hidden, Unwanted
from hullcheck.sources.faults import told_as
from hullcheck.sources.files import open_regular
from hullcheck.sources.members import MAX_GAPS
from hullcheck.sources.options import Limits
from hullcheck.sources.regular_files import begins_like_executable, may_be_executable, read_regular
from hullcheck.sources.selection import Selection
from hullcheck.sources.whiteouts import WHITEOUT, hidden_by

# Directories that are open at the same time. Several layers are read at once, and processes may open 1,024 files.
MAX_DEPTH = 128

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

_PREFIXES = ("trusted.overlay.", "user.overlay.", "user.fuseoverlayfs.")
_OPAQUE = tuple(f"{prefix}opaque" for prefix in _PREFIXES)
_MOVED = frozenset(f"{prefix}redirect" for prefix in _PREFIXES)
_WITHOUT_CONTENT = frozenset(f"{prefix}metacopy" for prefix in _PREFIXES)
_WHITEOUTS = frozenset(f"{prefix}whiteout" for prefix in _PREFIXES)

# Where the file system holds no owners and modes, fuse-overlayfs and Podman (force_mask) write them here:
# "UID:GID:MODE", and of what is no regular file ":KIND…".
_STATUS = ("user.containers.override_stat", "user.fuseoverlayfs.override_stat")
_STATUS_FORM = re.compile(rb"\d{1,10}:\d{1,10}:([0-7]{1,7})(?::([a-z]+).*)?", re.DOTALL)

_THROUGH_ENGINE = "scan the image through its engine, or save it with `docker save` or `podman save` and scan that"


@dataclass(frozen=True, slots=True)
class OverlayTree:
    """A layer of an image whose files are in the directory `root`. Nothing tells whether they are as they were.

    `whiteout_files` says that files called ".wh.…" stand for what is hidden.
    """

    layer: Layer
    root: Path
    limits: Limits
    progress: Progress
    whiteout_files: bool = False

    @property
    def keeping(self) -> None:
        """Return nothing: the digests of the layer cannot be verified."""
        return

    def entries(self, wants: Wants) -> Iterator[Entry]:
        """Yield what the layer brings and hides: see `Tree`."""
        with told_as(StorageError):
            yield from _Walk(self, Selection(wants)).entries()


@dataclass(frozen=True, slots=True)
class _Place:
    """A directory that is open, its path, and the names of those in it that are still to be read."""

    descriptor: int
    path: str
    below: list[str]

    def path_of(self, name: str) -> str:
        return f"{self.path}/{name}" if self.path else name


class _Walk:
    """One walk through a layer, in which each directory is opened in the one above: no link leads out of it."""

    def __init__(self, tree: OverlayTree, selection: Selection) -> None:
        self._tree = tree
        self._selection = selection
        self._gaps = self._entries = self._bytes = 0

    def entries(self) -> Iterator[Entry]:
        places = [_Place(os.open(self._tree.root, _DIRECTORY), "", [])]
        try:
            yield from self._contents(places[0])
            while places:
                if places[-1].below:
                    yield from self._enter(places)
                else:
                    os.close(places.pop().descriptor)
        finally:
            for place in places:
                os.close(place.descriptor)

    def _enter(self, places: list[_Place]) -> Iterator[Entry]:
        """Yield what is in the next directory."""
        name = places[-1].below.pop()
        path = places[-1].path_of(name)
        yield Hidden(path, alone=True)
        if len(places) >= MAX_DEPTH:
            yield self._gap(
                Gap(GapKind.LIMIT, path, f"a directory within {MAX_DEPTH} others, of which no more are read")
            )
            return
        try:
            places.append(_Place(os.open(name, _DIRECTORY, dir_fd=places[-1].descriptor), path, []))
        except OSError as error:
            yield self._unreadable(path, error, "a directory that cannot be read: ")
            return
        yield from self._contents(places[-1])

    def _contents(self, place: _Place) -> Iterator[Entry]:
        """Yield what the directory itself hides and the files in it; note its directories."""
        try:
            yield from self._marks(place)
            entries = self._listed(place)
        except OSError as error:
            yield self._unreadable(place.path, error, "a directory that cannot be read: ")
            return
        unwanted = []
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                place.below.append(entry.name)
            elif found := self._entry(place, entry):
                yield found
            else:
                unwanted.append(place.path_of(entry.name))
        place.below.reverse()
        if unwanted:
            yield Unwanted(tuple(unwanted))

    def _listed(self, place: _Place) -> list[os.DirEntry[str]]:
        """Return what is in the directory, sorted; all directories together have no more than an archive may have."""
        most = self._tree.limits.archive.members
        with os.scandir(place.descriptor) as listing:
            entries = list(islice(listing, most + 1 - self._entries))
        self._entries += len(entries)
        if self._entries > most:
            raise LimitExceeded(
                place.path or ".", f"a layer of more than {most} files and directories", limit="entries"
            )
        return sorted(entries, key=lambda entry: entry.name)

    def _marks(self, place: _Place) -> Iterator[Entry]:
        names = _attributes(place.descriptor)
        if any(name in names and os.getxattr(place.descriptor, name) == b"y" for name in _OPAQUE):
            yield Hidden(place.path, below=True)
        if not _MOVED.isdisjoint(names):
            reason = "a directory that was renamed: what is in it stands elsewhere in the layers below"
            yield self._gap(Gap(GapKind.UNSUPPORTED, place.path, reason, _THROUGH_ENGINE))

    def _entry(self, place: _Place, entry: os.DirEntry[str]) -> Entry | None:
        """Return what a file stands for, None where nobody wants it. Whiteouts are devices, and hide what these do."""
        path = place.path_of(entry.name)
        if self._tree.whiteout_files and entry.name.startswith(WHITEOUT):
            return hidden_by(path) or self._gap(Gap(GapKind.MALFORMED, path, "a whiteout of nothing"))
        if not entry.is_file(follow_symlinks=False):
            return None
        if self._selection.selects(path):
            return self._read(place, entry.name, only_executable=False)
        if self._selection.executables and _is_candidate(entry):
            return self._read(place, entry.name, only_executable=True)
        return None

    def _read(self, place: _Place, name: str, *, only_executable: bool) -> Entry:
        path = place.path_of(name)
        try:
            descriptor = open_regular(name, os.O_NOFOLLOW, place.descriptor)
        except OSError as error:
            return self._unreadable(path, error)
        try:
            found = self._file(descriptor, path, only_executable=only_executable)
        except OSError as error:
            return self._unreadable(path, error)
        finally:
            os.close(descriptor)
        if isinstance(found, SourceFile):
            self._count(path, len(found.content))
        return self._gap(found) if isinstance(found, Gap) else found

    def _count(self, path: str, size: int) -> None:
        """Note that a file was read: hard links and holes make more of a layer than is stored."""
        self._tree.progress.advance(size)
        self._bytes += size
        most = self._tree.limits.layer
        if self._bytes > most:
            raise LimitExceeded(path, f"one of the files of a layer that have more than {most} bytes", limit="layer")

    def _file(self, descriptor: int, path: str, *, only_executable: bool) -> Entry:
        names = _attributes(descriptor)
        mode, kind = _stated(descriptor, names)
        if kind or not _WHITEOUTS.isdisjoint(names):
            return Hidden(path)
        if not _WITHOUT_CONTENT.isdisjoint(names):
            reason = "a file whose content stands elsewhere in the layers below"
            return Gap(GapKind.UNSUPPORTED, path, reason, _THROUGH_ENGINE)
        if only_executable and not (
            may_be_executable(mode, os.fstat(descriptor).st_size) and begins_like_executable(descriptor)
        ):
            return Hidden(path)
        found = read_regular(descriptor, path, self._tree.limits)
        return replace(found, mode=mode) if isinstance(found, SourceFile) else found

    def _unreadable(self, path: str, error: OSError, what: str = "") -> Gap:
        hint = _THROUGH_ENGINE if error.errno in {errno.EACCES, errno.EPERM} else ""
        return self._gap(Gap(GapKind.UNREADABLE, path or ".", f"{what}{error.strerror or error}", hint))

    def _gap(self, gap: Gap) -> Gap:
        self._gaps += 1
        if self._gaps > MAX_GAPS:
            raise LimitExceeded(gap.subject, f"{gap.reason}, and so are more than {MAX_GAPS} other files of the layer")
        return gap


def _is_candidate(entry: os.DirEntry[str]) -> bool:
    """Say whether the file may be a wanted executable; of one that is gone it is told when it is opened."""
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return True
    return may_be_executable(status.st_mode, status.st_size)


def _stated(descriptor: int, names: list[str]) -> tuple[int, str]:
    """Return the mode of a file, and what it stands for ("" for itself)."""
    for name in _STATUS:
        match = _STATUS_FORM.fullmatch(os.getxattr(descriptor, name)) if name in names else None
        if match:
            kind = (match[2] or b"").decode()
            return stat.S_IMODE(int(match[1], 8)), "" if kind == "file" else kind
    return stat.S_IMODE(os.fstat(descriptor).st_mode), ""


def _attributes(descriptor: int) -> list[str]:
    try:
        return os.listxattr(descriptor)
    except OSError as error:
        if error.errno == errno.ENOTSUP:
            return []
        raise
