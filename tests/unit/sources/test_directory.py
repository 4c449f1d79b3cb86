"""Source trees and root file systems."""

import mmap
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.simulators.images import write_files

from hullcheck.errors import DirectoryError
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.source_file import SourceFile, Wants
from hullcheck.model.target import TargetKind
from hullcheck.net.http import Http
from hullcheck.sources.open import open_target
from hullcheck.sources.options import RAISE_FILE_SIZE, Limits, SourceOptions

WANTS = Wants(names=frozenset({"status", "os-release", "package.json"}))
EXECUTABLES = Wants(executables=True)
ELF = b"\x7fELF" + bytes(200)

REPO, ROOTFS = TargetKind.REPOSITORY, TargetKind.ROOTFS


def entries(root: Path, kind: TargetKind = REPO, wants: Wants = WANTS, **options: Any) -> list[SourceFile | Gap]:
    with Http() as http, open_target(kind, str(root), http, SourceOptions(**options)) as target:
        (tree,) = target.trees
        assert (target.target.source, tree.layer) == ("directory", None)
        return [entry for entry in tree.entries(wants) if isinstance(entry, SourceFile | Gap)]


def paths(found: list[SourceFile | Gap]) -> list[str]:
    return [entry.path for entry in found if isinstance(entry, SourceFile)]


def test_wanted_files_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    names = ["b/status", "a/z/status", "a/b/status", "a.d/status", "status", "a/status", "other"]
    write_files(tmp_path, {name: name.encode() for name in names})
    found = entries(tmp_path)
    assert paths(found) == ["status", "a/status", "a/b/status", "a/z/status", "a.d/status", "b/status"]
    assert all(isinstance(it, SourceFile) and it.content == it.path.encode() and it.mode == 0o644 for it in found)


def test_git_and_installed_trees_are_no_sources(tmp_path: Path) -> None:
    names = ["x/.git/status", ".git/status", "node_modules/a/status", "x/node_modules/status", "v/site-packages/status"]
    write_files(tmp_path, dict.fromkeys([*names, ".github/status", "vendor/status"], b""))
    assert paths(entries(tmp_path)) == [".github/status", "vendor/status"]
    assert len(paths(entries(tmp_path, ROOTFS))) == 7


def test_a_file_called_git_is_a_file(tmp_path: Path) -> None:
    write_files(tmp_path, {".git": b"gitdir: elsewhere", "status": b""})
    assert paths(entries(tmp_path)) == ["status"]


def test_file_systems_of_the_kernel_are_left_out_of_a_root(tmp_path: Path) -> None:
    write_files(tmp_path, {f"{name}/status": b"" for name in ("proc", "sys", "dev", "srv/proc", "run")})
    assert paths(entries(tmp_path, ROOTFS)) == ["run/status", "srv/proc/status"]
    assert len(paths(entries(tmp_path))) == 5


def test_directories_and_files_can_be_left_out(tmp_path: Path) -> None:
    write_files(tmp_path, {f"{name}/status": b"" for name in ("a", "b/test", "c/d", "test")})
    assert paths(entries(tmp_path, exclude_dirs=("test", "c/*"))) == ["a/status"]
    assert paths(entries(tmp_path, exclude_files=("b/**", "a/status"))) == ["c/d/status", "test/status"]
    assert paths(entries(tmp_path, exclude_files=("status",))) == []


# Links


def test_a_link_to_a_file_is_read_if_nothing_else_reads_it(tmp_path: Path) -> None:
    write_files(tmp_path, {"data/content": b"linked", "data/status": b"itself", "x/y": b""})
    (tmp_path / "status").symlink_to("data/content")
    (tmp_path / "x" / "status").symlink_to("../data/status")
    (tmp_path / "x" / "package.json").symlink_to(f"{tmp_path}/data/content")
    (tmp_path / "link").symlink_to("data/content")
    found = entries(tmp_path)
    assert found == [
        SourceFile("status", b"linked"),
        SourceFile("data/status", b"itself"),
        SourceFile("x/package.json", b"linked"),
    ]


def test_directories_are_not_followed(tmp_path: Path) -> None:
    write_files(tmp_path, {"a/status": b""})
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "a" / "loop").symlink_to("..")
    (tmp_path / "status").symlink_to("a")
    assert entries(tmp_path) == [SourceFile("a/status", b"")]


