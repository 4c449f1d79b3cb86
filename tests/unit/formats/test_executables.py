import mmap

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.formats.executables import ADDRESS, make_elf, make_macho, make_pe, make_universal

from hullcheck.errors import MalformedFile
from hullcheck.formats.binary import read_executables
from hullcheck.formats.executable import Executable, Extent
from hullcheck.model.source_file import SourceFile

DATA = bytes(range(256)) * 4


def only(content: bytes) -> Executable:
    (executable,) = read_executables(SourceFile("bin/a", content))
    return executable


FORMATS = {
    "elf64": make_elf(DATA, {".wanted": (16, 32), ".more": (64, 8)}),
    "elf32": make_elf(DATA, {".wanted": (16, 32), ".more": (64, 8)}, bits=32),
    "elf64-big": make_elf(DATA, {".wanted": (16, 32), ".more": (64, 8)}, big_endian=True),
    "elf32-big": make_elf(DATA, {".wanted": (16, 32), ".more": (64, 8)}, bits=32, big_endian=True),
    "pe64": make_pe(DATA),
    "pe32": make_pe(DATA, bits=32),
    "macho64": make_macho(DATA),
    "macho32": make_macho(DATA, bits=32),
    "macho64-big": make_macho(DATA, big_endian=True),
    "macho32-big": make_macho(DATA, bits=32, big_endian=True),
}
each_format = pytest.mark.parametrize("name", FORMATS)


@each_format
def test_the_part_that_is_written_is_data(name: str) -> None:
    executable = only(FORMATS[name])
    data = executable.data()
    assert data is not None
    assert (data.address, data.size) == (ADDRESS, len(DATA))
    assert executable.content(data) == DATA
    assert executable.big_endian == name.endswith("big")


@each_format
def test_bytes_are_read_by_their_address(name: str) -> None:
    executable = only(FORMATS[name])
    assert executable.read(ADDRESS + 100, 20) == DATA[100:120]
    assert executable.read(ADDRESS + len(DATA) - 3, 20) == DATA[-3:]
    assert executable.read(ADDRESS + len(DATA), 20) == b""
    assert executable.read(ADDRESS - 1, 2) == b""
    assert executable.read(2**63, 2**62) == b""


@pytest.mark.parametrize("name", [name for name in FORMATS if name.startswith("elf")])
def test_sections_of_elf_are_found_by_name(name: str) -> None:
    executable = only(FORMATS[name])
    found = executable.section(".missing", ".more")
    assert found is not None
    assert executable.content(found) == DATA[64:72]
    assert executable.section(".wanted", ".more") == Extent(ADDRESS + 16, found.offset - 48, 32)
    assert executable.section(".want", "wanted2") is None


def test_the_end_of_another_name_is_a_name() -> None:
    # Linkers let ".text" be the end of ".rela.text"; a name that is there only as a part of one is none.
    content = make_elf(DATA, {".rela.text": (0, 8)})
    assert only(content).section(".text") is None


def test_a_section_that_has_no_bytes_in_the_file_is_not_found() -> None:
    assert only(make_elf(DATA, {".wanted": (16, 32)}, kind=8)).section(".wanted") is None


def test_sections_of_other_formats_are_found_by_name() -> None:
    assert only(make_pe(DATA, b"UPX0")).section("UPX0") is not None
    assert only(make_pe(DATA)).section("UPX0") is None
    assert only(make_macho(DATA, b"__go_buildinfo")).section("__go_buildinfo") is not None
    assert only(make_macho(DATA)).section("__go_buildinfo") is None


def test_a_stripped_elf_file_has_no_sections() -> None:
    executable = only(make_elf(DATA))
    assert executable.section(".wanted") is None
    assert executable.data() is not None


def test_a_table_of_sections_outside_of_the_file_is_none() -> None:
    content = make_elf(DATA, {".wanted": (0, 8)})
    assert only(content[:-1]).section(".wanted") is None


def test_a_universal_file_is_one_for_each_architecture() -> None:
    parts = (make_macho(DATA), make_macho(DATA[::-1], big_endian=True))
    found = tuple(read_executables(SourceFile("a", make_universal(*parts))))
    assert [executable.read(ADDRESS, 4) for executable in found] == [DATA[:4], DATA[:-5:-1]]


@pytest.mark.parametrize(
    "content",
    [
        b"\xca\xfe\xba\xbe\x00\x00\x00\x34" + bytes(100),  # a class of Java 8
        b"MZ" + bytes(200),  # a program of DOS
        b"MZ",
        b"#!/bin/sh\n",
        b"",
    ],
)
def test_other_files_are_no_executables(content: bytes) -> None:
    assert not list(read_executables(SourceFile("a", content)))


@pytest.mark.parametrize(
    "content",
    [
        b"\x7fELF",
        b"\x7fELF\x03\x01" + bytes(100),
        FORMATS["elf64"][:60],
        FORMATS["pe64"][:80],
        FORMATS["pe64"][:120],
        b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe\x00\x00\x00\x02" + bytes(30),
        b"\xca\xfe\xba\xbe\x00\x00\x00\x01" + bytes(30),
    ],
)
def test_headers_that_are_cut_off_are_malformed(content: bytes) -> None:
    with pytest.raises(MalformedFile):
        list(read_executables(SourceFile("a", content)))


@each_format
def test_a_memory_map_is_read_like_bytes(name: str) -> None:
    content = mmap.mmap(-1, len(FORMATS[name]))
    content.write(FORMATS[name])
    (executable,) = read_executables(SourceFile("a", content))
    assert executable.read(ADDRESS + 8, 8) == DATA[8:16]


@given(
    st.sampled_from(sorted(FORMATS)),
    st.lists(st.tuples(st.integers(0, 600), st.binary(min_size=1, max_size=9)), max_size=6),
    st.integers(0, 1200),
)
def test_damaged_executables_are_at_worst_malformed(name: str, damages: list[tuple[int, bytes]], length: int) -> None:
    content = bytearray(FORMATS[name])
    for place, other in damages:
        content[place : place + len(other)] = other
    _use(bytes(content[: len(content) - length if length < 100 else None]))


@given(
    st.sampled_from([b"\x7fELF\x01\x01", b"\x7fELF\x02\x02", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe\0\0\0"]),
    st.binary(max_size=300),
)
def test_arbitrary_bytes_are_at_worst_malformed(magic: bytes, rest: bytes) -> None:
    _use(magic + rest)


def _use(content: bytes) -> None:
    try:
        for executable in read_executables(SourceFile("a", content)):
            executable.section(".wanted", "__data", "UPX0")
            data = executable.data()
            if data:
                executable.content(data)
            executable.read(ADDRESS, 100)
    except MalformedFile:
        return
