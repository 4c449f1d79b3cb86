"""Executables of any format."""

from collections.abc import Iterator

from hullcheck.formats import elf, macho, pe
from hullcheck.formats.executable import Executable
from hullcheck.model.source_file import SourceFile

_MACHO = (*macho.MAGICS, macho.UNIVERSAL_MAGIC)


def read_executables(file: SourceFile) -> Iterator[Executable]:
    """Yield the executable that `file` is, several where it holds one for each architecture, none for other files."""
    magic = file.content[:4]
    if magic == elf.MAGIC:
        yield elf.Elf(file.path, file.content)
    elif magic in _MACHO:
        yield from macho.read_macho(file.path, file.content)
    elif magic.startswith(pe.MAGIC):
        executable = pe.read_pe(file.path, file.content)
        if executable is not None:
            yield executable
