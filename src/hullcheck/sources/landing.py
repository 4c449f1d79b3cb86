"""Where the members of a layer's archive land, as container engines unpack them.

A path goes through the symbolic links that the archive brought before it: containerd and Docker follow those in front
of the last segment, within the layer. Else a package database could hide behind such a link.
"""

from hullcheck.errors import LimitExceeded
from hullcheck.formats.tar_header import Kind, Member
from hullcheck.sources.paths import normalised

# Linux creates no longer ones (PATH_MAX).
LONGEST_PATH = 4096

# As many as containerd follows.
_MAX_LINKS = 255

# Segments of targets that are followed for all members of a layer together: usual are some thousands.
_MAX_STEPS = 5_000_000

# Bytes of the directories that are remembered, here and by those who ask, each with what it costs besides: 100,000
# directories take 20 MB.
_ROOM = 256 * 1024 * 1024
_COST = 100

# Builders of images write each path once. All that is known is looked through when a link takes the place of something.
_MAX_CHANGES = 1000


# What takes the place of no directory.
_JOINING = frozenset({Kind.DIRECTORY, Kind.UNKNOWN})

# Last segments that are none.
_NO_NAMES = frozenset({"", ".", ".."})


class NowhereError(Exception):
    """A member lands nowhere, for the reason that is the message."""


class Landing:
    """The directories and symbolic links of a layer, as far as its archive was read."""

    def __init__(self) -> None:
        self._targets: dict[str, str] = {}
        self._holders: set[str] = set()  # Directories that links were in, at any depth.
        self._real: dict[str, str] = {"": ""}  # Where directories are; all that a path goes through are among them.
        self._room = _ROOM
        self._steps = _MAX_STEPS
        self._changes = 0

    @property
    def taken(self) -> int:
        """Return how many bytes the directories take that were seen."""
        return _ROOM - self._room

    def place(self, member: Member) -> str:
        """Return where `member` lands ("" is the root), and note it; raise `NowhereError` if it does not.

        Members are placed in the order of the archive.
        """
        path, kind = member[:2]
        # Most members lie in the directory of the one before, which is where it is said to be.
        parent, _, name = path.rpartition("/")
        if not parent or name in _NO_NAMES or self._real.get(parent) != parent:
            path = self.find(path)
        if kind is Kind.SYMLINK:
            self._link(path, member.target)
        elif path in self._targets or path in self._holders:
            self._replace(path, kind)
        return path

    def find(self, path: str) -> str:
        """Return where `path` is, its last segment not followed; raise `NowhereError` if that cannot be."""
        parent, _, name = path.rpartition("/")
        real = self._real.get(parent)
        if real is None or name in _NO_NAMES:
            real, name = self._found(path, parent)
        if not real:
            return name
        return path if real == parent and name else f"{real}/{name}"

    def _found(self, path: str, written: str) -> tuple[str, str]:
        """Return the directory and name of `path`, whose directory is `written` in a way that was not seen before."""
        clean = normalised(path)
        if clean is None:
            raise NowhereError("leads out of the image")
        if len(clean) > LONGEST_PATH:
            raise NowhereError(f"a path of more than {LONGEST_PATH} bytes")
        parent, _, name = clean.rpartition("/")
        real = self._real.get(parent)
        if real is None:
            real = self._follow(parent)
        if path.endswith(f"/{name}") and len(written) <= LONGEST_PATH:
            self._remember(written, real)
        return real, name

    def is_link(self, path: str) -> bool:
        """Say whether a symbolic link is at `path`."""
        return path in self._targets

    def copy_link(self, path: str, target: str) -> None:
        """Note that a hard link at `path` is the symbolic link that `target` is."""
        self._link(path, self._targets[target])

    def _follow(self, directory: str) -> str:
        """Return where `directory` is, and remember that of all that it lies in."""
        above, _, name = directory.rpartition("/")
        known = self._real.get(above)
        done, left = ("", directory.split("/")[::-1]) if known is None else (known, [name])
        links = 0
        while left:
            segment = left.pop()
            if segment in {"", "."}:
                continue
            if segment == "..":
                done = done.rpartition("/")[0]
                continue
            here = f"{done}/{segment}" if done else segment
            target = self._targets.get(here)
            if target is None:
                done = here
                self._remember(here, here)
                continue
            links += 1
            if links > _MAX_LINKS:
                raise NowhereError("lies behind symbolic links that lead in a circle")
            done = "" if target.startswith("/") else done
            left.extend(self._segments(target))
            if len(done) > LONGEST_PATH:
                raise NowhereError(f"a path of more than {LONGEST_PATH} bytes")
        self._remember(directory, done)
        return done

    def _segments(self, target: str) -> list[str]:
        segments = target.split("/")[::-1]
        self._steps -= len(segments)
        if self._steps < 0:
            raise LimitExceeded(
                target[:100], f"one of the symbolic links with more than {_MAX_STEPS} segments to follow"
            )
        return segments

    def _remember(self, directory: str, real: str) -> None:
        if directory not in self._real:
            self._take_room(directory)
            self._real[directory] = real

    def _take_room(self, directory: str) -> None:
        self._room -= len(directory) + _COST
        if self._room < 0:
            raise LimitExceeded(directory[:100], f"one of the directories whose paths have more than {_ROOM} bytes")

    def _link(self, path: str, target: str) -> None:
        if len(target) > LONGEST_PATH:
            raise NowhereError(f"a symbolic link with a target of more than {LONGEST_PATH} bytes")
        if self._targets.get(path) == target:
            return
        if path in self._holders:
            self._clear(path)
        if path in self._real or path in self._targets:
            self._forget(path)
        self._targets[path] = target
        parent = path.rpartition("/")[0]
        while parent and parent not in self._holders:
            self._take_room(parent)
            self._holders.add(parent)
            parent = parent.rpartition("/")[0]

    def _replace(self, path: str, kind: Kind) -> None:
        """Note that a member of `kind`, no link, takes the place of what was at `path`."""
        if path in self._targets and kind is not Kind.UNKNOWN:
            self._forget(path)
            del self._targets[path]
        if path in self._holders and kind not in _JOINING:
            self._clear(path)

    def _clear(self, path: str) -> None:
        """Forget the links below `path`, which is no directory any more."""
        self._forget(path)
        for link in [link for link in self._targets if link.startswith(f"{path}/")]:
            del self._targets[link]

    def _forget(self, path: str) -> None:
        """Forget where directories are, because `path` was a link or becomes one."""
        self._changes += 1
        if self._changes > _MAX_CHANGES:
            raise LimitExceeded(path[:100], f"one of more than {_MAX_CHANGES} links that take the place of something")
        self._real = {"": ""}
