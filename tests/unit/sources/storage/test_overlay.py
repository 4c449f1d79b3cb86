"""Layers as directories of an overlay file system. Those of real engines are in tests/integration/test_storage.py."""

import mmap
import os
import socket
import stat
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from tests.simulators.images import write_files

from hullcheck.errors import StorageError
from hullcheck.formats.tar import TarLimits
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.layer import Layer
from hullcheck.model.progress import Unwatched
from hullcheck.model.source_file import SourceFile, Wants
from hullcheck.model.tree import Entry, Hidden, Unwanted
from hullcheck.sources.options import Limits
from hullcheck.sources.storage import overlay
from hullcheck.sources.storage.overlay import OverlayTree

WANTS = Wants(names=frozenset({"status", "aaa"}), executables=True)
ELF = b"\x7fELF" + bytes(200)
LAYER = Layer("sha256:" + 64 * "a", "", 0, "", "")


def entries(root: Path, limits: Limits | None = None, **options: Any) -> list[Entry]:
    """Return what a layer brings and hides; of what nobody wants, each file for itself."""
    return each(OverlayTree(LAYER, root, limits or Limits(), Unwatched(), **options).entries(WANTS))


def each(found: Iterable[Entry]) -> list[Entry]:
    return [one for it in found for one in (map(Hidden, it.paths) if isinstance(it, Unwanted) else (it,))]


def files(found: list[Entry]) -> dict[str, bytes]:
    return {it.path: bytes(it.content) for it in found if isinstance(it, SourceFile)}


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def mark(path: Path, name: str, value: bytes = b"y") -> None:
    os.setxattr(path, name, value)


def test_wanted_files_are_read_and_all_others_hide(tmp_path: Path) -> None:
    write_files(tmp_path, {"var/lib/status": b"x", "usr/doc/readme": b"", "a.txt": b""})
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "link").symlink_to("../var")
    os.mkfifo(tmp_path / "etc" / "pipe")
    os.mknod(tmp_path / "etc" / "null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    assert entries(tmp_path) == [
        Hidden("a.txt"),
        Hidden("etc", alone=True),
        Hidden("etc/link"),
        Hidden("etc/null"),
        Hidden("etc/pipe"),
        Hidden("usr", alone=True),
        Hidden("usr/doc", alone=True),
        Hidden("usr/doc/readme"),
        Hidden("var", alone=True),
        Hidden("var/lib", alone=True),
        SourceFile("var/lib/status", b"x"),
    ]


def test_a_layer_is_not_kept_as_its_digests_are_not_verified(tmp_path: Path) -> None:
    assert OverlayTree(LAYER, tmp_path, Limits(), Unwatched()).keeping is None


# What a layer hides


def test_whiteouts_are_devices_or_marked_files(tmp_path: Path) -> None:
    os.mknod(tmp_path / "status", stat.S_IFCHR, os.makedev(0, 0))
    for number, prefix in enumerate(("trusted.overlay", "user.overlay", "user.fuseoverlayfs")):
        write_files(tmp_path, {f"{number}/status": b""})
        mark(tmp_path / str(number) / "status", f"{prefix}.whiteout")
    found = entries(tmp_path)
    assert found[0] == Hidden("status")
    assert [it for it in found if isinstance(it, Hidden) and not it.alone][1:] == [
        Hidden(f"{number}/status") for number in range(3)
    ]
    assert files(found) == {}


@pytest.mark.parametrize("prefix", ["trusted.overlay", "user.overlay", "user.fuseoverlayfs"])
def test_an_opaque_directory_hides_what_is_below(tmp_path: Path, prefix: str) -> None:
    write_files(tmp_path, {"a/status": b"", "b/x": b""})
    mark(tmp_path / "a", f"{prefix}.opaque")
    # A directory with marked files as whiteouts in it.
    mark(tmp_path / "b", f"{prefix}.opaque", b"x")
    found = entries(tmp_path)
    assert [it for it in found if isinstance(it, Hidden) and it.below] == [Hidden("a", below=True)]


