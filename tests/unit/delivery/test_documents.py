import os
import stat
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from hullcheck.delivery.documents import Document, write
from hullcheck.errors import DeliveryError


def test_documents_are_written_with_the_directories_that_they_need(tmp_path: Path) -> None:
    write([Document(tmp_path / "a" / "b.json", "{}\n"), Document(tmp_path / "c.txt", "é\n")])
    assert (tmp_path / "a" / "b.json").read_text(encoding="utf-8") == "{}\n"
    assert (tmp_path / "c.txt").read_bytes() == b"\xc3\xa9\n"


def test_a_new_document_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    write([Document(tmp_path / "report", "x")])
    assert stat.S_IMODE((tmp_path / "report").stat().st_mode) == stat.S_IMODE((tmp_path / "other").stat().st_mode)


def test_when_one_cannot_be_written_none_is(tmp_path: Path) -> None:
    (tmp_path / "first").write_text("old")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DeliveryError, match=r"file/second: cannot be written: (File exists|Not a directory)"):
        write([Document(tmp_path / "first", "new"), Document(tmp_path / "file" / "second", "new")])
    assert (tmp_path / "first").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "first"]


def test_a_full_disk_leaves_the_old_report(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("old")
    with pytest.raises(DeliveryError, match="/dev/full: cannot be written: No space left on device"):
        write([Document(Path("/dev/full"), "new" * 10_000), Document(tmp_path / "report", "new")])
    assert [path.name for path in tmp_path.iterdir()] == ["report"]
    assert (tmp_path / "report").read_text() == "old"


def test_a_device_is_written_to_and_stays_a_device() -> None:
    write([Document(Path("/dev/null"), "x")])
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    write([Document(pipe, "through")])
    reader.join(5)
    assert got == ["through"]


def test_a_link_keeps_pointing_to_the_file_that_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write([Document(tmp_path / "link", "new")])
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_text_that_is_not_unicode_does_not_stop_a_report(tmp_path: Path) -> None:
    write([Document(tmp_path / "report", "name \udcff")])
    assert (tmp_path / "report").read_text() == "name \\udcff"


def test_a_directory_that_may_not_be_looked_into_is_an_error(
    tmp_path: Path, unprivileged: Callable[[Path], AbstractContextManager[None]]
) -> None:
    (tmp_path / "closed").mkdir(mode=0o700)
    for place in (tmp_path / "closed" / "report", tmp_path / "closed" / "deeper" / "report"):
        with unprivileged(tmp_path), pytest.raises(DeliveryError, match="report: cannot be written: Permission denied"):
            write([Document(place, "x")])


def test_a_loop_of_links_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(DeliveryError, match="loop: cannot be written: Too many levels of symbolic links"):
        write([Document(tmp_path / "loop", "x")])
