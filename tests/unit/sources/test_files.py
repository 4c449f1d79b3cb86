"""What is known of files without reading them."""

import gzip
import os
import time
from pathlib import Path

import pytest
from tests.simulators.images import file, tar

from hullcheck.sources.files import DirectoryFiles, open_archive
from hullcheck.sources.options import Limits


def settle(path: Path) -> None:
    """Give `path` times that are long past, but for that of the change of its status, which nobody can set."""
    os.utime(path, (1, 1))


def test_a_stamp_changes_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = time.time() + 10
    monkeypatch.setattr(time, "time", lambda: later)
    files = DirectoryFiles("x", tmp_path)
    path = tmp_path / "blob"
    stamps = []
    for content in (b"one", b"two", b"three"):
        path.write_bytes(content)
        settle(path)
        stamps.append(files.stamp("blob"))
        time.sleep(0.02)  # The times of file systems are not finer than some milliseconds.
    path.unlink()
    path.write_bytes(b"three")
    settle(path)
    stamps.append(files.stamp("blob"))
    assert files.stamp("blob") == stamps[-1]
    assert len(set(stamps)) == 4
    assert all(stamps)


def test_a_file_that_was_just_written_has_no_stamp(tmp_path: Path) -> None:
    path = tmp_path / "blob"
    path.write_bytes(b"one")
    settle(path)
    assert DirectoryFiles("x", tmp_path).stamp("blob") == ""


def test_the_stamp_of_a_file_in_an_archive_is_of_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = time.time() + 10
    monkeypatch.setattr(time, "time", lambda: later)
    path = tmp_path / "archive.tar"
    path.write_bytes(tar([file("a", b"1"), file("b", b"1")]))
    with open_archive(path, "x", Limits()) as files:
        stamps = {files.stamp("a"), files.stamp("b")}
        assert len(stamps) == 2
        assert "" not in stamps


def test_what_was_unpacked_into_a_temporary_file_has_no_stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = time.time() + 10
    monkeypatch.setattr(time, "time", lambda: later)
    path = tmp_path / "archive.tar.gz"
    path.write_bytes(gzip.compress(tar([file("a", b"1")])))
    with open_archive(path, "x", Limits()) as files:
        assert files.stamp("a") == ""
