import json
import struct
import zlib

import pytest

from hullcheck.ecosystems.cargo.auditable import parse_executable
from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.model.source_file import SourceFile


def elf(section: bytes, name: bytes = b".dep-v0") -> SourceFile:
    """Return an executable with one section."""
    names = b"\0.shstrtab\0" + name + b"\0"
    start = 64
    headers = start + len(names) + len(section)
    header = struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 0, headers, 0, 64, 0, 0, 64, 3, 1)
    entries = [(0, 0, 0, 0), (1, 3, start, len(names)), (11, 1, start + len(names), len(section))]
    table = b"".join(
        struct.pack("<IIQQQQIIQQ", at, kind, 0, 0, offset, size, 0, 0, 1, 0) for at, kind, offset, size in entries
    )
    return SourceFile("usr/bin/a", b"\x7fELF\x02\x01\x01" + bytes(9) + header + names + section + table, 0o755)


def packed(*crates: dict[str, object]) -> bytes:
    return zlib.compress(json.dumps({"packages": crates}).encode())


def crate(name: str, **more: object) -> dict[str, object]:
    return {"name": name, "version": "1.0.0", "source": "crates.io", **more}


def names(file: SourceFile) -> list[str]:
    return [package.purl.name for package in parse_executable(file)]


def test_the_crates_of_an_executable_are_found() -> None:
    assert names(elf(packed(crate("a"), crate("b", source="git"), crate("c", kind="runtime")))) == ["a", "b", "c"]


def test_what_only_the_build_needed_is_not_in_it() -> None:
    assert names(elf(packed(crate("a", kind="build")))) == []


def test_of_the_project_itself_only_the_crate_that_it_is_counts() -> None:
    assert names(elf(packed(crate("a", source="local"), crate("b", source="local", root=True)))) == ["b"]


def test_other_executables_have_none() -> None:
    assert names(elf(packed(crate("a")), name=b".dep-v1")) == []
    assert names(SourceFile("a.sh", b"#!/bin/sh\n")) == []


@pytest.mark.parametrize("section", [b"", b"x", packed(crate("a"))[:-8], zlib.compress(b"{"), packed(crate("a b"))])
def test_a_list_that_cannot_be_read_is_malformed(section: bytes) -> None:
    with pytest.raises(MalformedFile):
        names(elf(section))


def test_a_list_that_grows_without_end_is_not_unpacked() -> None:
    with pytest.raises(LimitExceeded):
        names(elf(zlib.compress(b" " * 2**24)))
