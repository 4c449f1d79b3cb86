"""Which analyzers want a file."""

from collections.abc import Iterable
from typing import TypeVar

from hullcheck.ecosystems.ecosystem import Analyzer
from hullcheck.model.source_file import EXECUTABLE_MAGIC, SMALLEST_EXECUTABLE, SourceFile, Wants

K = TypeVar("K")
V = TypeVar("V")

_MAGIC_SIZE = max(map(len, EXECUTABLE_MAGIC))
_ANY_EXECUTE = 0o111


class Index:
    """Analyzers by what they want, so that the cost of a file does not grow with their number.

    `wants` is what all of them want together, `versions` names them with their versions.
    """

    __slots__ = (
        "_analyzers",
        "_children",
        "_executables",
        "_names",
        "_paths",
        "_patterns",
        "_suffixes",
        "versions",
        "wants",
    )

    def __init__(self, analyzers: tuple[Analyzer, ...]) -> None:
        self.wants = Wants.union(analyzer.wants for analyzer in analyzers)
        self.versions = " ".join(sorted(f"{analyzer.name}={analyzer.version}" for analyzer in analyzers))
        self._analyzers = analyzers
        wanted = tuple(enumerate(analyzer.wants for analyzer in analyzers))
        self._names = _grouped((name, number) for number, wants in wanted for name in wants.names)
        self._suffixes = _grouped((suffix, number) for number, wants in wanted for suffix in wants.suffixes)
        self._paths = _grouped((path, number) for number, wants in wanted for path in wants.paths)
        self._children = _grouped(
            (directory, (end, number)) for number, wants in wanted for directory, end in wants.children
        )
        self._patterns = _grouped(
            (_suffix(pattern.end), (pattern, number)) for number, wants in wanted for pattern in wants.patterns
        )
        self._executables = tuple(number for number, wants in wanted if wants.executables)

    def select(self, file: SourceFile) -> tuple[Analyzer, ...]:
        """Return the analyzers that want `file`, in the order in which they were given."""
        numbers = self._named(file.path)
        if self._executables and _is_executable(file):
            numbers.update(self._executables)
        return tuple([self._analyzers[number] for number in sorted(numbers)])

    def _named(self, path: str) -> set[int]:
        directory, _, name = path.rpartition("/")
        suffix = _suffix(name)
        numbers = {*self._names.get(name, ()), *self._paths.get(path, ())}
        if suffix:
            numbers.update(self._suffixes.get(suffix.lower(), ()))
        for end, number in self._children.get(directory, ()):
            if name.endswith(end):
                numbers.add(number)
        # An end without a dot says nothing about what follows the last dot of a name.
        for key in {suffix, ""}:
            for pattern, number in self._patterns.get(key, ()):
                if pattern.selects(path):
                    numbers.add(number)
        return numbers


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    groups: dict[K, list[V]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in groups.items()}


def _suffix(name: str) -> str:
    dot = name.rfind(".")
    return name[dot:] if dot >= 0 else ""


def _is_executable(file: SourceFile) -> bool:
    return (
        file.mode & _ANY_EXECUTE != 0
        and len(file.content) >= SMALLEST_EXECUTABLE
        and file.content[:_MAGIC_SIZE].startswith(EXECUTABLE_MAGIC)
    )
