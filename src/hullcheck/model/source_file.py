"""A file of the target, and the ways to say which files are wanted."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from mmap import mmap

# A file begins to count as an executable when it is at least as long as the smallest ELF header with a segment.
SMALLEST_EXECUTABLE = 120


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A regular file of the target.

    `path` is relative to the root of the target, with "/" between segments and none in front. `content` is a
    memory map where the file is large; both kinds slice to `bytes` and have `find`.
    """

    path: str
    content: bytes | mmap = field(repr=False)
    mode: int = 0o644

    @property
    def name(self) -> str:
        """Return the last segment of the path."""
        return self.path.rpartition("/")[2]

    @property
    def directory(self) -> str:
        """Return the path without its last segment, "" at the root."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Names that begin with `begin` and end in `end`, at any depth, in a directory called `parent` and somewhere below
    one called `within` ("" for any).
    """

    end: str
    begin: str = ""
    parent: str = ""
    within: str = ""

    def selects(self, path: str) -> bool:
        """Say whether the file at `path` is meant."""
        directory, _, name = path.rpartition("/")
        return (
            name.endswith(self.end)
            and name.startswith(self.begin)
            and self.parent in ("", directory.rpartition("/")[2])
            and (not self.within or self.within in directory.split("/"))
        )


@dataclass(frozen=True, slots=True)
class Wants:
    """Which files an analyzer wants, as data, so that one index picks them before they are read.

    A file is wanted if its last segment is in `names`, it ends in one of `suffixes` ("." and what follows the
    last dot, lower-case), its path is in `paths`, `children` holds its directory and a suffix of its name ("" for
    every name), one of `patterns` selects it, or `executables` is set and it is an executable regular file whose
    content begins like an ELF, PE or Mach-O binary.
    """

    names: frozenset[str] = frozenset()
    suffixes: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    children: frozenset[tuple[str, str]] = frozenset()
    executables: bool = False
    patterns: frozenset[Pattern] = frozenset()

    def selects(self, path: str) -> bool:
        """Say whether the file at `path` is wanted for where it is and what it is called."""
        directory, _, name = path.rpartition("/")
        dot = name.rfind(".")
        return (
            name in self.names
            or path in self.paths
            or (dot >= 0 and name[dot:].lower() in self.suffixes)
            or any(directory == parent and name.endswith(end) for parent, end in self.children)
            or any(pattern.selects(path) for pattern in self.patterns)
        )

    @staticmethod
    def union(wants: Iterable["Wants"]) -> "Wants":
        """Return what wants a file that any of `wants` wants."""
        every = tuple(wants)
        return Wants(
            frozenset().union(*(w.names for w in every)),
            frozenset().union(*(w.suffixes for w in every)),
            frozenset().union(*(w.paths for w in every)),
            frozenset().union(*(w.children for w in every)),
            any(w.executables for w in every),
            frozenset().union(*(w.patterns for w in every)),
        )


EXECUTABLE_MAGIC = (
    b"\x7fELF",
    b"MZ",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
)
