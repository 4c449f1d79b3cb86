"""Source trees and unpacked root file systems."""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hullcheck.errors import DirectoryError
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.layer import Layer
from hullcheck.model.progress import Progress
from hullcheck.model.source_file import SourceFile, Wants
from hullcheck.model.target import TargetKind
from hullcheck.sources.files import open_regular
from hullcheck.sources.globs import Globs
from hullcheck.sources.links import Outside, resolved
from hullcheck.sources.options import SourceOptions
from hullcheck.sources.regular_files import begins_like_executable, may_be_executable, read_regular
from hullcheck.sources.selection import Selection

# Directories that are left out of source trees wherever they are: what git keeps (old versions of all files), and what
# is installed there (copies of what the manifests beside them declare, with manifests of their own that declare what is
# not installed).
_NOT_SOURCES = frozenset({".git", "node_modules", "site-packages"})

# File systems of the running kernel: some of their files have no end.
_OF_THE_KERNEL = frozenset({"dev", "proc", "sys"})


@dataclass(frozen=True, slots=True)
class DirectoryTree:
    """The files of a directory, as a tree without layer; `root` is its path, "" for the root of this machine.

    Symbolic links to directories are not followed. One to a file is read under its own path, if that is wanted and
    that of the file it leads to is not. What leads out of the directory is never read.
    """

    root: str
    kind: TargetKind
    options: SourceOptions
    progress: Progress

    @property
    def layer(self) -> Layer | None:
        """Return nothing: a directory is no layer."""
        return None

    @property
    def keeping(self) -> None:
        """Return nothing: what a directory holds may change."""
        return

    def entries(self, wants: Wants) -> Iterator[SourceFile | Gap]:
        """Yield the wanted files, sorted within each directory, and what could not be read."""
        return _Walk(self, Selection(wants)).entries()


def open_directory(path: str, kind: TargetKind, options: SourceOptions, progress: Progress) -> DirectoryTree:
    """Return the tree of the directory at `path`."""
    try:
        # `Path` takes no path for the working directory.
        mode = os.stat(path).st_mode  # noqa: PTH116
    except OSError as error:
        raise DirectoryError(f"{path}: {error.strerror}", hint="name an existing directory") from error
    if not stat.S_ISDIR(mode):
        raise DirectoryError(
            f"{path}: not a directory",
            hint="image archives are scanned with `hullcheck image`, SBOMs with `hullcheck sbom`",
        )
    progress.start("files", 0)
    return DirectoryTree(str(Path(path).resolve()).rstrip("/"), kind, options, progress)


class _Walk:
    """One walk through a directory."""

    def __init__(self, tree: DirectoryTree, selection: Selection) -> None:
        self._root = tree.root
        self._limits = tree.options.limits
        self._progress = tree.progress
        self._selection = selection
        self._is_rootfs = tree.kind is TargetKind.ROOTFS
        self._directories = Globs(tree.options.exclude_dirs)
        self._files = Globs(tree.options.exclude_files)

    def entries(self) -> Iterator[SourceFile | Gap]:
        waiting = [""]
        while waiting:
            directory = waiting.pop()
            try:
                with os.scandir(self._full(directory)) as listing:
                    entries = sorted(listing, key=lambda entry: entry.name)
            except OSError as error:
                yield Gap(GapKind.UNREADABLE, directory or ".", f"a directory that cannot be read: {error.strerror}")
                continue
            below = []
            for entry in entries:
                path = f"{directory}/{entry.name}" if directory else entry.name
                if entry.is_dir(follow_symlinks=False):
                    if not self._leaves_out(path, entry.name):
                        below.append(path)
                elif not self._files.match(path):
                    yield from self._file(entry, path)
            waiting.extend(reversed(below))

    def _leaves_out(self, path: str, name: str) -> bool:
        left_out = path in _OF_THE_KERNEL if self._is_rootfs else name in _NOT_SOURCES
        return left_out or self._directories.match(path)

    def _file(self, entry: os.DirEntry[str], path: str) -> Iterator[SourceFile | Gap]:
        if entry.is_symlink():
            if self._selection.selects(path):
                yield from self._linked(path)
        elif entry.is_file(follow_symlinks=False) and (self._selection.selects(path) or self._is_executable(entry)):
            yield from self._read(self._full(path), path, only_executable=not self._selection.selects(path))

    def _linked(self, path: str) -> Iterator[SourceFile | Gap]:
        try:
            target = resolved(self._root, path, confined=self._is_rootfs)
        except Outside:
            yield Gap(GapKind.UNREADABLE, path, "a symbolic link that leads out of the directory")
            return
        full = self._full(target)
        if Path(full).is_file() and not self._selection.selects(target):
            yield from self._read(full, path)

    def _is_executable(self, entry: os.DirEntry[str]) -> bool:
        """Say whether the file may be a wanted executable, for what its mode and size are."""
        if not self._selection.executables:
            return False
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:
            # It was deleted since the directory was read.
            return False
        return may_be_executable(status.st_mode, status.st_size)

    def _read(self, full: str, path: str, *, only_executable: bool = False) -> Iterator[SourceFile | Gap]:
        """Yield the file; if `only_executable`, nothing where it does not begin like an executable."""
        try:
            descriptor = open_regular(full, os.O_NOFOLLOW)
        except OSError as error:
            if error.errno != errno.ENOENT:
                yield Gap(GapKind.UNREADABLE, path, error.strerror or str(error))
            return
        try:
            if only_executable and not begins_like_executable(descriptor):
                return
            found = read_regular(descriptor, path, self._limits)
        except OSError as error:
            yield Gap(GapKind.UNREADABLE, path, error.strerror or str(error))
            return
        finally:
            os.close(descriptor)
        if isinstance(found, SourceFile):
            self._progress.advance(len(found.content))
        yield found

    def _full(self, path: str) -> str:
        return f"{self._root}/{path}"