def test_links_out_of_a_source_tree_are_gaps(tmp_path: Path) -> None:
    write_files(tmp_path, {"secret": b"secret", "tree/dir/x": b"", "treeish/status": b"secret"})
    targets = {"a": "../../secret", "b": f"{tmp_path}/secret", "c": "/etc/passwd", "d": "out", "e": "loop"}
    targets["f"] = f"{tmp_path}/treeish/status"
    for name, target in targets.items():
        (tmp_path / "tree" / name).mkdir()
        (tmp_path / "tree" / name / "status").symlink_to(target)
    (tmp_path / "tree" / "d" / "out").symlink_to("../../secret")
    (tmp_path / "tree" / "e" / "loop").symlink_to("status")
    reason = "a symbolic link that leads out of the directory"
    assert entries(tmp_path / "tree") == [Gap(GapKind.UNREADABLE, f"{name}/status", reason) for name in "abcdef"]


def test_a_link_through_a_directory_that_leads_out_is_a_gap(tmp_path: Path) -> None:
    write_files(tmp_path, {"outside/content": b"secret", "tree/x": b""})
    (tmp_path / "tree" / "door").symlink_to("../outside")
    (tmp_path / "tree" / "status").symlink_to("door/content")
    assert [type(it) for it in entries(tmp_path / "tree")] == [Gap]


def test_links_in_a_root_are_followed_as_from_its_inside(tmp_path: Path) -> None:
    write_files(tmp_path, {"passwd": b"outside", "root/usr/lib/release": b"ID=x", "root/etc/passwd": b"inside"})
    root = tmp_path / "root"
    (root / "etc" / "os-release").symlink_to("../usr/lib/release")
    (root / "status").symlink_to("/etc/passwd")
    (root / "etc" / "status").symlink_to("../../../../etc/passwd")
    (root / "lib").symlink_to("/usr/lib")
    (root / "usr" / "os-release").symlink_to("/lib/release")
    assert {it.path: it.content for it in entries(root, ROOTFS) if isinstance(it, SourceFile)} == {
        "etc/os-release": b"ID=x",
        "etc/status": b"inside",
        "status": b"inside",
        "usr/os-release": b"ID=x",
    }


def test_a_link_to_nothing_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "status").symlink_to("gone")
    assert entries(tmp_path) == []
    assert entries(tmp_path, ROOTFS) == []


def test_the_directory_itself_may_be_a_link(tmp_path: Path) -> None:
    write_files(tmp_path, {"real/status": b"x"})
    (tmp_path / "link").symlink_to("real")
    assert entries(tmp_path / "link") == [SourceFile("status", b"x")]


# Files of other kinds


def test_executables_are_told_by_mode_size_and_magic(tmp_path: Path) -> None:
    files = {"elf": ELF, "script": b"#!/bin/sh" + bytes(200), "plain": ELF, "short": ELF[:50], "status": ELF}
    write_files(tmp_path, files)
    for name in ("elf", "script", "short", "status"):
        (tmp_path / name).chmod(0o755)
    (tmp_path / "link").symlink_to("elf")
    assert paths(entries(tmp_path, ROOTFS, EXECUTABLES)) == ["elf", "status"]
    assert [it.mode for it in entries(tmp_path, ROOTFS, EXECUTABLES) if isinstance(it, SourceFile)] == [0o755] * 2


@pytest.fixture
def unix_socket(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "s" / "status"
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))
        yield path


def test_sockets_and_pipes_are_passed_over(tmp_path: Path, unix_socket: Path) -> None:
    assert unix_socket.exists()
    (tmp_path / "p").mkdir()
    os.mkfifo(tmp_path / "p" / "status")
    (tmp_path / "l").mkdir()
    (tmp_path / "l" / "status").symlink_to("../p/status")
    assert entries(tmp_path) == []


