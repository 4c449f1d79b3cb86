"""What the members of a layer's archive bring and hide (OCI image specification, layer.md)."""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass

from hullcheck.formats.tar import TarReader
from hullcheck.formats.tar_header import Kind, Member
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.source_file import EXECUTABLE_MAGIC, SMALLEST_EXECUTABLE, SourceFile
from hullcheck.model.tree import Entry, Hidden
from hullcheck.sources.content import Kept, held
from hullcheck.sources.options import Limits
from hullcheck.sources.paths import normalised
from hullcheck.sources.selection import Selection
from hullcheck.sources.whereabouts import Whereabouts

_WHITEOUT = ".wh."
# Of AUFS, from which whiteouts come: its own administration, but for the marker of opaque directories.
_ADMINISTRATION = ".wh..wh."
_OPAQUE = ".wh..wh..opq"

_ANY_EXECUTE = 0o111
_MAGIC = max(map(len, EXECUTABLE_MAGIC))


@dataclass(frozen=True, slots=True)
class _Owed:
    """A hard link whose content is not at hand, and its place in the archive."""

    target: str
    place: int
    mode: int


class LayerMembers:
    """One reading of a layer.

    A hard link is what its target is at that point of the archive. If the target was not wanted itself, or its content
    not kept, the link is owed after `entries` and is had by `links` out of a second reading of the archive.
    """

    def __init__(self, selection: Selection, limits: Limits) -> None:
        self._selection = selection
        self._limits = limits
        self._kept = Kept()
        self._brought = Whereabouts()
        self._executables: set[str] = set()
        self._targets: dict[str, str] = {}  # What each hard link leads to in the end.
        self._owed: dict[str, _Owed] = {}

    def entries(self, archive: TarReader) -> Iterator[Entry]:
        """Yield what the members of `archive` are."""
        for place, member in enumerate(archive):
            path = normalised(member.path)
            if not path:
                if path is None:
                    yield Gap(GapKind.MALFORMED, member.path, "leads out of the image")
            elif _WHITEOUT in path and path.rpartition("/")[2].startswith(_WHITEOUT):
                yield from _whiteout(path)
            elif member.kind is Kind.FILE:
                if self._wants(archive, member, path):
                    yield from self._file(archive, member, path, place)
                else:
                    yield Hidden(path, here=self._brought.replaced(path, place))
            elif member.kind is Kind.DIRECTORY:
                here = self._brought.replaced_by_directory(path, place)
                yield Hidden(path, alone=not here, here=here)
            elif member.kind is Kind.HARD_LINK:
                yield from self._link(member, path, place)
            elif member.kind is Kind.UNKNOWN:
                yield Gap(GapKind.UNSUPPORTED, path, "a member of a kind that container engines do not unpack")
            else:
                yield Hidden(path, here=self._brought.replaced(path, place))

    def owed(self) -> bool:
        """Say whether a second reading is needed, and prepare it."""
        self._owed = {
            path: owed
            for path, owed in sorted(self._owed.items())
            if self._brought.place(path) == owed.place  # No later member took its place.
        }
        return bool(self._owed)

    def links(self, archive: TarReader) -> Iterator[Entry]:
        """Yield the links that are owed, out of a second reading; the last that a target was before its link counts."""
        found: set[str] = set()
        waiting: dict[str, list[str]] = {}
        for link, owed in self._owed.items():
            waiting.setdefault(owed.target, []).append(link)
        for place, member in enumerate(archive):
            path = normalised(member.path)
            if path in waiting and member.kind is not Kind.DIRECTORY:
                links = [link for link in waiting[path] if place < self._owed[link].place]
                found.update(links)
                yield from self._linked(archive, member, links)
        for link in sorted(self._owed.keys() - found):
            yield Gap(GapKind.UNREADABLE, link, f"a hard link to {self._owed[link].target}, which is not in its layer")

    def _wants(self, archive: TarReader, member: Member, path: str) -> bool:
        if self._selection.executables and member.mode & _ANY_EXECUTE and _is_executable(archive, member):
            self._executables.add(path)
            return True
        self._executables.discard(path)
        return self._selection.selects(path)

    def _file(self, archive: TarReader, member: Member, path: str, place: int) -> Iterator[Entry]:
        if self._brought.lies_below(path):
            self._brought.replaced(path, place)
            yield Hidden(path, here=True)
        self._brought.note(path, place)
        self._kept.drop(path)
        if member.size > self._limits.file:
            yield self._too_large(path, member.size)
            return
        content = held(archive.content(), member.size, self._limits.memory)
        self._kept.keep(path, content)
        yield SourceFile(path, content, member.mode)

    def _link(self, member: Member, path: str, place: int) -> Iterator[Entry]:
        target = normalised(member.target)
        if not target:
            yield Gap(GapKind.MALFORMED, path, f"a hard link to {member.target!r}")
            return
        target = self._targets.get(target, target)
        present = self._brought.place(target) is not None
        executable = present and target in self._executables
        content = self._kept.get(target) if present else None
        here = self._brought.replaced(path, place)
        self._targets[path] = target
        if here or not (executable or self._selection.selects(path)):
            yield Hidden(path, here=here)
        if executable or self._selection.selects(path):
            self._brought.note(path, place)
            if content is None:
                self._owed[path] = _Owed(target, place, member.mode)
            else:
                yield SourceFile(path, content, member.mode)

    def _linked(self, archive: TarReader, member: Member, links: list[str]) -> Iterator[Entry]:
        """Yield what `links` are, whose target is `member`."""
        content: bytes | mmap.mmap | None = None
        if links and member.kind is Kind.FILE and member.size <= self._limits.file:
            content = held(archive.content(), member.size, self._limits.memory)
        for link in links:
            if content is not None:
                yield SourceFile(link, content, self._owed[link].mode)
            elif member.kind is Kind.FILE:
                yield self._too_large(link, member.size)
            else:
                yield Hidden(link, here=True)

    def _too_large(self, path: str, size: int) -> Gap:
        return Gap(GapKind.LIMIT, path, f"{size} bytes, of which at most {self._limits.file} are read")


def _is_executable(archive: TarReader, member: Member) -> bool:
    return member.size >= SMALLEST_EXECUTABLE and archive.beginning(_MAGIC).startswith(EXECUTABLE_MAGIC)


def _whiteout(path: str) -> Iterator[Entry]:
    directory, _, name = path.rpartition("/")
    hidden = name.removeprefix(_WHITEOUT)
    if name == _OPAQUE:
        yield Hidden(directory, below=True)
    elif hidden in {"", ".", ".."}:
        yield Gap(GapKind.MALFORMED, path, "a whiteout of nothing")
    elif not name.startswith(_ADMINISTRATION):
        yield Hidden(f"{directory}/{hidden}" if directory else hidden)
