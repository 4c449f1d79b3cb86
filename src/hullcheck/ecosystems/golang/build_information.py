"""The build information that the Go linker leaves in executables (documentation of Go's debug/buildinfo).

It begins with a magic number at an address that 16 divides. Since Go 1.18 two texts follow it: the version of the
toolchain and the list of modules. Go 1.13 to 1.17 have the addresses of the texts there, Go 1.12 has the list alone,
somewhere, between two marks.
"""

from dataclasses import dataclass
from mmap import mmap
from typing import Literal, TypeAlias

from hullcheck.formats.executable import Executable, Extent

ByteOrder: TypeAlias = Literal["big", "little"]

_MAGIC = b"\xff Go buildinf:"
_ALIGNMENT = 16
_HEADER = 32
_BIG_ENDIAN = 1
_INLINE = 2
_POINTERS = {4, 8}
_LONGEST_NUMBER = 10
_MORE = 0x80

_SECTIONS = (".go.buildinfo", "__go_buildinfo")
# Parts that only Go makes, whatever else was left out of an executable.
_OTHER_SECTIONS = (".gopclntab", "__gopclntab", ".note.go.buildid")

_MARK = 16
_BEFORE = bytes.fromhex("3077af0c9274080241e1c107e6d618e6")
_BEHIND = bytes.fromhex("f932433186182072008242104116d8f2")

# A multiple of the alignment.
_CHUNK = 2**20
# The list of modules of the largest programs has some 100 KiB.
_LONGEST_TEXT = 2**20


@dataclass(frozen=True, slots=True)
class Module:
    """A module in the place that it has after replacement, and its version: "" or "(devel)" where it has none."""

    path: str
    version: str


@dataclass(frozen=True, slots=True)
class BuildInformation:
    """What an executable was built from: each is empty where it is not known.

    `package` is the path of the main package, `main` the module that holds it, `flags` those for the linker.
    """

    toolchain: str = ""
    package: str = ""
    main: Module | None = None
    modules: tuple[Module, ...] = ()
    flags: str = ""


def find_build_information(executable: Executable, content: bytes | mmap) -> BuildInformation | None:
    """Return the build information of `executable`, which stands in `content`; None if it was not made by Go."""
    header = _find_header(executable)
    toolchain, modules = _texts(executable, header) if header else ("", "")
    if toolchain:
        return _parse(toolchain, modules)
    if header or executable.section(*_OTHER_SECTIONS):
        return _parse("", _marked(content))
    return None


def _find_header(executable: Executable) -> int | None:
    """Return the address of the build information."""
    for extent in (executable.section(*_SECTIONS), executable.data()):
        address = _search(executable, extent) if extent else None
        if address is not None:
            return address
    return None


def _search(executable: Executable, extent: Extent) -> int | None:
    """Return the first address in `extent` at which the magic number stands and 16 divides."""
    first = -extent.address % _ALIGNMENT
    for start in range(first, extent.size, _CHUNK):
        part = Extent(extent.address + start, extent.offset + start, min(_CHUNK, extent.size - start))
        chunk = executable.content(part)
        if not chunk:
            return None
        place = chunk.find(_MAGIC)
        while place >= 0:
            if place % _ALIGNMENT == 0:
                return part.address + place
            place = chunk.find(_MAGIC, place + 1)
    return None


def _texts(executable: Executable, address: int) -> tuple[str, str]:
    """Return the version of the toolchain and the list of modules, "" where they cannot be read."""
    header = executable.read(address, _HEADER)
    if len(header) < _HEADER:
        return "", ""
    pointer, flags = header[14:16]
    if flags & _INLINE:
        toolchain, behind = _inline_text(executable, address + _HEADER)
        modules, _ = _inline_text(executable, behind)
        return _decode(toolchain), _decode(modules[_MARK:-_MARK])
    if pointer not in _POINTERS:
        return "", ""
    order: ByteOrder = "big" if flags & _BIG_ENDIAN else "little"
    places = (header[at : at + pointer] for at in (16, 16 + pointer))
    toolchain, modules = (_text_at(executable, int.from_bytes(place, order), pointer, order) for place in places)
    return _decode(toolchain), _decode(modules[_MARK:-_MARK])


def _inline_text(executable: Executable, address: int) -> tuple[bytes, int]:
    """Return the text at `address`, which its length precedes as a varint, and the address behind it."""
    number = executable.read(address, _LONGEST_NUMBER)
    length = 0
    for index, byte in enumerate(number):
        length |= (byte & ~_MORE) << 7 * index
        if byte < _MORE:
            start = address + index + 1
            return _read(executable, start, length), start + length
    return b"", address


def _text_at(executable: Executable, address: int, pointer: int, order: ByteOrder) -> bytes:
    """Return the Go string at `address`: the address of its bytes, then their number."""
    string = executable.read(address, 2 * pointer)
    return _read(executable, int.from_bytes(string[:pointer], order), int.from_bytes(string[pointer:], order))


def _read(executable: Executable, address: int, length: int) -> bytes:
    """Return the `length` bytes at `address`, none of them where they are not all there."""
    text = executable.read(address, length) if length <= _LONGEST_TEXT else b""
    return text if len(text) == length else b""


def _marked(content: bytes | mmap) -> str:
    """Return the list of modules by the marks around it."""
    start = content.find(_BEFORE) + _MARK
    if start < _MARK:
        return ""
    text = content[start : start + _LONGEST_TEXT]
    end = text.find(_BEHIND)
    return _decode(text[: max(end, 0)])


def _decode(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _parse(toolchain: str, text: str) -> BuildInformation:
    """Return what the lines of `text` say: a word for what it is, then its fields, all separated by tabs."""
    package = flags = ""
    main: list[Module] = []
    modules: list[Module] = []
    last = modules
    for line in text.split("\n"):
        match line.split("\t"):
            case ["path", package]:
                pass
            case ["mod", path, version, *_]:
                last = main
                main[:] = [Module(path, version)]
            case ["dep", path, version, *_]:
                last = modules
                modules.append(Module(path, version))
            case ["=>", path, version, *_] if last:
                last[-1] = Module(path, version)
            case ["build", setting] if setting.startswith("-ldflags="):
                flags = setting.removeprefix("-ldflags=")
    return BuildInformation(toolchain, package, main[0] if main else None, tuple(modules), flags)
