"""Images that were scanned before."""

import os
import random
import stat
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.model.layer import Image, Layer
from hullcheck.sources.known_images import KnownImage, KnownImages, chains


def anything(_: KnownImage) -> bool:
    return True


def image(diff_ids: Sequence[str], digest: str = "") -> Image:
    layers = tuple(Layer(name, "", 0, "", "") for name in diff_ids)
    return Image("id", digest, (), "linux/amd64", "", "", (), layers)


def names(known: KnownImages, diff_ids: Sequence[str]) -> list[tuple[str, int]]:
    return [(it.name, it.layers) for it in known.below(diff_ids, anything)]


def test_the_image_with_the_longest_chain_below_is_found(tmp_path: Path) -> None:
    known = KnownImages(tmp_path / "images")
    for name, diff_ids in (("debian", "a"), ("python", "abc"), ("other", "abx"), ("ruby", "ab")):
        known.remember(image(diff_ids, f"digest of {name}"), name)
    assert names(known, "abcd") == [("python", 3)]
    assert names(known, "abd") == [("ruby", 2)]
    assert names(known, "axyz") == [("debian", 1)]
    assert known.below("abcd", anything)[0].digest == "digest of python"


def test_an_image_with_the_same_layers_is_not_below(tmp_path: Path) -> None:
    known = KnownImages(tmp_path)
    known.remember(image("abc"), "app")
    assert names(known, "abc") == []
    known.remember(image("a"), "debian")
    assert names(known, "abc") == [("debian", 1)]


def test_only_what_an_image_begins_with_is_below(tmp_path: Path) -> None:
    known = KnownImages(tmp_path)
    known.remember(image("bc"), "middle")
    assert names(known, "abcd") == []
    assert names(known, "bac") == []


def test_images_with_the_same_layers_are_listed_by_name(tmp_path: Path) -> None:
    known = KnownImages(tmp_path)
    for name in ("debian:latest", "debian:12", "base"):
        known.remember(image("a"), name)
    assert names(known, "ab") == [("base", 1), ("debian:12", 1), ("debian:latest", 1)]


def test_what_does_not_fit_is_passed_over(tmp_path: Path) -> None:
    known = KnownImages(tmp_path)
    for name, diff_ids in (("debian", "a"), ("python", "ab"), ("ruby", "ab")):
        known.remember(image(diff_ids), name)
    assert [it.name for it in known.below("abc", lambda it: it.name != "python")] == ["ruby"]
    assert [it.name for it in known.below("abc", lambda it: it.name == "debian")] == ["debian"]


def test_names_of_images_go_before_those_of_files(tmp_path: Path) -> None:
    known = KnownImages(tmp_path)
    known.remember(image("a"), "./archive.tar")
    known.remember(replace(image("a"), tags=("debian:12", "debian:stable")), "debian:12")
    assert [it.name for it in known.below("ab", anything)] == ["debian:12", "./archive.tar"]


def test_an_image_without_layers_is_below_nothing(tmp_path: Path) -> None:
    known = KnownImages(tmp_path)
    known.remember(image(""), "scratch")
    assert names(known, "ab") == []
    assert known.below([], anything) == ()


def test_a_name_that_moved_names_both_images(tmp_path: Path) -> None:
    known = KnownImages(tmp_path)
    known.remember(image("a", "old"), "debian:12")
    known.remember(image("b", "new"), "debian:12")
    assert [it.digest for it in known.below("ax", anything)] == ["old"]
    assert [it.digest for it in known.below("bx", anything)] == ["new"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"name": 1}', b"\xff", b"{" * 100_000, bytes(10)])
def test_a_damaged_file_counts_as_missing(tmp_path: Path, content: bytes) -> None:
    known = KnownImages(tmp_path)
    known.remember(image("a"), "debian")
    known.remember(image("ab"), "python")
    (longest,) = (path for path in tmp_path.iterdir() if b"python" in path.read_bytes())
    longest.write_bytes(content)
    assert names(known, "abc") == [("debian", 1)]


def test_what_cannot_be_written_or_read_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for directory in (file, file / "below", Path("/proc/none/images")):
        known = KnownImages(directory)
        known.remember(image("a"), "debian")
        assert names(known, "ab") == []


def test_what_others_made_in_the_directory_does_no_harm(tmp_path: Path) -> None:
    known = KnownImages(tmp_path, limit=3)
    (chain,) = chains("a")
    (tmp_path / f"{chain}.directory").mkdir()
    (tmp_path / f"{chain}.link").symlink_to("nowhere")
    known.remember(image("a"), "debian")
    assert names(known, "ab") == [("debian", 1)]
    for name in "wxyz":
        known.remember(image(name), name)


@pytest.mark.parametrize("name", ["x" * 2000, "\ud800"])
def test_what_is_no_name_is_not_kept(tmp_path: Path, name: str) -> None:
    known = KnownImages(tmp_path)
    known.remember(image("a"), name)
    assert names(known, "ab") == []


def test_the_oldest_go_beyond_the_limit_and_unfinished_files_with_them(tmp_path: Path) -> None:
    known = KnownImages(tmp_path, limit=3)
    (tmp_path / ".new-left").touch()
    for at, name in enumerate("abcde"):
        known.remember(image(name), name)
        for path in tmp_path.iterdir():
            if path.name.startswith(".") or path.read_bytes().startswith(b'{"name":"' + name.encode()):
                os.utime(path, (at, at) if not path.name.startswith(".") else (0, 0))
    assert len(list(tmp_path.iterdir())) == 3
    assert [names(known, f"{name}!") != [] for name in "abcde"] == [False, False, True, True, True]


@pytest.mark.parametrize("used", ["a", "b"])
def test_what_is_of_use_stays(tmp_path: Path, used: str) -> None:
    known = KnownImages(tmp_path, limit=2)
    for name in "ab":
        known.remember(image(name), name)
    for path in tmp_path.iterdir():
        os.utime(path, (1, 1))
    assert names(known, f"{used}!") == [(used, 1)]
    known.remember(image("c"), "c")
    assert {name for name in "abc" if names(known, f"{name}!")} == {used, "c"}


def test_only_its_user_can_read_it(tmp_path: Path) -> None:
    known = KnownImages(tmp_path / "cache" / "images")
    known.remember(image("a"), "debian")
    assert stat.S_IMODE(known.directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in known.directory.iterdir()} == {0o600}


def _remember_many(directory: Path, seed: int) -> int:
    known = KnownImages(directory, limit=20)
    generator = random.Random(seed)
    wrong = 0
    for _ in range(100):
        name = generator.choice("abcdefghijklmnopqrstuvwxyz")
        known.remember(image(name), name)
        wrong += any(it.name != name for it in known.below(f"{name}!", anything))
    return wrong


def test_processes_share_it(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        assert sum(pool.map(_remember_many, [tmp_path] * 4, range(4))) == 0
    # Each may have added one after another counted.
    assert len(list(tmp_path.iterdir())) <= 24
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@given(st.lists(st.text("ab", min_size=1, max_size=2), max_size=5), st.lists(st.text("ab", min_size=1), max_size=5))
def test_chains_tell_apart_what_differs_in_any_place(one: list[str], other: list[str]) -> None:
    same = sum(a == b for a, b in zip(chains(one), chains(other), strict=False))
    expected = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    assert same == expected


def test_many_layers_are_looked_up_in_no_time(tmp_path: Path) -> None:
    known = KnownImages(tmp_path)
    known.remember(image("a"), "a")
    start = time.process_time()
    known.below(["a", *map(str, range(10_000))], anything)
    assert time.process_time() - start < 1
