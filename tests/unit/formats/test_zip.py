import io
import mmap
import struct
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.formats import zip as zip_format
from hullcheck.formats.zip import Archive, Member

ALL = (b"",)
LIMIT = 2**20
SCRIPT = b"#!/bin/sh\nexec java -jar $0\n"


def make(members: dict[str, bytes], *, stored: bool = False, comment: bytes = b"", zip64: bool = False) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, content in members.items():
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=zip64) as member:
                member.write(content)
    return output.getvalue()


def make_deflated(members: dict[str, bytes]) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return output.getvalue()


def read(content: bytes, suffixes: tuple[bytes, ...] = ALL) -> dict[str, bytes]:
    archive = Archive("a.jar", content)
    return {member.name: archive.read(member, LIMIT) for member in archive.members(suffixes)}


def only(content: bytes) -> tuple[Archive, Member]:
    archive = Archive("a.jar", content)
    (member,) = archive.members(ALL)
    return archive, member


MEMBERS = {"META-INF/MANIFEST.MF": b"Manifest-Version: 1.0\r\n", "a/b.txt": b"b" * 5000, "empty": b""}


@pytest.mark.parametrize("content", [make(MEMBERS, stored=True), make_deflated(MEMBERS)])
def test_members_are_read(content: bytes) -> None:
    assert read(content) == MEMBERS


@pytest.mark.parametrize("content", [make(MEMBERS), make(MEMBERS, zip64=True), make(MEMBERS, comment=b"a comment")])
def test_data_in_front_of_an_archive_is_allowed(content: bytes) -> None:
    assert read(SCRIPT + content) == MEMBERS


def test_offsets_may_count_from_the_beginning_of_the_file() -> None:
    output = io.BytesIO(SCRIPT)
    output.seek(0, io.SEEK_END)
    with zipfile.ZipFile(output, "a") as archive:
        archive.writestr("a", b"content")
    assert read(output.getvalue()) == {"a": b"content"}


def test_a_memory_map_is_read_and_can_be_closed() -> None:
    content = make_deflated(MEMBERS)
    with mmap.mmap(-1, len(content)) as mapped:
        mapped.write(content)
        archive = Archive("a.jar", mapped)
        assert {member.name: archive.read(member, LIMIT) for member in archive.members(ALL)} == MEMBERS


def test_names_are_chosen_by_their_ends_in_any_case() -> None:
    content = make({"META-INF/maven/a/b/pom.properties": b"", "x.JAR": b"", "x.jar.txt": b"", "pom.properties.d/": b""})
    assert list(read(content, (b"/pom.properties", b".jar"))) == ["META-INF/maven/a/b/pom.properties", "x.JAR"]


def test_names_that_lead_out_of_the_archive_are_only_text() -> None:
    assert list(read(make({"../../etc/passwd": b"x", "/absolute": b"y"}))) == ["../../etc/passwd", "/absolute"]


def test_names_are_utf_8_or_of_the_first_computers() -> None:
    assert list(read(make({"größe": b"", "中": b""}))) == ["größe", "中"]
    # A name in code page 437, which nothing marks.
    content = make({"gr????e": b""}).replace(b"gr????e", b"gr\x94\xe1 \xffe")
    assert list(read(content)) == ["größ \xa0e"]


def test_two_members_can_have_one_name() -> None:
    output = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(output, "w") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("a", b"first")
        archive.writestr("a", b"second")
    found = Archive("a.jar", output.getvalue())
    assert [found.read(member, LIMIT) for member in found.members(ALL)] == [b"first", b"second"]


def test_an_archive_of_java_has_lengths_behind_its_data() -> None:
    # Written to a stream, as the jar command and most libraries do.
    stream = io.BytesIO()
    stream.seekable = lambda: False  # type: ignore[method-assign]  # as a pipe
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"a" * 100)
    assert read(stream.getvalue()) == {"a": b"a" * 100}


def test_lengths_of_64_bits_are_read() -> None:
    content = make(MEMBERS, zip64=True)
    assert read(content) == MEMBERS
    # The end of the directory with the marks that say to look into the record in front of it.
    end = content.rindex(b"PK\x05\x06")
    count, size, offset = struct.unpack_from("<HII", content, end + 10)
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    marks = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert read(content[:end] + record + locator + marks) == MEMBERS
    assert read(SCRIPT + content[:end] + record + locator + marks) == MEMBERS


def test_more_members_than_the_count_says_are_read() -> None:
    # Old tools count to 65,535 and begin again.
    content = bytearray(make({str(number): b"" for number in range(300)}))
    end = content.rindex(b"PK\x05\x06")
    struct.pack_into("<HH", content, end + 8, 44, 44)
    assert len(read(bytes(content))) == 300


def test_a_comment_can_look_like_the_end() -> None:
    assert read(make(MEMBERS, comment=b"PK\x05\x06" + bytes(18))) == MEMBERS
    assert read(make(MEMBERS, comment=b"PK\x05\x06" + b"\xff" * 40)) == MEMBERS
    assert read(make(MEMBERS, comment=b"x" * 65000)) == MEMBERS


