"""The tar reader, against Python's and GNU's."""

import io
import os
import random
import stat
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.formats.byte_stream import ByteStream
from hullcheck.formats.tar import TarLimits, TarReader
from hullcheck.formats.tar_header import Kind, Member

FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}


def sliced(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


def reader(content: bytes, size: int = 4096, limits: TarLimits | None = None) -> TarReader:
    return TarReader(ByteStream(sliced(content, size), "layer.tar"), limits)


def read_all(content: bytes, size: int = 4096, limits: TarLimits | None = None) -> list[tuple[Member, bytes]]:
    archive = reader(content, size, limits)
    return [(member, b"".join(archive.content()) if member.kind is Kind.FILE else b"") for member in archive]


def archive_of(*members: tuple[tarfile.TarInfo, bytes], style: str = "gnu") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=FORMATS[style]) as archive:
        for information, content in members:
            archive.addfile(information, io.BytesIO(content))
    return buffer.getvalue()


def file(name: str, content: bytes = b"", mode: int = 0o644) -> tuple[tarfile.TarInfo, bytes]:
    information = tarfile.TarInfo(name)
    information.size = len(content)
    information.mode = mode
    return information, content


def special(name: str, kind: bytes, target: str = "") -> tuple[tarfile.TarInfo, bytes]:
    information = tarfile.TarInfo(name)
    information.type = kind
    information.linkname = target
    return information, b""


def header(name: bytes, size: bytes = b"00000000000", kind: bytes = b"0", magic: bytes = b"ustar\x0000") -> bytes:
    block = bytearray(512)
    block[0 : len(name)] = name
    block[100:108] = b"0000644\0"
    block[124 : 124 + len(size)] = size
    block[156:157] = kind
    block[257 : 257 + len(magic)] = magic
    return signed(block)


def signed(block: bytearray) -> bytes:
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def pax(records: bytes, kind: bytes = b"x") -> bytes:
    return header(b"PaxHeaders/x", b"%011o" % len(records), kind) + records + bytes(-len(records) % 512)


def record(key: str, value: str) -> bytes:
    body = f" {key}={value}\n".encode()
    length = len(body) + 1
    while len(str(length)) + len(body) != length:
        length = len(str(length)) + len(body)
    return str(length).encode() + body


END = bytes(1024)

# Python's own reader names kinds in more ways than matter here.
PYTHON_KINDS = {
    tarfile.REGTYPE: Kind.FILE,
    tarfile.AREGTYPE: Kind.FILE,
    tarfile.CONTTYPE: Kind.FILE,
    tarfile.LNKTYPE: Kind.HARD_LINK,
    tarfile.SYMTYPE: Kind.SYMLINK,
    tarfile.DIRTYPE: Kind.DIRECTORY,
    tarfile.CHRTYPE: Kind.DEVICE,
    tarfile.BLKTYPE: Kind.DEVICE,
    tarfile.FIFOTYPE: Kind.DEVICE,
}

segment = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=40)
names = st.lists(segment, min_size=1, max_size=8).map("/".join).filter(lambda name: name.strip("/.") != "")
contents = st.binary(max_size=2000)