def test_the_root_may_be_opaque(tmp_path: Path) -> None:
    mark(tmp_path, "trusted.overlay.opaque")
    assert entries(tmp_path) == [Hidden("", below=True)]


def test_whiteouts_of_fuse_overlayfs_are_files(tmp_path: Path) -> None:
    write_files(tmp_path, {".wh.a": b"", "d/.wh.status": b"", "e/.wh..wh..opq": b"", "f/.wh.": b""})
    assert [it for it in entries(tmp_path, whiteout_files=True) if not (isinstance(it, Hidden) and it.alone)] == [
        Hidden("a"),
        Hidden("d/status"),
        Hidden("e", below=True),
        Gap(GapKind.MALFORMED, "f/.wh.", "a whiteout of nothing"),
    ]


def test_elsewhere_files_called_so_are_files(tmp_path: Path) -> None:
    """As the kernel does: who writes one in a container does not hide what is below."""
    write_files(tmp_path, {".wh.a": b""})
    assert entries(tmp_path) == [Hidden(".wh.a")]


@pytest.mark.parametrize("prefix", ["trusted.overlay", "user.overlay"])
def test_what_stands_in_other_layers_is_a_gap(tmp_path: Path, prefix: str) -> None:
    write_files(
        tmp_path, {"moved/status": b"x", "copied/status": bytes(300), "copied/unwanted": bytes(300), "tool": ELF}
    )
    (tmp_path / "tool").chmod(0o755)
    mark(tmp_path / "moved", f"{prefix}.redirect", b"/elsewhere")
    for name in ("copied/status", "copied/unwanted", "tool"):
        mark(tmp_path / name, f"{prefix}.metacopy", b"")
    found = entries(tmp_path)
    assert [it.subject for it in found if isinstance(it, Gap)] == ["tool", "copied/status", "moved"]
    assert all(it.kind is GapKind.UNSUPPORTED and it.hint for it in found if isinstance(it, Gap))
    assert files(found) == {"moved/status": b"x"}
    assert Hidden("copied/unwanted") in found


# Files


def test_executables_are_told_by_mode_size_and_magic(tmp_path: Path) -> None:
    write_files(tmp_path, {"elf": ELF, "script": b"#!/bin/sh" + bytes(200), "plain": ELF, "short": ELF[:50]})
    for name in ("elf", "script", "short"):
        (tmp_path / name).chmod(0o755)
    found = entries(tmp_path)
    assert files(found) == {"elf": ELF}
    assert [it.mode for it in found if isinstance(it, SourceFile)] == [0o755]
    assert {it.path for it in found if isinstance(it, Hidden)} == {"script", "plain", "short"}


def test_hard_links_are_the_same_file(tmp_path: Path) -> None:
    write_files(tmp_path, {"content": b"x", "elf": ELF})
    (tmp_path / "elf").chmod(0o755)
    (tmp_path / "status").hardlink_to(tmp_path / "content")
    (tmp_path / "other").hardlink_to(tmp_path / "elf")
    assert files(entries(tmp_path)) == {"status": b"x", "elf": ELF, "other": ELF}


@pytest.mark.parametrize("name", ["user.containers.override_stat", "user.fuseoverlayfs.override_stat"])
def test_a_mode_that_is_written_down_counts(tmp_path: Path, name: str) -> None:
    """As where the file system of a rootless storage holds no modes (force_mask)."""
    stated = {"a": b"0:0:0755", "b": b"0:0:0644", "c": b"0:0:100755:file", "d": b"1:1:0666:char-1-3", "e": b"nonsense"}
    write_files(tmp_path, dict.fromkeys(stated, ELF))
    for file, value in stated.items():
        (tmp_path / file).chmod(0o700)
        mark(tmp_path / file, name, value)
    found = entries(tmp_path)
    assert {it.path: it.mode for it in found if isinstance(it, SourceFile)} == {"a": 0o755, "c": 0o755, "e": 0o700}


