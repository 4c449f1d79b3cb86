"""The lines of what parsers found, for formats whose parsers do not tell."""

from hullcheck.model.source_file import SourceFile


class LineFinder:
    """Finds texts of a file in the order in which they stand in it, reading it once.

    From the first text on that is not there, no line is known: so a hostile file is not searched to its end again and
    again.
    """

    __slots__ = ("_file", "_line", "_lost", "_position")

    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self._line = 1
        self._position = 0
        self._lost = False

    def line_of(self, text: str) -> int:
        """Return the line, counted from 1, of the next `text` behind the one found before; 0 where it is not known."""
        if self._lost:
            return 0
        content, wanted = self._file.content, text.encode("utf-8", "surrogatepass")
        found = content.find(wanted, self._position)
        if found < 0:
            self._lost = True
            return 0
        line = self._line + bytes(content[self._position : found]).count(b"\n")
        self._line = line + wanted.count(b"\n")
        self._position = found + len(wanted)
        return line
