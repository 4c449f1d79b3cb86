"""What the members of a layer's archive bring and hide (OCI image specification, layer.md)."""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from hullcheck.errors import LimitExceeded
from hullcheck.formats.tar import TarReader
from hullcheck.formats.tar_header import Kind, Member
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.source_file import EXECUTABLE_MAGIC, SMALLEST_EXECUTABLE, SourceFile
from hullcheck.model.tree import Entry, Hidden, Unwanted
from hullcheck.sources.allowance import Allowance
from hullcheck.sources.content import Kept, held
from hullcheck.sources.landing import LONGEST_PATH, Landing, NowhereError
from hullcheck.sources.options import RAISE_FILE_SIZE, Limits
from hullcheck.sources.selection import Selection
from hullcheck.sources.whereabouts import Whereabouts
from hullcheck.sources.whiteouts import WHITEOUT, hidden_by

# What nobody could read through is no image.
MAX_GAPS = 1000

# Files of a layer that an analyzer wants, each of which takes memory and time: the largest images have some 50,000. Who
# allows more members allows more of these.
_MOST_WANTED = 100_000
_MEMBERS_OF_A_WANTED_FILE = 10

# Members after which it is asked whether there may be more.
_TAKEN_TOGETHER = 4096

_ANY_EXECUTE = 0o111
_MAGIC = max(map(len, EXECUTABLE_MAGIC))


@dataclass(frozen=True, slots=True)
class _Link:
    """What a hard link is: the last that `target`, no link itself, was `before` a place in the archive."""

    target: str
    before: int
    executable: bool


@dataclass(frozen=True, slots=True)
class _Owed:
    """A hard link whose content is not at hand, its place in the archive and its mode."""

    link: _Link
    place: int
    mode: int