def test_large_files_are_memory_maps_and_larger_ones_gaps(tmp_path: Path) -> None:
    write_files(tmp_path, {"a/status": b"x" * 100, "b/status": b"x" * 101, "c/status": b"x" * 201})
    found = [it for it in entries(tmp_path, Limits(memory=100, file=200)) if not isinstance(it, Hidden)]
    assert [type(it.content) for it in found if isinstance(it, SourceFile)] == [bytes, mmap.mmap]
    assert isinstance(found[2], Gap)
    assert (found[2].kind, found[2].subject) == (GapKind.LIMIT, "c/status")


def test_names_that_are_no_utf_8_are_kept(tmp_path: Path) -> None:
    write_files(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")), {"status": b"x"})
    assert [os.fsencode(path) for path in files(entries(tmp_path))] == [b"caf\xe9/status"]


# Nothing outside is read


def test_links_are_not_followed(tmp_path: Path) -> None:
    write_files(tmp_path, {"outside/status": b"secret", "layer/x": b"", "layer/l/x": b""})
    layer = tmp_path / "layer"
    (layer / "status").symlink_to("../outside/status")
    (layer / "l" / "status").symlink_to("/etc/passwd")
    (layer / "directory").symlink_to("../outside")
    assert files(entries(layer)) == {}
    (tmp_path / "link").symlink_to("layer")
    with pytest.raises(StorageError, match="link"):
        entries(tmp_path / "link")


def test_what_is_replaced_by_a_link_meanwhile_is_a_gap(tmp_path: Path) -> None:
    write_files(tmp_path, {"outside/status": b"secret", "layer/a/status": b"", "layer/b/c/status": b"", "layer/z": b""})
    layer = tmp_path / "layer"
    found = OverlayTree(LAYER, layer, Limits(), Unwatched()).entries(WANTS)
    # The root has been listed now.
    first = next(found)
    (layer / "a" / "status").unlink()
    (layer / "a").rmdir()
    (layer / "a").symlink_to("../outside")
    read = [first, *found]
    assert files(read) == {"b/c/status": b""}
    assert [it.subject for it in read if isinstance(it, Gap)] == ["a"]


def test_a_file_that_becomes_a_link_is_a_gap(tmp_path: Path) -> None:
    write_files(tmp_path, {"outside": b"secret", "layer/aaa": b"", "layer/status": b"x"})
    found = OverlayTree(LAYER, tmp_path / "layer", Limits(), Unwatched()).entries(WANTS)
    first = next(found)
    (tmp_path / "layer" / "status").unlink()
    (tmp_path / "layer" / "status").symlink_to("../outside")
    read = [first, *found]
    assert files(read) == {"aaa": b""}
    assert [it.subject for it in read if isinstance(it, Gap)] == ["status"]


def test_what_vanishes_meanwhile_is_a_gap(tmp_path: Path) -> None:
    write_files(tmp_path, {"aaa": b"", "elf": ELF, "status": b"x", "z/status": b""})
    (tmp_path / "elf").chmod(0o755)
    found = OverlayTree(LAYER, tmp_path, Limits(), Unwatched()).entries(WANTS)
    first = next(found)
    for name in ("elf", "status", "z/status"):
        (tmp_path / name).unlink()
    (tmp_path / "z").rmdir()
    assert [it for it in (first, *found) if isinstance(it, Gap)] == [
        Gap(GapKind.UNREADABLE, "elf", "No such file or directory"),
        Gap(GapKind.UNREADABLE, "status", "No such file or directory"),
        Gap(GapKind.UNREADABLE, "z", "a directory that cannot be read: No such file or directory"),
    ]


def test_a_file_that_becomes_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    write_files(tmp_path, {"aaa": b"", "status": b"x"})
    found = OverlayTree(LAYER, tmp_path, Limits(), Unwatched()).entries(WANTS)
    first = next(found)
    (tmp_path / "status").unlink()
    os.mkfifo(tmp_path / "status")
    assert [first, *found][1:] == [Gap(GapKind.UNREADABLE, "status", "not a regular file")]


def test_sockets_are_passed_over(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "status"))
        assert entries(tmp_path) == [Hidden("status")]


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """Return a directory with more others within each other than are read."""
    top = tmp_path / "top"
    top.mkdir()
    descriptor = os.open(top, os.O_RDONLY)
    for _ in range(overlay.MAX_DEPTH + 20):
        os.mkdir("d", dir_fd=descriptor)
        below = os.open("d", os.O_RDONLY, dir_fd=descriptor)
        os.close(os.open("status", os.O_CREAT, dir_fd=descriptor))
        os.close(descriptor)
        descriptor = below
    os.close(descriptor)
    yield top
    subprocess.run(["rm", "-r", top], check=True)


