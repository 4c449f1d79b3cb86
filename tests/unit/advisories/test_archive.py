import struct
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from hullcheck.advisories.archive import DEFAULT_LIMITS, ArchiveLimits, Member, RecordArchive, Unreadable
from hullcheck.errors import DatabaseError

SMALL = ArchiveLimits(records=10, directory=4096, record=10_000, total=50_000, ratio=100)


def archive(path: Path, members: Sequence[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path / "all.zip", "w", method) as file:
        for name, content in members:
            file.writestr(name, content)
    return path / "all.zip"


def read(path: Path, limits: ArchiveLimits = DEFAULT_LIMITS) -> list[Member | Unreadable]:
    with RecordArchive(path, limits) as records:
        return list(records.records())


def test_records_are_sorted_by_name_and_nothing_else_is_read(tmp_path: Path) -> None:
    path = archive(tmp_path, [("b.json", b"2"), ("a.json", b"1"), ("README.md", b"x"), ("folder/", b"")])
    assert read(path) == [Member("a.json", b"1"), Member("b.json", b"2")]


def test_names_that_are_paths_touch_nothing(tmp_path: Path) -> None:
    names = ["../escaped.json", "/tmp/escaped.json", "C:\\escaped.json", "a/../../escaped.json", "\x1b[2Jx.json"]
    path = archive(tmp_path, [(name, b"{}") for name in names])
    assert len(read(path)) == len(names)
    assert [file.name for file in tmp_path.rglob("*")] == ["all.zip"]
    assert not (tmp_path.parent / "escaped.json").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06", b"<html>no such bucket</html>", b"\0" * 100_000])
def test_what_is_no_archive_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "all.zip"
    path.write_bytes(content)
    with pytest.raises(DatabaseError, match="not a readable zip archive"):
        read(path)


def test_an_archive_that_is_missing_or_a_folder_is_an_error(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.zip"):
        with pytest.raises(DatabaseError, match="not a readable zip archive"):
            read(path)


def test_an_archive_cut_anywhere_is_an_error_or_has_unreadable_records(tmp_path: Path) -> None:
    path = archive(tmp_path, [(f"{n}.json", b'{"id": "%d"}' % n * 20) for n in range(5)])
    whole = path.read_bytes()
    for size in range(0, len(whole), 7):
        path.write_bytes(whole[:size])
        with pytest.raises(DatabaseError):
            read(path)


def test_any_changed_byte_is_an_error_or_found_out(tmp_path: Path) -> None:
    content = b'{"id": "X-1"}' * 3
    path = archive(tmp_path, [("a.json", content)])
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes((whole[place] ^ 0x55,)) + whole[place + 1 :])
        try:
            found = read(path)
        except DatabaseError:
            continue
        assert all(isinstance(item, Unreadable) or item.content == content for item in found), place


def test_a_bomb_is_refused_before_it_expands(tmp_path: Path) -> None:
    path = archive(tmp_path, [(f"{n}.json", bytes(9_000_000)) for n in range(20)])
    with pytest.raises(DatabaseError, match="expand to 180000000"):
        read(path)


def test_records_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    """The directory lists one compressed file many times: https://www.bamsoftware.com/hacks/zipbomb/."""
    path = archive(tmp_path, [("a.json", b"[%s]" % b",".join(b"%d" % n for n in range(2000)))])
    data = path.read_bytes()
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    directory = data[start:end] * 200
    trailer = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 200, 200, len(directory), start, 0)
    path.write_bytes(data[:start] + directory + trailer)
    with pytest.raises(DatabaseError, match="overlap"):
        read(path)


def test_a_record_that_claims_to_be_huge_is_not_read(tmp_path: Path) -> None:
    path = archive(tmp_path, [("a.json", b"x" * 10_001), ("b.json", b"{}")])
    large, small = read(path, SMALL)
    assert large == Unreadable("a.json", "10001 bytes, more than 10000")
    assert small == Member("b.json", b"{}")


def test_a_record_that_is_longer_than_it_says_is_unreadable(tmp_path: Path) -> None:
    path = archive(tmp_path, [("a.json", b"{}" + b" " * 5_000)])
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<L", 5_002), struct.pack("<L", 2)))
    (found,) = read(path, SMALL)
    assert isinstance(found, Unreadable)


def test_too_many_records_are_refused(tmp_path: Path) -> None:
    path = archive(tmp_path, [(f"{n}.json", b"{}") for n in range(11)])
    with pytest.raises(DatabaseError, match="11 records, more than 10"):
        read(path, SMALL)


def test_a_long_list_of_records_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = archive(tmp_path, [(f"{n}.json", b"{}") for n in range(100)])
    with pytest.raises(DatabaseError, match="more than 4096"):
        read(path, replace(SMALL, records=1000))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_rare_methods_of_compression_are_not_read(tmp_path: Path, method: int) -> None:
    (found,) = read(archive(tmp_path, [("a.json", b"{}")], method))
    assert found == Unreadable("a.json", "compressed with a method that is not read")


def test_an_encrypted_record_is_unreadable(tmp_path: Path) -> None:
    path = archive(tmp_path, [("a.json", b"{}")])
    data = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    path.write_bytes(data)
    (found,) = read(path)
    assert isinstance(found, Unreadable)


def test_stored_records_and_zip64_are_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as file, file.open("a.json", "w", force_zip64=True) as member:
        member.write(b"{}")
    assert read(tmp_path / "all.zip") == [Member("a.json", b"{}")]
