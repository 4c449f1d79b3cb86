"""Archives that real tools saved: from a file, from stdin, and in every compression."""

import bz2
import gzip
import io
import json
import lzma
import os
import resource
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import zstandard
from tests.simulators.images import archive_files, write_files

from hullcheck.errors import ArchiveError, HullcheckError, InvalidParameter
from hullcheck.inventory.layer_cache import LayerCache
from hullcheck.inventory.take import take
from hullcheck.model.layer import Image
from hullcheck.model.target import Target, TargetKind
from hullcheck.net.http import Http
from hullcheck.sources.open import open_target

CASES = Path(__file__).parents[2] / "cases" / "archives"
NAMES = sorted(path.parent.name for path in CASES.glob("*/case.toml"))
IMAGES = [
    (name, image) for name in NAMES for image in tomllib.loads((CASES / name / "case.toml").read_text())["images"]
]

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "tar": bytes,
    "gz": gzip.compress,
    "zst": zstandard.ZstdCompressor().compress,
    "xz": lzma.compress,
    "bz2": bz2.compress,
}


def archive(case: str) -> bytes:
    return gzip.decompress((CASES / case / "archive.tar.gz").read_bytes())


def scanned(reference: str) -> tuple[Target, Image, list[str]]:
    with Http() as http, open_target(TargetKind.IMAGE, reference, http) as opened:
        assert opened.target.image is not None
        inventory = take(opened.trees, TargetKind.IMAGE)
        assert inventory.gaps == ()
        return opened.target, opened.target.image, [package.purl.to_string() for package in inventory.packages]


@contextmanager
def stdin(content: bytes, tmp_path: Path, *, seekable: bool = False) -> Iterator[None]:
    """Let the standard input be a pipe with `content`, or a file."""
    writer: subprocess.Popen[bytes] | None = None
    file = tmp_path / "stdin"
    file.write_bytes(content)
    if seekable:
        descriptor = os.open(file, os.O_RDONLY)
    else:
        descriptor, end = os.pipe()
        writer = subprocess.Popen(["cat", str(file)], stdout=end)
        os.close(end)
    with replaced(descriptor):
        yield
    if writer:
        writer.wait()


@contextmanager
def replaced(descriptor: int) -> Iterator[None]:
    """Let `descriptor` be the standard input."""
    before = os.dup(0)
    try:
        os.dup2(descriptor, 0)
        os.close(descriptor)
        yield
    finally:
        os.dup2(before, 0)
        os.close(before)


def check(case: str, name: str, found: tuple[Target, Image, list[str]]) -> None:
    expected: dict[str, Any] = tomllib.loads((CASES / case / "case.toml").read_text())
    wanted = expected["images"][name]
    target, image, packages = found
    assert target.source == expected["source"]
    assert list(image.tags) == wanted["tags"]
    assert len(image.layers) == wanted["layers"]
    assert sorted(packages) == sorted(wanted["packages"])
    assert [key for key, _ in image.annotations] == wanted.get("annotations", [])
    assert ("API_TOKEN", "(redacted)") in image.environment
    assert "hush" not in repr(image)


@pytest.mark.parametrize(("case", "name"), IMAGES)
def test_each_image_of_an_archive_is_read(tmp_path: Path, case: str, name: str) -> None:
    path = tmp_path / "image.tar"
    path.write_bytes(archive(case))
    check(case, name, scanned(f"{path}{name}"))


@pytest.mark.parametrize(("case", "name"), IMAGES)
@pytest.mark.parametrize("seekable", [False, True])
def test_each_image_of_an_archive_on_stdin_is_read(tmp_path: Path, case: str, name: str, *, seekable: bool) -> None:
    with stdin(archive(case), tmp_path, seekable=seekable):
        found = scanned(f"-{name}")
    check(case, name, found)
    assert found[0].name == (found[1].whole_name or f"-{name}")


@pytest.mark.parametrize("packing", PACKERS)
@pytest.mark.parametrize("way", ["file", "pipe", "stdin file"])
@pytest.mark.parametrize("case", ["docker-save-one", "skopeo-oci"])
def test_archives_may_be_compressed(tmp_path: Path, case: str, way: str, packing: str) -> None:
    content = PACKERS[packing](archive(case))
    if way == "file":
        path = tmp_path / f"image.tar.{packing}"
        path.write_bytes(content)
        check(case, "", scanned(str(path)))
        return
    with stdin(content, tmp_path, seekable=way == "stdin file"):
        check(case, "", scanned("-"))


@pytest.mark.parametrize(
    ("case", "prefix"), [("docker-save-one", "docker-archive:"), ("skopeo-oci", "oci-archive:"), ("skopeo-oci", "oci:")]
)
def test_the_kind_of_what_is_on_stdin_can_be_said(tmp_path: Path, case: str, prefix: str) -> None:
    with stdin(archive(case), tmp_path):
        check(case, "", scanned(f"{prefix}-"))
    with stdin(archive(case), tmp_path):
        check(case, "", scanned(f"{prefix}-:sea/app:1"))


