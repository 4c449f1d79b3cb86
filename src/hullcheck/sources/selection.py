"""Which files of a target are wanted."""

from hullcheck.model.source_file import Wants


class Selection:
    """An index of `wants`, for the question that is asked of every file of a target: see `Wants` for what it means."""

    __slots__ = ("_children", "_ends", "_names", "_paths", "_patterns", "_suffixes", "executables")

    def __init__(self, wants: Wants) -> None:
        self.executables = wants.executables
        self._names = wants.names
        self._paths = wants.paths
        self._suffixes = wants.suffixes
        self._children: dict[str, tuple[str, ...]] = {}
        for directory, end in sorted(wants.children):
            self._children[directory] = (*self._children.get(directory, ()), end)
        self._patterns = tuple(wants.patterns)
        self._ends = tuple({pattern.end for pattern in wants.patterns})

    def selects(self, path: str) -> bool:
        """Say whether the file at `path` is wanted for where it is and what it is called."""
        directory, _, name = path.rpartition("/")
        if name in self._names or path in self._paths:
            return True
        dot = name.rfind(".")
        if dot >= 0 and name[dot:].lower() in self._suffixes:
            return True
        if directory in self._children and name.endswith(self._children[directory]):
            return True
        return name.endswith(self._ends) and any(pattern.selects(path) for pattern in self._patterns)