@st.composite
def members(draw: st.DrawFn) -> tuple[tarfile.TarInfo, bytes]:
    kind = draw(
        st.sampled_from([tarfile.REGTYPE] * 3 + [tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
    )
    information = tarfile.TarInfo(draw(names))
    information.type = kind
    information.mode = draw(st.integers(0, 0o7777))
    information.mtime = draw(st.one_of(st.integers(0, 2**33), st.floats(0, 2e9)))
    if kind in {tarfile.LNKTYPE, tarfile.SYMTYPE}:
        information.linkname = draw(names)
    content = draw(contents) if kind == tarfile.REGTYPE else b""
    information.size = len(content)
    return information, content


@given(st.lists(members(), max_size=6), st.sampled_from(["gnu", "pax"]), st.integers(1, 3000))
@settings(max_examples=150, deadline=None)
def test_what_python_writes_is_read_as_python_reads_it(
    written: list[tuple[tarfile.TarInfo, bytes]], style: str, size: int
) -> None:
    content = archive_of(*written, style=style)
    with tarfile.open(fileobj=io.BytesIO(content)) as theirs:
        expected = []
        for information in theirs:
            opened = theirs.extractfile(information) if information.isreg() else None
            expected.append(
                (
                    information.name,
                    PYTHON_KINDS[information.type],
                    information.mode,
                    information.linkname,
                    opened.read() if opened else b"",
                )
            )
    found = [(m.path.rstrip("/"), m.kind, m.mode, m.target, data) for m, data in read_all(content, size)]
    assert found == expected


@given(st.binary(max_size=3000))
@settings(max_examples=200, deadline=None)
def test_arbitrary_bytes_are_malformed_or_nothing(content: bytes) -> None:
    try:
        read_all(content)
    except MalformedFile:
        return
    assert not content.strip(b"\0")


@given(st.lists(members(), min_size=1, max_size=4), st.sampled_from(["gnu", "pax"]), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_damaged_archives_are_malformed_and_nothing_else(
    written: list[tuple[tarfile.TarInfo, bytes]], style: str, dice: random.Random
) -> None:
    content = bytearray(archive_of(*written, style=style))
    for _ in range(dice.randint(1, 5)):
        content[dice.randrange(len(content))] = dice.randrange(256)
    try:
        read_all(bytes(content[: dice.randint(0, len(content))]))
    except MalformedFile:
        return


@given(st.integers(1, 8 * 512 - 1))
def test_an_archive_that_is_cut_within_a_member_is_malformed(length: int) -> None:
    content = archive_of(file("a", b"a" * 700), file("b", b"b" * 1500))[: 512 + 1024 + 512 + 1536]
    if length in {512 + 1024, len(content)} or 512 + 700 <= length <= 512 + 1024 or length >= 3 * 512 + 512 + 1500:
        # What pads the last member may be missing, as for Go.
        assert {m.path for m in reader(content[:length])} <= {"a", "b"}
        return
    with pytest.raises(MalformedFile, match="cut short"):
        read_all(content[:length])


@pytest.mark.parametrize("style", ["ustar", "gnu", "pax"])
@pytest.mark.parametrize("size", [1, 511, 512, 513, 100_000])
def test_chunks_may_be_of_any_size(style: str, size: int) -> None:
    name = "/".join(["directory" * 2] * 7) + "/name"
    content = archive_of(file(name, b"x" * 3000), file("second", b"y"), style=style)
    assert [(m.path, data) for m, data in read_all(content, size)] == [(name, b"x" * 3000), ("second", b"y")]


def test_a_member_that_is_not_read_is_passed_over() -> None:
    content = archive_of(file("a", b"a" * 5000), file("b", b"b" * 5000), file("c", b"c"))
    archive = reader(content, 700)
    found = {}
    for member in archive:
        if member.path == "b":
            found["half"] = next(archive.content())
        if member.path == "c":
            found["c"] = b"".join(archive.content())
    assert found["half"].strip(b"b") == b""
    assert found["c"] == b"c"


def test_the_beginning_is_seen_without_being_read() -> None:
    archive = reader(archive_of(file("a", b"\x7fELF" + b"a" * 5000), file("b", b"bc"), file("empty")), 600)
    seen = {member.path: (archive.beginning(4), b"".join(archive.content())) for member in archive}
    assert seen["a"] == (b"\x7fELF", b"\x7fELF" + b"a" * 5000)
    assert seen["b"] == (b"bc", b"bc")
    assert seen["empty"] == (b"", b"")


def test_devices_links_and_directories_have_no_content() -> None:
    content = archive_of(
        special("dev/null", tarfile.CHRTYPE),
        special("dev/sda", tarfile.BLKTYPE),
        special("run/pipe", tarfile.FIFOTYPE),
        special("etc/os-release", tarfile.SYMTYPE, "../usr/lib/os-release"),
        special("bin/b", tarfile.LNKTYPE, "bin/a"),
        special("usr/", tarfile.DIRTYPE),
    )
    found = [(m.path, m.kind, m.target) for m in reader(content)]
    assert found == [
        ("dev/null", Kind.DEVICE, ""),
        ("dev/sda", Kind.DEVICE, ""),
        ("run/pipe", Kind.DEVICE, ""),
        ("etc/os-release", Kind.SYMLINK, "../usr/lib/os-release"),
        ("bin/b", Kind.HARD_LINK, "bin/a"),
        ("usr/", Kind.DIRECTORY, ""),
    ]


def test_a_link_that_states_a_size_has_no_data_all_the_same() -> None:
    content = header(b"link", b"%011o" % 5000, b"1") + header(b"next") + END
    assert [m.path for m in reader(content)] == ["link", "next"]


def test_the_v7_format_has_directories_by_their_slash() -> None:
    content = header(b"d/", kind=b"\0", magic=b"") + header(b"f", b"%011o" % 1, b"\0", b"") + b"x" + bytes(511) + END
    assert [(m.path, m.kind) for m in reader(content)] == [("d/", Kind.DIRECTORY), ("f", Kind.FILE)]


def test_names_that_are_no_utf_8_come_back_as_they_were() -> None:
    content = header(b"caf\xe9/\xff\xfe", b"0") + END
    (member,) = reader(content)
    assert member.path.encode("utf-8", "surrogateescape") == b"caf\xe9/\xff\xfe"


def test_a_prefix_counts_in_ustar() -> None:
    block = bytearray(header(b"name"))
    block[345:351] = b"prefix"
    assert [m.path for m in reader(signed(block) + END)] == ["prefix/name"]
    block[257:265] = bytes(8)
    assert [m.path for m in reader(signed(block) + END)] == ["name"]


@pytest.mark.parametrize(
    ("times", "path"),
    [
        (b"var/lib/dpkg\0", "var/lib/dpkg/status"),
        (b"00000000001\x0000000000001\0", "status"),
        (b"00000000001\0not a number", "00000000001/status"),
        (b"caf\xc3\xa9", "status"),
    ],
)
def test_a_prefix_where_gnu_has_times_counts_as_it_does_for_go(times: bytes, path: str) -> None:
    """Else a package database could hide behind it: engines unpack it to where it is read."""
    block = bytearray(header(b"status", magic=b"ustar  \0"))
    block[345 : 345 + len(times)] = times
    assert [m.path for m in reader(signed(block) + END)] == [path]


def test_base_256_sizes_are_read() -> None:
    size = b"\x80" + (3).to_bytes(11, "big")
    content = header(b"big", size) + b"abc" + bytes(509) + END
    assert [(m.path, m.size, data) for m, data in read_all(content)] == [("big", 3, b"abc")]


@pytest.mark.parametrize(
    "size",
    [b"\xff" + b"\xff" * 11, b"\x80" + b"\xff" * 11, b"12x45678901", b"-0000000001", b"0_000000001", b"00000000009"],
)
def test_a_size_that_is_none_is_malformed(size: bytes) -> None:
    with pytest.raises(MalformedFile, match="without size"):
        list(reader(header(b"bad", size) + END))


def test_a_terabyte_that_is_not_there_is_cut_short() -> None:
    content = header(b"huge", b"\x80" + (1 << 40).to_bytes(11, "big")) + b"x" * 1024
    with pytest.raises(MalformedFile, match="cut short"):
        list(reader(content))


def test_a_wrong_checksum_is_malformed() -> None:
    content = bytearray(archive_of(file("a", b"x"), file("b")))
    content[1024 + 3] ^= 1
    with pytest.raises(MalformedFile, match=r"byte 1536.*damaged header"):
        list(reader(bytes(content)))


def test_a_signed_checksum_is_accepted() -> None:
    block = bytearray(header(b"\xe9\xe9"))
    block[148:156] = b" " * 8
    total = sum(byte - 256 if byte > 127 else byte for byte in block)
    block[148:156] = b"%06o\0 " % total
    assert len(list(reader(bytes(block) + END))) == 1


def test_something_else_is_not_a_tar_archive() -> None:
    with pytest.raises(MalformedFile, match="not a tar archive"):
        list(reader(b"#!/bin/sh\n" * 100))


def test_a_header_behind_the_end_is_malformed() -> None:
    with pytest.raises(MalformedFile):
        list(reader(header(b"a") + bytes(512) + header(b"b") + END))


def test_an_archive_without_its_end_is_read() -> None:
    assert [m.path for m in reader(header(b"a"))] == ["a"]
    assert [m.path for m in reader(header(b"a") + bytes(512))] == ["a"]
    assert list(reader(b"")) == []


def test_what_follows_the_end_is_not_read() -> None:
    assert [m.path for m in reader(header(b"a") + END + b"garbage" * 1000)] == ["a"]


def test_pax_records_go_before_the_header() -> None:
    records = record("path", "ünï/code") + record("size", "3") + record("mtime", "1.5") + record("path", "last/counts")
    content = pax(records) + header(b"short") + b"abc" + bytes(509) + header(b"next") + END
    assert [(m.path, data) for m, data in read_all(content)] == [("last/counts", b"abc"), ("next", b"")]


def test_an_empty_pax_record_leaves_what_the_header_says() -> None:
    assert [m.path for m in reader(pax(record("path", "")) + header(b"name") + END)] == ["name"]


def test_a_long_name_goes_before_a_pax_record() -> None:
    """As in Go's reader, with which container engines unpack layers."""
    long = header(b"././@LongLink", b"%011o" % 6, b"L") + b"long/n" + bytes(506)
    assert [m.path for m in reader(pax(record("path", "pax")) + long + header(b"short") + END)] == ["long/n"]


def test_global_pax_records_are_not_heeded() -> None:
    content = pax(record("path", "everything"), b"g") + header(b"a") + header(b"b") + END
    assert [m.path for m in reader(content)] == ["a", "b"]


@pytest.mark.parametrize(
    "records",
    [
        b"x",
        b"5 a=b",
        b"6 ab\n",
        b"99 path=a\n",
        b"0 path=a\n",
        b"-9 path=a\n",
        b"9 path=a\n8",
        b"8 =value\n",
        record("path", "a\0b"),
    ],
)
def test_damaged_pax_records_are_malformed(records: bytes) -> None:
    with pytest.raises(MalformedFile):
        list(reader(pax(records) + header(b"a") + END))


def test_an_extended_header_at_the_end_is_of_nothing() -> None:
    assert list(reader(pax(record("path", "a")) + END)) == []


def test_a_global_header_forgets_what_stands_in_front_of_it() -> None:
    """As in Go's reader, for which it is a member of its own."""
    content = pax(record("path", "lost")) + pax(record("comment", "x"), b"g") + header(b"name") + END
    assert [m.path for m in reader(content)] == ["name"]


def test_the_name_of_a_sparse_file_goes_before_all_others_and_counts_for_sparse_files_only() -> None:
    long = header(b"././@LongLink", b"%011o" % 4, b"L") + b"long" + bytes(508)
    named = record("GNU.sparse.name", "sparse")
    records = named + record("GNU.sparse.map", "0,0") + record("GNU.sparse.size", "0")
    assert [m.path for m in reader(long + pax(records) + header(b"short") + END)] == ["sparse"]
    assert [m.path for m in reader(pax(named) + header(b"short") + END)] == ["short"]


def test_a_sparse_file_that_is_no_file_is_malformed() -> None:
    records = record("GNU.sparse.map", "0,0") + record("GNU.sparse.size", "0")
    with pytest.raises(MalformedFile, match="no file"):
        list(reader(pax(records) + header(b"d/", kind=b"5") + END))


def test_the_old_map_of_a_format_that_is_not_gnus_is_malformed() -> None:
    block = bytearray(old_sparse(b"00000000000\000000000002\0"))
    block[257:265] = b"ustar\x0000"
    with pytest.raises(MalformedFile, match="unknown format"):
        read_all(signed(block) + b"ab" + bytes(510) + END)


def test_an_old_map_of_endless_empty_blocks_is_over_the_limit() -> None:
    with pytest.raises(LimitExceeded, match="pieces"):
        read_all(old_sparse(b"", continued=1) + (bytes(504) + b"\1" + bytes(7)) * 9000, 1 << 20)


def test_holes_beyond_the_limit_are_not_read() -> None:
    records = record("GNU.sparse.map", "0,2") + record("GNU.sparse.size", "100")
    content = (pax(records) + header(b"s", b"%011o" % 2) + b"ab" + bytes(510)) * 3 + END
    assert len(read_all(content)) == 3
    assert len(list(reader(content, limits=TarLimits(holes=250)))) == 3
    with pytest.raises(LimitExceeded, match="holes of more than 250 bytes"):
        read_all(content, limits=TarLimits(holes=250))


def test_a_huge_extended_header_is_over_the_limit() -> None:
    with pytest.raises(LimitExceeded, match="extended header of"):
        list(reader(header(b"x", b"%011o" % (1 << 30), b"x") + bytes(2048)))


def test_more_members_than_the_limit_are_over_it() -> None:
    content = header(b"a") * 11 + END
    assert len(list(reader(content, limits=TarLimits(members=11)))) == 11
    with pytest.raises(LimitExceeded, match="more than 10 members"):
        list(reader(content, limits=TarLimits(members=10)))
    with pytest.raises(LimitExceeded, match="more than 10 members"):
        list(reader(pax(record("path", "a")) * 41 + header(b"a") + END, limits=TarLimits(members=10)))
    assert len(list(reader(pax(record("path", "a")) * 40 + header(b"a") + END, limits=TarLimits(members=10)))) == 1


def test_longer_names_than_the_limit_are_over_it() -> None:
    content = pax(record("path", "a" * 60)) + header(b"a") + header(b"b" * 40) + END
    assert len(list(reader(content, limits=TarLimits(names=100)))) == 2
    with pytest.raises(LimitExceeded, match="names have more than 99 bytes"):
        list(reader(content, limits=TarLimits(names=99)))
    links = archive_of(special("a", tarfile.SYMTYPE, "b" * 99))
    with pytest.raises(LimitExceeded, match="names have more than 99 bytes"):
        list(reader(links, limits=TarLimits(names=99)))


def test_members_of_other_kinds_are_told_and_their_data_passed_over() -> None:
    content = (
        header(b"label", b"0", b"V") + header(b"odd", b"%011o" % 4, b"Z") + b"data" + bytes(508) + header(b"a") + END
    )
    assert [(m.path, m.kind) for m in reader(content)] == [
        ("label", Kind.UNKNOWN),
        ("odd", Kind.UNKNOWN),
        ("a", Kind.FILE),
    ]


@pytest.mark.parametrize("style", ["gnu", "oldgnu", "pax"])
@pytest.mark.parametrize("version", ["0.0", "0.1", "1.0"])
def test_sparse_files_of_gnu_tar_are_what_they_were(tmp_path: Path, style: str, version: str) -> None:
    path = tmp_path / ("sparse" + "-long" * 30)
    pieces = {4096 * 3: b"one" * 100, 4096 * 100: b"two" * 2000, 4096 * 200: b"\x7fELF"}
    with path.open("wb") as written:
        for offset, piece in pieces.items():
            written.seek(offset)
            written.write(piece)
        written.truncate(4096 * 300)
    many = tmp_path / "many"
    with many.open("wb") as written:
        for number in range(60):
            written.seek(number * 3 * 4096)
            written.write(bytes([number + 1]) * 10)
    command = ["tar", "--sparse", f"--format={style}", "--hole-detection=raw"]
    command += [f"--sparse-version={version}"] if style == "pax" else []
    made = subprocess.run([*command, "-cf", "-", path.name, "many"], cwd=tmp_path, check=True, capture_output=True)
    found = {
        member.path: (member.size, member.extents is not None, data) for member, data in read_all(made.stdout, 1000)
    }
    assert found[path.name] == (path.stat().st_size, True, path.read_bytes())
    assert found["many"] == (many.stat().st_size, True, many.read_bytes())


@pytest.mark.parametrize("style", ["v7", "ustar", "gnu", "oldgnu", "pax"])
def test_what_gnu_tar_writes_is_read(tmp_path: Path, style: str) -> None:
    long = "/".join(["d" * 30] * {"v7": 2, "ustar": 3}.get(style, 8))
    (tmp_path / long).mkdir(parents=True)
    (tmp_path / long / "file").write_bytes(b"content")
    (tmp_path / long / "file").chmod(0o755)
    (tmp_path / long / "hard").hardlink_to(tmp_path / long / "file")
    (tmp_path / "soft").symlink_to(long + "/file")
    made = subprocess.run(
        ["tar", f"--format={style}", "--sort=name", "-cf", "-", "."], cwd=tmp_path, check=True, capture_output=True
    )
    found = {member.path: (member, data) for member, data in read_all(made.stdout)}
    member, data = found[f"./{long}/file"]
    assert (member.kind, member.mode, data) == (Kind.FILE, 0o755, b"content")
    assert found[f"./{long}/hard"][0].target == f"./{long}/file"
    assert found["./soft"][0].target == f"{long}/file"
    assert stat.S_IMODE(found["./"][0].mode) == stat.S_IMODE(tmp_path.stat().st_mode)


@pytest.mark.parametrize(
    "extents",
    ["4,2,1,1", "0,5,3,1", "0,11", "0", "1,-1", "a,1", "0,1,2", "99999999999999999999,1", "0,4,4,4,8,4"],
)
def test_a_sparse_map_that_cannot_be_is_malformed(extents: str) -> None:
    records = record("GNU.sparse.map", extents) + record("GNU.sparse.size", "10")
    with pytest.raises(MalformedFile):
        read_all(pax(records) + header(b"s", b"%011o" % 10) + b"0123456789" + bytes(502) + END)


def old_sparse(numbers: bytes, size: bytes = b"00000000012", continued: int = 0) -> bytes:
    block = bytearray(header(b"s", b"%011o" % 2, b"S", b"ustar  \0"))
    block[386 : 386 + len(numbers)] = numbers
    block[482] = continued
    block[483 : 483 + len(size)] = size
    return signed(block)


@pytest.mark.parametrize(
    "content",
    [
        old_sparse(b"00000000000\00000000zzzz\0") + bytes(512),
        old_sparse(b"00000000000\000000000002\0", size=b"zz") + bytes(512),
        old_sparse(b"00000000000\000000000003\0") + bytes(512),
        old_sparse(b"00000000000\000000000002\0", continued=1),
    ],
)
def test_an_old_sparse_map_that_cannot_be_is_malformed(content: bytes) -> None:
    read_all(old_sparse(b"00000000000\000000000002\0") + b"ab" + bytes(510) + END)
    with pytest.raises(MalformedFile):
        read_all(content + (END if len(content) > 512 else b""))


def test_an_endless_old_sparse_map_is_over_the_limit() -> None:
    extension = b"".join(b"%011o\0%011o\0" % (number, 0) for number in range(21)) + b"\1" + bytes(7)
    content = old_sparse(b"", continued=1) + extension * 6500
    with pytest.raises(LimitExceeded, match="pieces"):
        read_all(content, 1 << 20)


def test_a_sparse_file_with_more_pieces_than_the_limit_is_over_it() -> None:
    lines = b"200000\n" + b"0\n0\n" * 200
    records = record("GNU.sparse.major", "1") + record("GNU.sparse.minor", "0") + record("GNU.sparse.realsize", "1")
    with pytest.raises(LimitExceeded, match="pieces"):
        read_all(pax(records) + header(b"s", b"%011o" % len(lines)) + lines + bytes(-len(lines) % 512) + END)


def test_a_hole_in_front_is_seen_as_zeros() -> None:
    records = record("GNU.sparse.map", "8,2") + record("GNU.sparse.size", "10")
    archive = reader(pax(records) + header(b"s", b"%011o" % 2) + b"ab" + bytes(510) + END)
    for member in archive:
        assert archive.beginning(4) == bytes(4)
        assert (member.size, b"".join(archive.content())) == (10, bytes(8) + b"ab")


@pytest.mark.parametrize("style", ["pax", "gnutar", "ustar", "v7", "paxr"])
def test_what_bsdtar_writes_is_read(tmp_path: Path, style: str) -> None:
    long = "/".join(["d" * 30] * {"v7": 2, "ustar": 3}.get(style, 8))
    (tmp_path / long).mkdir(parents=True)
    (tmp_path / long / "file").write_bytes(b"content")
    (tmp_path / long / "hard").hardlink_to(tmp_path / long / "file")
    (tmp_path / "soft").symlink_to(long + "/file")
    (tmp_path / "ünï\ncode").write_bytes(b"u")
    with (tmp_path / "sparse").open("wb") as written:
        written.seek(1 << 20)
        written.write(b"end")
    command = ["bsdtar", "--format", style, "--read-sparse", "-cf", "-", "."]
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    made = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, env=environment)
    found = {member.path.removeprefix("./"): (member, data) for member, data in read_all(made.stdout)}
    assert found["sparse"][1] == bytes(1 << 20) + b"end"
    assert found["ünï\ncode"][1] == b"u"
    assert found["soft"][0].target == f"{long}/file"
    linked = {name: found[f"{long}/{name}"] for name in ("file", "hard")}
    assert sorted(member.kind.name for member, _ in linked.values()) == ["FILE", "HARD_LINK"]
    assert {data for member, data in linked.values() if member.kind is Kind.FILE} == {b"content"}


def test_an_archive_that_was_appended_to_is_read_to_its_end(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_text(name)
        subprocess.run(["tar", "-cf", f"{name}.tar", name], cwd=tmp_path, check=True)
    subprocess.run(["tar", "-Af", "one.tar", "two.tar"], cwd=tmp_path, check=True)
    assert [data for _, data in read_all((tmp_path / "one.tar").read_bytes())] == [b"one", b"two"]


def test_archives_behind_each_other_are_the_first_one() -> None:
    """As for Go and GNU tar: what follows two empty blocks is nothing that engines unpack."""
    first, second = archive_of(file("a", b"a")), archive_of(file("b", b"b"))
    assert [m.path for m in reader(first + second)] == ["a"]


def test_extended_headers_beyond_the_limit_are_not_read() -> None:
    content = (pax(record("comment", "x" * 90)) + header(b"a")) * 3 + END
    size = len(record("comment", "x" * 90))
    assert len(list(reader(content, limits=TarLimits(extensions=3 * size)))) == 3
    with pytest.raises(LimitExceeded, match="extended headers have more than"):
        list(reader(content, limits=TarLimits(extensions=3 * size - 1)))