def test_an_archive_can_be_empty() -> None:
    assert read(make({})) == {}


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"text", b"version https://git-lfs.example/spec/v1\n", make(MEMBERS)[:-30]]
)
def test_what_is_no_archive_is_malformed(content: bytes) -> None:
    with pytest.raises(MalformedFile):
        Archive("a.jar", content)


def test_a_directory_that_would_begin_before_the_archive_is_malformed() -> None:
    content = bytearray(make({"a": b""}))
    end = content.rindex(b"PK\x05\x06")
    struct.pack_into("<I", content, end + 16, 2**31)
    with pytest.raises(MalformedFile, match="begins before"):
        Archive("a.jar", bytes(content))


@pytest.mark.parametrize("content", [make({"a": b"content" * 9}, stored=True), make_deflated({"a": b"content" * 9})])
def test_content_that_does_not_have_its_checksum_is_malformed(content: bytes) -> None:
    damaged = bytearray(content)
    directory = content.index(b"PK\x01\x02")
    struct.pack_into("<I", damaged, directory + 16, 0)
    archive, member = only(bytes(damaged))
    with pytest.raises(MalformedFile, match="checksum"):
        archive.read(member, LIMIT)


def test_a_member_that_is_longer_than_it_says_is_not_unpacked() -> None:
    content = bytearray(make_deflated({"bomb": bytes(2**22)}))
    directory = content.index(b"PK\x01\x02")
    struct.pack_into("<I", content, directory + 24, 100)
    archive, member = only(bytes(content))
    with pytest.raises(MalformedFile, match="length"):
        archive.read(member, LIMIT)


def test_a_member_that_is_too_long_is_not_unpacked() -> None:
    archive, member = only(make_deflated({"bomb": bytes(2**22)}))
    with pytest.raises(LimitExceeded):
        archive.read(member, 2**22 - 1)
    assert archive.begin(member, 10) == bytes(10)


def test_an_encrypted_member_is_malformed() -> None:
    content = bytearray(make({"a": b"secret"}))
    struct.pack_into("<H", content, content.index(b"PK\x01\x02") + 8, 1)
    archive, member = only(bytes(content))
    with pytest.raises(MalformedFile, match="encrypted"):
        archive.read(member, LIMIT)


def test_a_method_that_java_does_not_know_is_malformed() -> None:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("a", b"a" * 100)
    found, member = only(output.getvalue())
    with pytest.raises(MalformedFile, match="method 12"):
        found.read(member, LIMIT)


def test_a_directory_that_is_too_long_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_format, "DIRECTORY_BYTES", 100)
    with pytest.raises(LimitExceeded):
        Archive("a.jar", make({str(number): b"" for number in range(5)}))


@pytest.mark.parametrize("stored", [True, False])
def test_an_archive_in_an_archive_is_read(stored: bool) -> None:
    members = {"b.txt": b"b", "lib/inner.jar": make_deflated({"a": b"innermost" * 20})}
    outer = make(members, stored=True) if stored else make_deflated(members)
    archive = Archive("outer.jar", SCRIPT + outer)
    (member,) = archive.members((b".jar",))
    nested = archive.nested(member, LIMIT)
    (innermost,) = nested.members(ALL)
    assert nested.path == "outer.jar!/lib/inner.jar"
    assert nested.read(innermost, LIMIT) == b"innermost" * 20


@given(
    st.dictionaries(st.text("ab/.-é", min_size=1, max_size=9), st.binary(max_size=60), max_size=5),
    st.booleans(),
    st.binary(max_size=30),
    st.binary(max_size=30),
)
def test_what_zipfile_writes_is_read(members: dict[str, bytes], stored: bool, before: bytes, comment: bytes) -> None:
    content = make(members, stored=stored, comment=comment) if stored or comment else make_deflated(members)
    assert read(before + content) == members


@given(
    st.sampled_from([make(MEMBERS), make_deflated(MEMBERS), make(MEMBERS, zip64=True)]),
    st.lists(st.tuples(st.integers(0, 900), st.binary(min_size=1, max_size=5)), max_size=4),
    st.integers(0, 200),
)
def test_damaged_archives_are_at_worst_malformed(
    content: bytes, damages: list[tuple[int, bytes]], missing: int
) -> None:
    damaged = bytearray(content)
    for place, other in damages:
        damaged[place : place + len(other)] = other
    _use(bytes(damaged[missing:]))


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_at_worst_malformed(content: bytes) -> None:
    _use(content)
    _use(content + b"PK\x05\x06" + bytes(6) + content[:12].ljust(12, b"\0"))
    _use(b"PK\x01\x02" + content.ljust(42, b"\0") + b"PK\x05\x06" + bytes(8) + struct.pack("<IIH", 46, 0, 0))


def _use(content: bytes) -> None:
    try:
        archive = Archive("a.jar", content)
        for member in archive.members(ALL):
            archive.begin(member, 20)
            archive.read(member, LIMIT)
            archive.nested(member, LIMIT)
    except MalformedFile:
        return


def test_the_archives_of_the_cases_hold_what_zipfile_finds() -> None:
    cases = Path(__file__).parents[2] / "cases" / "ecosystems" / "maven"
    paths = sorted(cases.rglob("*.jar"))
    assert len(paths) > 10
    for path in paths:
        with zipfile.ZipFile(path) as expected:
            assert read(path.read_bytes()) == {name: expected.read(name) for name in expected.namelist()}