def test_large_files_are_memory_maps_and_larger_ones_gaps(tmp_path: Path) -> None:
    write_files(tmp_path, {"a/status": b"x" * 100, "b/status": b"x" * 101, "c/status": b"x" * 201})
    found = entries(tmp_path, limits=Limits(memory=100, file=200))
    assert [type(it.content) for it in found if isinstance(it, SourceFile)] == [bytes, mmap.mmap]
    assert found[2] == Gap(GapKind.LIMIT, "c/status", "201 bytes, of which at most 200 are read", RAISE_FILE_SIZE)
    assert bytes(found[1].content) == b"x" * 101  # type: ignore[union-attr]


def test_empty_files_are_read(tmp_path: Path) -> None:
    write_files(tmp_path, {"status": b""})
    assert entries(tmp_path, limits=Limits(memory=0)) == [SourceFile("status", b"")]


def test_names_that_are_no_utf_8_are_kept(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9"
    write_files(Path(os.fsdecode(name)), {"status": b"x"})
    (found,) = entries(tmp_path)
    assert isinstance(found, SourceFile)
    assert os.fsencode(found.path) == b"caf\xe9/status"


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """Return a directory with 2,500 others within each other, deeper than paths can be written."""
    top = tmp_path / "top"
    top.mkdir()
    descriptor = os.open(top, os.O_RDONLY)
    for _ in range(2500):
        os.mkdir("d", dir_fd=descriptor)
        below = os.open("d", os.O_RDONLY, dir_fd=descriptor)
        os.close(os.open("status", os.O_CREAT, dir_fd=descriptor))
        os.close(descriptor)
        descriptor = below
    os.close(descriptor)
    yield top
    # Python's own way to remove it is recursive.
    subprocess.run(["rm", "-r", top], check=True)


def test_deep_directories_are_walked_as_far_as_they_can_be_opened(deep: Path) -> None:
    found = entries(deep)
    *files, gap = found
    assert len(files) > 1500
    assert isinstance(gap, Gap)
    assert gap.reason == "a directory that cannot be read: File name too long"


# What cannot be read. Root can read everything, so the tests run as somebody else.


def test_what_cannot_be_read_is_a_gap(tmp_path: Path, unprivileged: Any) -> None:
    write_files(tmp_path, {"a/status": b"", "b/status": b"", "c/unwanted": b"", "d/status": b"x"})
    (tmp_path / "a").chmod(0)
    (tmp_path / "b" / "status").chmod(0)
    (tmp_path / "c" / "unwanted").chmod(0)
    with unprivileged(tmp_path):
        found = entries(tmp_path)
    (tmp_path / "a").chmod(0o755)
    assert found == [
        Gap(GapKind.UNREADABLE, "a", "a directory that cannot be read: Permission denied"),
        Gap(GapKind.UNREADABLE, "b/status", "Permission denied"),
        SourceFile("d/status", b"x"),
    ]


def test_an_executable_that_cannot_be_read_is_a_gap(tmp_path: Path, unprivileged: Any) -> None:
    write_files(tmp_path, {"sudo": ELF})
    (tmp_path / "sudo").chmod(0o4111)
    with unprivileged(tmp_path):
        assert entries(tmp_path, ROOTFS, EXECUTABLES) == [Gap(GapKind.UNREADABLE, "sudo", "Permission denied")]


@pytest.mark.parametrize(
    ("name", "problem"), [("gone", "No such file"), ("file", "not a directory"), ("", "No such file")]
)
def test_what_is_no_directory_is_told(tmp_path: Path, name: str, problem: str) -> None:
    (tmp_path / "file").write_text("")
    path = str(tmp_path / name) if name else ""
    for kind in (REPO, ROOTFS):
        with Http() as http, pytest.raises(DirectoryError, match=problem) as raised, open_target(kind, path, http):
            raise AssertionError
        assert raised.value.hint


def test_progress_counts_what_was_read(tmp_path: Path) -> None:
    class Watch:
        def __init__(self) -> None:
            self.started: list[tuple[str, int]] = []
            self.done = 0

        def start(self, what: str, total: int) -> None:
            self.started.append((what, total))

        def advance(self, count: int) -> None:
            self.done += count

    write_files(tmp_path, {"status": b"12345", "other": b"1"})
    watch = Watch()
    with Http() as http, open_target(REPO, str(tmp_path), http, progress=watch) as target:
        list(target.trees[0].entries(WANTS))
    assert (watch.started, watch.done) == ([("files", 0)], 5)