class LayerMembers:
    """One reading of a layer.

    A hard link is what its target is at that point of the archive. If the target was not wanted itself, or its content
    not kept, the link is owed after `entries` and is had by `links` out of a second reading of the archive.
    """

    def __init__(self, selection: Selection, limits: Limits, allowance: Allowance | None = None) -> None:
        self._selection = selection
        self._limits = limits
        self._allowance = allowance or Allowance(limits.archive)
        self._landing = Landing()
        self._kept = Kept()
        self._brought = Whereabouts()
        self._executables: set[str] = set()
        self._links: dict[str, _Link] = {}
        self._owed: dict[str, _Owed] = {}
        self._gaps = self._wanted = self._linked_bytes = 0

    def entries(self, archive: TarReader) -> Iterator[Entry]:
        """Yield what the members of `archive` are."""
        unwanted: list[str] = []
        place = -1
        # Bound here for the hundred thousand files of a layer that nobody wants.
        lands, selects, holds, links = self._landing.place, self._selection.selects, self._brought.holds, self._links
        marked = _ANY_EXECUTE if self._selection.executables else 0
        for place, member in enumerate(archive):
            if place % _TAKEN_TOGETHER == _TAKEN_TOGETHER - 1:
                self._allowance.take(_TAKEN_TOGETHER, 0)
            try:
                path = lands(member)
            except NowhereError as error:
                yield self._gap(GapKind.MALFORMED, member.path, str(error))
                continue
            if (
                member.kind is Kind.FILE
                and path
                and not selects(path)
                and not (member.mode & marked and _is_executable(archive, member))
                # What it takes the place of is told with it, and a whiteout is no file.
                and not (path in links or holds(path) or WHITEOUT in path)
            ):
                unwanted.append(path)
                continue
            if unwanted:
                yield Unwanted(tuple(unwanted))
                unwanted.clear()
            yield from self._entry(archive, member, path, place)
        names = archive.names + self._landing.taken
        self._allowance.take((place + 1) % _TAKEN_TOGETHER, names)
        if unwanted:
            yield Unwanted(tuple(unwanted))

    def _entry(self, archive: TarReader, member: Member, path: str, place: int) -> Iterator[Entry]:
        if WHITEOUT in path and path.rpartition("/")[2].startswith(WHITEOUT):
            yield hidden_by(path) or self._gap(GapKind.MALFORMED, path, "a whiteout of nothing")
        elif path:
            self._links.pop(path, None)
            if member.kind is Kind.FILE and not self._wants(archive, member, path):
                yield Hidden(path, here=self._brought.replaced(path, place))
            else:
                yield from self._member(archive, member, path, place)

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
            waiting.setdefault(owed.link.target, []).append(link)
        self._landing = Landing()
        for place, member in enumerate(archive):
            path = self._landed(member)
            if path in waiting and member.kind is not Kind.DIRECTORY:
                links = [link for link in waiting[path] if place < self._owed[link].link.before]
                found.update(links)
                yield from self._linked(archive, member, links)
        for link in sorted(self._owed.keys() - found):
            target = self._owed[link].link.target
            yield self._gap(GapKind.UNREADABLE, link, f"a hard link to {target}, which is not in its layer")

    def _landed(self, member: Member) -> str:
        """Return where `member` lands, "" if it does not, which the first reading told."""
        try:
            path = self._landing.place(member)
            if member.kind is Kind.HARD_LINK and self._landing.is_link(target := self._landing.find(member.target)):
                self._landing.copy_link(path, target)
        except NowhereError:
            return ""
        return path

    def _wants(self, archive: TarReader, member: Member, path: str) -> bool:
        if self._selection.executables and member.mode & _ANY_EXECUTE and _is_executable(archive, member):
            self._executables.add(path)
            return True
        self._executables.discard(path)
        return self._selection.selects(path)

    def _member(self, archive: TarReader, member: Member, path: str, place: int) -> Iterator[Entry]:
        match member.kind:
            case Kind.FILE:
                yield from self._file(archive, member, path, place)
            case Kind.DIRECTORY:
                here = self._brought.replaced_by_directory(path, place)
                yield Hidden(path, alone=not here, here=here)
            case Kind.HARD_LINK:
                yield from self._link(member, path, place)
            case Kind.SYMLINK | Kind.DEVICE:
                yield Hidden(path, here=self._brought.replaced(path, place))
            case Kind.UNKNOWN:
                yield self._gap(GapKind.UNSUPPORTED, path, "a member of a kind that container engines do not unpack")
            case _:
                assert_never(member.kind)

    def _file(self, archive: TarReader, member: Member, path: str, place: int) -> Iterator[Entry]:
        if self._brought.lies_below(path):
            self._brought.replaced(path, place)
            yield Hidden(path, here=True)
        self._want(path, place)
        self._kept.drop(path)
        if member.size > self._limits.file:
            yield self._too_large(path, member.size)
            return
        content = held(archive.content(), member.size, self._limits.memory)
        self._kept.keep(path, content)
        yield SourceFile(path, content, member.mode)

    def _link(self, member: Member, path: str, place: int) -> Iterator[Entry]:
        try:
            target = self._landing.find(member.target)
        except NowhereError:
            target = ""
        if not target:
            yield self._gap(GapKind.MALFORMED, path, f"a hard link to {_shortened(member.target)!r}")
            return
        if self._landing.is_link(target):
            self._landing.copy_link(path, target)
            yield Hidden(path, here=self._brought.replaced(path, place))
            return
        link = self._links.get(target) or _Link(target, place, self._is_executable_now(target))
        content = self._kept.get(link.target) if self._is_there(link) else None
        here = self._brought.replaced(path, place)
        self._links[path] = link
        wanted = link.executable or self._selection.selects(path)
        if here or not wanted:
            yield Hidden(path, here=here)
        if wanted:
            self._want(path, place)
            if content is None:
                self._owed[path] = _Owed(link, place, member.mode)
            else:
                yield self._copy(path, content, member.mode)

    def _want(self, path: str, place: int) -> None:
        """Note that the member at `place` brings a wanted file, and see that there are not too many."""
        self._brought.note(path, place)
        self._wanted += 1
        most = max(_MOST_WANTED, self._limits.archive.members // _MEMBERS_OF_A_WANTED_FILE)
        if self._wanted > most:
            problem = f"one of more than {most} files of the layer that have to be read"
            raise LimitExceeded(_shortened(path), problem, limit="entries")

    def _copy(self, path: str, content: bytes | mmap.mmap, mode: int) -> SourceFile:
        """Return the file that a hard link at `path` is; what links bring counts as if it were in the archive."""
        self._linked_bytes += len(content)
        if self._linked_bytes > self._limits.layer:
            problem = f"one of the hard links that stand for more than {self._limits.layer} bytes"
            raise LimitExceeded(_shortened(path), problem, limit="layer")
        return SourceFile(path, content, mode)

    def _is_executable_now(self, path: str) -> bool:
        return path in self._executables and self._brought.place(path) is not None

    def _is_there(self, link: _Link) -> bool:
        """Say whether the target still is what it was for the link."""
        place = self._brought.place(link.target)
        return place is not None and place < link.before

    def _linked(self, archive: TarReader, member: Member, links: list[str]) -> Iterator[Entry]:
        """Yield what `links` are, whose target is `member`."""
        content: bytes | mmap.mmap | None = None
        if links and member.kind is Kind.FILE and member.size <= self._limits.file:
            content = held(archive.content(), member.size, self._limits.memory)
        for link in links:
            if content is not None:
                yield self._copy(link, content, self._owed[link].mode)
            elif member.kind is Kind.FILE:
                yield self._too_large(link, member.size)
            else:
                yield Hidden(link, here=True)

    def _too_large(self, path: str, size: int) -> Gap:
        reason = f"{size} bytes, of which at most {self._limits.file} are read"
        return self._gap(GapKind.LIMIT, path, reason, hint=RAISE_FILE_SIZE)

    def _gap(self, kind: GapKind, path: str, reason: str, hint: str = "") -> Gap:
        self._gaps += 1
        shown = _shortened(path)
        if self._gaps > MAX_GAPS:
            raise LimitExceeded(shown, f"{reason}, and so are more than {MAX_GAPS} other members of the layer")
        return Gap(kind, shown, reason, hint)


def _shortened(path: str) -> str:
    return path[:LONGEST_PATH]


def _is_executable(archive: TarReader, member: Member) -> bool:
    return member.size >= SMALLEST_EXECUTABLE and archive.beginning(_MAGIC).startswith(EXECUTABLE_MAGIC)