def test_what_lies_deeper_than_is_read_is_a_gap(deep: Path) -> None:
    before = open_files()
    found = entries(deep)
    assert len(files(found)) == overlay.MAX_DEPTH
    (gap,) = [it for it in found if isinstance(it, Gap)]
    assert gap.kind is GapKind.LIMIT
    assert open_files() == before


def test_directories_are_closed_where_reading_ends_early(deep: Path) -> None:
    before = open_files()
    found = OverlayTree(LAYER, deep, Limits(), Unwatched()).entries(WANTS)
    for _ in range(100):
        next(found)
    assert isinstance(found, Iterator)
    del found
    assert open_files() == before


def test_what_cannot_be_read_is_a_gap(
    tmp_path: Path, unprivileged: Callable[[Path], AbstractContextManager[None]]
) -> None:
    write_files(tmp_path, {"a/status": b"", "b/status": b"", "d/status": b"x"})
    (tmp_path / "a").chmod(0)
    (tmp_path / "b" / "status").chmod(0)
    with unprivileged(tmp_path):
        found = entries(tmp_path)
    (tmp_path / "a").chmod(0o755)
    assert [(it.subject, it.reason) for it in found if isinstance(it, Gap)] == [
        ("a", "a directory that cannot be read: Permission denied"),
        ("b/status", "Permission denied"),
    ]
    assert files(found) == {"d/status": b"x"}


def test_a_layer_that_nobody_can_read_is_no_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hullcheck.sources.storage.overlay.MAX_GAPS", 5)
    write_files(tmp_path, {f"{number}/status": b"xx" for number in range(6)})
    with pytest.raises(StorageError, match="more than 5 other files"):
        entries(tmp_path, Limits(file=1))


def test_a_layer_of_too_many_files_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path, {f"{directory}/{number}": b"" for directory in "ab" for number in range(4)})
    assert len(entries(tmp_path, Limits(archive=TarLimits(members=10)))) == 10
    with pytest.raises(StorageError, match="more than 9 files and directories") as raised:
        entries(tmp_path, Limits(archive=TarLimits(members=9)))
    assert "--max-entries" in raised.value.hint


def test_links_and_holes_count_as_what_they_stand_for(tmp_path: Path) -> None:
    """A terabyte of holes takes no room, nor do a thousand hard links to a file."""
    write_files(tmp_path, {"a/status": b"", "b/x": b""})
    os.truncate(tmp_path / "a" / "status", 1000)
    (tmp_path / "b" / "status").hardlink_to(tmp_path / "a" / "status")
    assert len(files(entries(tmp_path, Limits(layer=2000)))) == 2
    with pytest.raises(StorageError, match="b/status: one of the files of a layer that have more than 1999") as raised:
        entries(tmp_path, Limits(layer=1999))
    assert "--max-layer-size" in raised.value.hint


@pytest.mark.parametrize("what", ["gone", "file"])
def test_a_layer_that_is_not_there_is_told(tmp_path: Path, what: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=what):
        entries(tmp_path / what)