@pytest.mark.parametrize("case", ["docker-save-two", "podman-save-two", "buildah-push-three"])
@pytest.mark.parametrize("reference", ["-", "-:none"])
def test_the_way_to_name_one_of_several_is_told(tmp_path: Path, case: str, reference: str) -> None:
    with stdin(archive(case), tmp_path), pytest.raises(ArchiveError) as caught:
        scanned(reference)
    assert "app" in caught.value.hint
    if reference == "-":
        assert "name one as -:TAG" in caught.value.hint


def refused(content: bytes, tmp_path: Path, *, seekable: bool = False) -> HullcheckError:
    with stdin(content, tmp_path, seekable=seekable), pytest.raises(ArchiveError) as caught:
        scanned("-")
    assert "\n" not in caught.value.message
    return caught.value


def test_where_nothing_comes_it_is_said(tmp_path: Path) -> None:
    error = refused(b"", tmp_path)
    assert error.message == "nothing came on stdin"
    assert "docker save IMAGE | hullcheck image -" in error.hint


def test_an_empty_file_on_stdin_is_no_archive(tmp_path: Path) -> None:
    refused(b"", tmp_path, seekable=True)


@pytest.mark.parametrize("seekable", [False, True])
@pytest.mark.parametrize("packing", PACKERS)
def test_an_archive_that_was_cut_is_refused_wherever_it_was(tmp_path: Path, packing: str, *, seekable: bool) -> None:
    content = PACKERS[packing](archive("docker-save-two"))
    for at in range(1, len(content) - 1024, len(content) // 7):
        refused(content[:at], tmp_path, seekable=seekable)


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    for content in (b"\0" * 10240, b"Error response from daemon: no such image\n", b"{}", gzip.compress(b"x" * 600)):
        for seekable in (False, True):
            refused(content, tmp_path, seekable=seekable)


def test_a_file_of_which_something_was_read_is_taken_from_there(tmp_path: Path) -> None:
    """As where a script reads a line of it before."""
    (tmp_path / "stdin").write_bytes(b"one line\n" + archive("docker-save-one"))
    descriptor = os.open(tmp_path / "stdin", os.O_RDONLY)
    os.lseek(descriptor, len(b"one line\n"), os.SEEK_SET)
    with replaced(descriptor):
        check("docker-save-one", "", scanned("-"))


def test_a_pipe_that_does_not_wait_is_waited_for(tmp_path: Path) -> None:
    """Node.js makes pipes so."""
    path = tmp_path / "image.tar"
    path.write_bytes(archive("docker-save-one"))
    reading, writing = os.pipe2(os.O_NONBLOCK)
    script = f"sleep 0.3; head -c 2000 {path}; sleep 0.3; tail -c +2001 {path}"
    with subprocess.Popen(["sh", "-c", script], stdout=writing):
        os.close(writing)
        with replaced(reading):
            check("docker-save-one", "", scanned("-"))


def test_a_terminal_is_no_archive() -> None:
    ours, theirs = os.openpty()
    with replaced(theirs), pytest.raises(InvalidParameter, match="terminal") as caught:
        scanned("-")
    os.close(ours)
    assert "docker save IMAGE | hullcheck image -" in caught.value.hint


def test_a_closed_stdin_is_not_mistaken_for_another_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InvalidParameter, match="closed"):
        scanned("-")


def test_a_directory_on_stdin_is_one_clear_error(tmp_path: Path) -> None:
    with replaced(os.open(tmp_path, os.O_RDONLY)), pytest.raises(ArchiveError, match="directory"):
        scanned("-")


@pytest.mark.parametrize("seekable", [False, True])
def test_no_room_for_what_comes_is_told(tmp_path: Path, *, seekable: bool) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        error = refused(gzip.compress(archive("docker-save-two")), tmp_path, seekable=seekable)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "no temporary file of" in error.message
    assert "TMPDIR" in error.hint


def test_a_layer_that_is_missing_is_an_error_with_a_cache_too(tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive("skopeo-oci"))) as whole:
        members = {it.name: content.read() for it in whole if (content := whole.extractfile(it))}
    listing = json.loads(members["index.json"])
    blobs = "blobs/sha256/"
    manifest = json.loads(members[blobs + listing["manifests"][0]["digest"][7:]])
    del members[blobs + manifest["layers"][1]["digest"][7:]]
    (tmp_path / "image.tar").write_bytes(archive_files(members))
    for reference in (str(write_files(tmp_path / "layout", members)), str(tmp_path / "image.tar")):
        with Http() as http, open_target(TargetKind.IMAGE, reference, http) as opened:
            for cache in (None, LayerCache(tmp_path / "cache")):
                with pytest.raises(ArchiveError):
                    take(opened.trees, TargetKind.IMAGE, cache)


def test_a_pipe_with_a_name_comes_through_stdin(tmp_path: Path) -> None:
    """As a shell makes one of `hullcheck image <(docker save app)`."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ArchiveError, match="a pipe") as caught:
        scanned(str(tmp_path / "pipe"))
    assert f"hullcheck image - < {tmp_path}/pipe" in caught.value.hint


def test_a_dash_with_a_directory_before_it_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("-").write_bytes(archive("docker-save-one"))
    check("docker-save-one", "", scanned("./-"))
