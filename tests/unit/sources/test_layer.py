"""What a layer brings and hides."""

import io
import mmap
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulators.images import (
    Entry as Member,
)
from tests.simulators.images import (
    LayerFile,
    device,
    digest,
    directory,
    file,
    hard_link,
    layer,
    symlink,
    tar,
)

from hullcheck.errors import ArchiveError, ImageError
from hullcheck.formats.tar import TarLimits
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.layer import Layer
from hullcheck.model.progress import Unwatched
from hullcheck.model.source_file import SourceFile, Wants
from hullcheck.model.tree import Entry, Hidden, Unwanted
from hullcheck.sources.allowance import Allowance
from hullcheck.sources.layer import LayerTree, transferred
from hullcheck.sources.options import RAISE_FILE_SIZE, Limits

WANTS = Wants(names=frozenset({"status", "package.json"}), suffixes=frozenset({".jar"}), executables=True)
ELF = b"\x7fELF" + bytes(200)


class Blob:
    """A blob that counts how often it is opened."""

    def __init__(self, content: bytes, size: int = 1000) -> None:
        self.content = content
        self.size = size
        self.opened = 0

    @contextmanager
    def open(self) -> Iterator[Iterator[bytes]]:
        self.opened += 1
        yield (self.content[at : at + self.size] for at in range(0, len(self.content), self.size))


def tree(made: LayerFile, blob: Blob | None = None, limits: Limits | None = None) -> LayerTree:
    blob = blob or Blob(made.blob)
    record = Layer(made.diff_id, digest(made.blob), len(made.blob), "", "")
    return LayerTree(record, blob.open, limits or Limits(), Unwatched(), ImageError)


def entries(*members: Member, limits: Limits | None = None) -> list[Entry]:
    return told(tree(layer(*members), limits=limits))


def told(of: LayerTree) -> list[Entry]:
    """Return what a layer tells, one path at a time."""
    return [one for entry in of.entries(WANTS) for one in alone(entry)]


def alone(entry: Entry) -> Iterator[Entry]:
    if isinstance(entry, Unwanted):
        yield from map(Hidden, entry.paths)
    else:
        yield entry


def files(found: Sequence[Entry]) -> dict[str, bytes]:
    return {entry.path: bytes(entry.content) for entry in found if isinstance(entry, SourceFile)}


@pytest.mark.parametrize("packing", ["", "+gzip", "+zstd"])
def test_wanted_files_are_read_and_all_others_hide(packing: str) -> None:
    made = layer(
        directory("var/"),
        file("var/lib/status", b"Package: x"),
        file("usr/share/doc/readme"),
        symlink("etc/link", "target"),
        device("dev/null"),
        file("app/x.JAR", b"PK", 0o600),
        packing=packing,
    )
    assert told(tree(made)) == [
        Hidden("var", alone=True),
        SourceFile("var/lib/status", b"Package: x", 0o644),
        Hidden("usr/share/doc/readme"),
        Hidden("etc/link"),
        Hidden("dev/null"),
        SourceFile("app/x.JAR", b"PK", 0o600),
    ]


def test_executables_are_told_by_mode_and_magic() -> None:
    found = entries(
        file("bin/elf", ELF, 0o755),
        file("bin/pe.exe", b"MZ" + bytes(200), 0o500),
        file("lib/not-executable.so", ELF, 0o644),
        file("bin/script", b"#!/bin/sh\n" + bytes(200), 0o755),
        file("bin/short", ELF[:100], 0o755),
        file("bin/empty", b"", 0o755),
    )
    assert list(files(found)) == ["bin/elf", "bin/pe.exe"]


@pytest.mark.parametrize("style", ["./%s", "/%s", "//%s", "./././%s", "a/../%s", "%s"])
def test_paths_are_relative_to_the_root_however_they_are_written(style: str) -> None:
    found = entries(file(style % "var//lib/./status", b"x"), file(style % "other"), directory(style % "d"))
    assert found == [SourceFile("var/lib/status", b"x"), Hidden("other"), Hidden("d", alone=True)]


@pytest.mark.parametrize("name", ["../status", "a/../../status", "/../status", ".."])
def test_paths_that_lead_out_of_the_image_are_gaps(name: str) -> None:
    assert entries(file(name, b"x")) == [Gap(GapKind.MALFORMED, name, "leads out of the image")]


def test_the_root_itself_is_nothing() -> None:
    assert entries(directory("./"), directory("/")) == []


def test_whiteouts_hide_and_opaque_directories_hide_what_is_below() -> None:
    found = entries(
        file("a/.wh.gone"),
        file(".wh.root"),
        file("b/.wh..wh..opq"),
        file(".wh..wh..opq"),
        file("c/.wh..status.swp"),
        file("a/not.wh.one"),
        file(".wh.d/inside"),
    )
    assert found == [
        Hidden("a/gone"),
        Hidden("root"),
        Hidden("b", below=True),
        Hidden("", below=True),
        Hidden("c/.status.swp"),
        Hidden("a/not.wh.one"),
        Hidden(".wh.d/inside"),
    ]


@pytest.mark.parametrize("name", ["a/.wh.", ".wh..", "a/.wh..."])
def test_whiteouts_of_nothing_are_gaps(name: str) -> None:
    assert entries(file(name)) == [Gap(GapKind.MALFORMED, name, "a whiteout of nothing")]


def test_a_name_that_is_no_utf_8_is_kept() -> None:
    information, content = file("x", b"1")
    information.name = b"caf\xe9/status".decode("utf-8", "surrogateescape")
    (found,) = entries((information, content))
    assert isinstance(found, SourceFile)
    assert found.path.encode("utf-8", "surrogateescape") == b"caf\xe9/status"


def test_a_large_file_is_a_memory_map() -> None:
    limits = Limits(memory=100)
    found = entries(file("a/status", b"x" * 101), file("b/status", b"x" * 100), limits=limits)
    contents = [entry.content for entry in found if isinstance(entry, SourceFile)]
    assert [type(content) for content in contents] == [mmap.mmap, bytes]
    assert [bytes(content) for content in contents] == [b"x" * 101, b"x" * 100]


def test_without_room_for_a_temporary_file_there_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(ImageError, match="no temporary file of 11 bytes: No such file") as raised:
        entries(file("status", b"x" * 11), limits=Limits(memory=10))
    assert "TMPDIR" in raised.value.hint


def test_a_file_beyond_the_limit_is_a_gap() -> None:
    limits = Limits(file=10)
    found = entries(file("a/status", b"x" * 11), file("b/status", b"x" * 10), limits=limits)
    assert found == [
        Gap(GapKind.LIMIT, "a/status", "11 bytes, of which at most 10 are read", RAISE_FILE_SIZE),
        SourceFile("b/status", b"x" * 10),
    ]


# Hard links


def test_a_hard_link_to_a_wanted_file_is_read_once() -> None:
    made = layer(
        file("pkgs/package.json", b"{}"),
        hard_link("env/package.json", "pkgs/package.json"),
        hard_link("env/other", "pkgs/package.json"),
        file("bin/perl", ELF, 0o755),
        hard_link("bin/perl5", "./bin/perl", 0o755),
    )
    blob = Blob(made.blob)
    found = told(tree(made, blob))
    assert found == [
        SourceFile("pkgs/package.json", b"{}"),
        SourceFile("env/package.json", b"{}"),
        Hidden("env/other"),
        SourceFile("bin/perl", ELF, 0o755),
        SourceFile("bin/perl5", ELF, 0o755),
    ]
    assert blob.opened == 1


def test_a_wanted_hard_link_to_an_unwanted_file_is_read_in_a_second_pass() -> None:
    made = layer(
        file("store/v3/00/abc", b'{"name": "x"}'),
        hard_link("app/package.json", "store/v3/00/abc"),
        hard_link("app2/package.json", "/app/package.json"),
        hard_link("unwanted", "store/v3/00/abc"),
        hard_link("app3/package.json", "unwanted"),
    )
    blob = Blob(made.blob)
    found = told(tree(made, blob))
    assert files(found) == {f"{app}/package.json": b'{"name": "x"}' for app in ("app", "app2", "app3")}
    assert blob.opened == 2


def test_hard_links_are_found_again_when_their_target_was_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hullcheck.sources.content._SHELVES", ((900, 1000), (1000, 1000)))
    first = file("a/status", b"a" * 950)
    others = [file(f"o{number}/status", b"o" * 960) for number in range(5)]
    made = layer(first, *others, hard_link("z/status", "a/status"), file("last/status", b"l"))
    blob = Blob(made.blob)
    found = files(list(tree(made, blob).entries(WANTS)))
    assert (found["z/status"], blob.opened) == (b"a" * 950, 2)


def test_a_hard_link_is_what_its_target_was_then() -> None:
    found = entries(
        file("store/a", b"first"),
        file("store/a", b"second"),
        hard_link("app/package.json", "store/a"),
        file("store/a", b"third"),
    )
    assert files(found) == {"app/package.json": b"second"}


def test_a_hard_link_that_is_replaced_is_not_owed() -> None:
    made = layer(file("a", b"x"), hard_link("app/package.json", "a"), symlink("app/package.json", "elsewhere"))
    blob = Blob(made.blob)
    found = told(tree(made, blob))
    assert found == [Hidden("a"), Hidden("app/package.json", here=True)]
    assert blob.opened == 1


def test_a_hard_link_to_nothing_is_a_gap() -> None:
    found = entries(hard_link("a/status", "lower/layer"), hard_link("b/status", "../out"), hard_link("c", "d"))
    assert found == [
        Gap(GapKind.MALFORMED, "b/status", "a hard link to '../out'"),
        Hidden("c"),
        Gap(GapKind.UNREADABLE, "a/status", "a hard link to lower/layer, which is not in its layer"),
    ]


def test_hard_links_in_a_circle_are_gaps() -> None:
    found = entries(
        hard_link("a/status", "b/status"), hard_link("b/status", "a/status"), hard_link("c/status", "c/status")
    )
    assert [type(entry) for entry in found] == [Gap, Gap, Gap]


def test_a_link_to_a_large_file_is_a_gap_as_the_file_is() -> None:
    found = entries(file("big", b"x" * 11), hard_link("a/status", "big"), limits=Limits(file=10))
    assert found == [
        Hidden("big"),
        Gap(GapKind.LIMIT, "a/status", "11 bytes, of which at most 10 are read", RAISE_FILE_SIZE),
    ]


# Members that replace others, against what unpacking does.


class Unpacked:
    """What container engines have after unpacking members of a layer: files by path, directories, and links."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.links: set[str] = set()
        self.directories: set[str] = set()

    def add(self, information: tarfile.TarInfo, content: bytes) -> None:
        path = information.name
        data = self.files.get(information.linkname, b"") if information.islnk() else content
        if information.isdir():
            self.files.pop(path, None)
            self.links.discard(path)
            self.directories.add(path)
            return
        self.files = {p: c for p, c in self.files.items() if p != path and not p.startswith(f"{path}/")}
        self.links = {p for p in self.links if p != path and not p.startswith(f"{path}/")}
        self.directories = {p for p in self.directories if p != path and not p.startswith(f"{path}/")}
        if information.issym():
            self.links.add(path)
        else:
            self.files[path] = data

    def has_room(self, path: str) -> bool:
        """Say whether `path` lies in directories only."""
        return not any(path.startswith(f"{other}/") for other in (*self.files, *self.links))


def applied(found: Sequence[Entry]) -> dict[str, bytes]:
    """Return the files of the layer itself, as the inventory understands what is yielded."""
    state: dict[str, bytes] = {}
    for entry in found:
        if isinstance(entry, SourceFile):
            state[entry.path] = bytes(entry.content)
        elif isinstance(entry, Hidden) and entry.here:
            state = {p: c for p, c in state.items() if p != entry.path and not p.startswith(f"{entry.path}/")}
    return state


paths = st.sampled_from(["status", "a", "a/status", "a/b", "a/b/status", "b/status", "x", "x/package.json"])


@st.composite
def archives(draw: st.DrawFn) -> list[Member]:
    """Return members that can be unpacked: each lies in directories, and hard links have targets."""
    state = Unpacked()
    made: list[Member] = []
    for number in range(draw(st.integers(0, 12))):
        path = draw(paths.filter(state.has_room))
        targets = [other for other in sorted(state.files) if other != path and not other.startswith(f"{path}/")]
        kinds = [file(path, b"%d" % number)] * 2 + [symlink(path, "nowhere"), directory(path)]
        kinds += [hard_link(path, draw(st.sampled_from(targets)))] if targets else []
        made.append(draw(st.sampled_from(kinds)))
        state.add(*made[-1])
    return made


@given(archives())
@settings(max_examples=300)
def test_the_last_member_counts_as_it_does_in_unpacking(members: list[Member]) -> None:
    state = Unpacked()
    for information, content in members:
        state.add(information, content)
    wanted = {path: content for path, content in state.files.items() if path.rpartition("/")[2] in WANTS.names}
    assert applied(entries(*members)) == wanted


def test_a_file_that_takes_the_place_of_a_directory_hides_its_files_here_too() -> None:
    found = entries(file("a/status", b"1"), file("a", b"2"), file("a", b"3"))
    assert found == [SourceFile("a/status", b"1"), Hidden("a", here=True), Hidden("a", here=True)]


def test_a_wanted_file_may_take_the_place_of_a_directory() -> None:
    found = entries(file("status/status", b"1"), file("status", b"2"))
    assert found == [SourceFile("status/status", b"1"), Hidden("status", here=True), SourceFile("status", b"2")]


def test_a_directory_that_is_told_twice_hides_nothing_here() -> None:
    found = entries(directory("a"), file("a/status", b"1"), directory("a"))
    assert found[-1] == Hidden("a", alone=True)


def test_endless_gaps_end_at_the_limit() -> None:
    with pytest.raises(ImageError, match="leads out of the image, and so are more than 1000 other members"):
        entries(*(file("../out") for _ in range(1001)))


def test_errors_are_short_whatever_they_name() -> None:
    members = [file("../" + "x" * 50_000) for _ in range(1001)]
    with pytest.raises(ImageError) as raised:
        entries(*members)
    assert len(raised.value.message) < 1100


def test_endless_replacements_end_at_the_limit() -> None:
    members = [member for _ in range(1001) for member in (file("a/status"), file("a"))]
    with pytest.raises(ImageError, match="more than 1000 files that later members of the layer replace"):
        entries(*members)


# Digests


def damaged(made: LayerFile, blob: bytes) -> LayerTree:
    return replace(tree(made), open_blob=Blob(blob).open)


def test_another_blob_is_no_image() -> None:
    made, other = layer(file("a/status", b"1" * 50)), layer(file("a/status", b"2" * 50))
    assert len(made.blob) == len(other.blob)
    with pytest.raises(ImageError, match=f"layer {digest(made.blob)}: has digest {digest(other.blob)} and not"):
        list(damaged(made, other.blob).entries(WANTS))


def test_what_follows_the_archive_belongs_to_its_digest() -> None:
    made = LayerFile(tar([file("a/status", b"1")]) + b"hidden" * 1000, "+gzip")
    assert files(told(tree(made))) == {"a/status": b"1"}
    lying = replace(tree(made), layer=replace(tree(made).layer, diff_id=digest(tar([file("a/status", b"1")]))))
    with pytest.raises(ImageError, match="uncompressed: has digest"):
        list(lying.entries(WANTS))


def test_a_wrong_diff_id_is_no_image_even_if_the_digest_is_right() -> None:
    made = layer(file("a/status", b"1"))
    lying = replace(tree(made), layer=replace(tree(made).layer, diff_id=digest(b"x")))
    with pytest.raises(ImageError, match=f"and not {digest(b'x')}") as raised:
        list(lying.entries(WANTS))
    assert raised.value.hint


@pytest.mark.parametrize("packing", ["", "+gzip"])
def test_a_wrong_diff_id_is_no_image_even_if_the_padding_of_the_archive_is_missing(packing: str) -> None:
    whole = tar([file("a/status", b"1")])
    cut = LayerFile(whole[: 512 + 100], packing)
    assert files(list(tree(cut).entries(WANTS))) == {"a/status": b"1"}
    lying = replace(tree(cut), layer=replace(tree(cut).layer, diff_id=digest(whole)))
    with pytest.raises(ImageError, match=f"and not {digest(whole)}"):
        list(lying.entries(WANTS))


def test_a_damaged_blob_is_told_as_one_of_another_digest() -> None:
    made = layer(file("a/status", bytes(range(256)) * 100))
    blob = bytearray(made.blob)
    blob[len(blob) // 2] ^= 0xFF
    with pytest.raises(ImageError, match="has digest"):
        list(damaged(made, bytes(blob)).entries(WANTS))


@pytest.mark.parametrize("packing", ["", "+gzip", "+zstd"])
def test_a_blob_of_another_length_is_no_image(packing: str) -> None:
    made = layer(file("a/status", bytes(range(256)) * 10), packing=packing)
    with pytest.raises(ImageError, match=r"is shorter than its \d+ bytes: 1 are missing"):
        list(damaged(made, made.blob[:-1]).entries(WANTS))
    with pytest.raises(ImageError, match=r"is longer than its \d+ bytes"):
        list(damaged(made, made.blob + b"\0").entries(WANTS))


def test_a_truthful_digest_of_a_damaged_archive_is_malformed() -> None:
    archive = bytearray(tar([file("a/status", b"1"), file("b", b"2")]))
    archive[1024] ^= 1
    with pytest.raises(ImageError, match="damaged header"):
        list(tree(LayerFile(bytes(archive))).entries(WANTS))


def test_a_bomb_ends_at_the_limit() -> None:
    made = layer(file("zeros", bytes(50_000_000)))
    with pytest.raises(ImageError, match="holds more than 1000000 bytes"):
        list(tree(made, limits=Limits(layer=1_000_000)).entries(WANTS))


def test_too_many_members_end_at_the_limit() -> None:
    made = layer(*(file(f"{number}") for number in range(50)))
    with pytest.raises(ImageError, match="more than 10 members"):
        list(tree(made, limits=Limits(archive=TarLimits(members=10))).entries(WANTS))


def test_all_layers_together_have_twice_the_members_of_one_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hullcheck.sources.members._TAKEN_TOGETHER", 7)
    limits = Limits(archive=TarLimits(members=50, names=1000))

    def read(*counts: int, name: str = "") -> None:
        allowance = Allowance(limits.archive)
        for count in counts:
            made = layer(*(file(f"{name}{number}") for number in range(count)))
            list(replace(tree(made, limits=limits), allowance=allowance).entries(WANTS))

    read(50, 25, 25)
    with pytest.raises(ImageError, match="more than 100 members") as raised:
        read(50, 25, 26)
    assert "--max-entries" in raised.value.hint
    read(9, 9, name="x" * 98)
    with pytest.raises(ImageError, match="names that are too long"):
        read(1, 1, 1, 1, name="a/" * 20)
    with pytest.raises(ImageError, match="names that are too long"):
        read(9, 9, 3, name="x" * 98)


def test_errors_are_of_the_kind_of_the_source() -> None:
    made = layer(file("a"))
    with pytest.raises(ArchiveError):
        list(replace(damaged(made, b"nonsense" * 100), fault=ArchiveError).entries(WANTS))


def test_progress_counts_the_bytes_of_the_blob_once() -> None:
    class Watch:
        done = 0

        def start(self, what: str, total: int) -> None:
            raise AssertionError

        def advance(self, count: int) -> None:
            self.done += count

    made = layer(file("a", b"x" * 5000), hard_link("b/status", "a"))
    watch = Watch()
    list(replace(tree(made), progress=watch).entries(WANTS))
    assert watch.done == len(made.blob)


def test_an_archive_can_be_left_before_its_end() -> None:
    reading = iter(tree(layer(directory("a"), file("b"))).entries(WANTS))
    assert next(reading) == Hidden("a", alone=True)
    reading.close()  # type: ignore[attr-defined] # It is a generator, which its type does not tell.


def test_an_empty_layer_has_nothing() -> None:
    assert entries() == []
    assert list(tree(LayerFile(b"", "")).entries(WANTS)) == []


def test_sparse_files_are_read_as_they_are() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        information, content = file("status", b"ab")
        information.pax_headers = {"GNU.sparse.map": "4,2", "GNU.sparse.size": "8"}
        archive.addfile(information, io.BytesIO(content))
    found = list(tree(LayerFile(buffer.getvalue())).entries(WANTS))
    assert found == [SourceFile("status", b"\0\0\0\0ab\0\0")]


def test_what_is_known_of_a_layer_is_confirmed_by_its_bytes() -> None:
    made = layer(file("w", b"content"))
    for record in (tree(made), tree(made, limits=Limits(file=1))):
        assert record.keeping is not None
        record.keeping.confirm(made.diff_id, False)


def test_a_layer_that_holds_something_else_than_its_image_says_is_not_confirmed() -> None:
    made, other = layer(file("w", b"content")), layer(file("w", b"other"))
    lying = replace(tree(made), layer=replace(tree(made).layer, diff_id=other.diff_id))
    assert lying.keeping is not None
    with pytest.raises(ImageError, match=f"uncompressed: has digest {made.diff_id} and not {other.diff_id}"):
        lying.keeping.confirm(made.diff_id, False)


@pytest.mark.parametrize("with_digest", [True, False])
def test_bytes_that_are_not_those_that_were_read_are_not_confirmed(with_digest: bool) -> None:
    made, other = layer(file("w", b"content")), layer(file("w", b"cantent"))
    record = replace(tree(made).layer, size=len(other.blob), **({} if with_digest else {"digest": ""}))
    changed = replace(tree(made, Blob(other.blob)), layer=record)
    assert changed.keeping is not None
    with pytest.raises(ImageError, match="has digest"):
        changed.keeping.confirm(made.diff_id, False)


def test_bytes_that_would_have_to_be_transferred_are_not() -> None:
    made = layer(file("w", b"content"))
    blob = Blob(made.blob)
    remote = replace(tree(made, blob), stamp=transferred)
    assert remote.keeping is not None
    assert remote.keeping.stamp() is None
    remote.keeping.confirm(made.diff_id, True)
    assert blob.opened == 0


def test_what_is_read_with_other_limits_is_kept_apart() -> None:
    made = layer(file("w", b"content"))
    manners = {it.keeping.manner for it in (tree(made), tree(made, limits=Limits(file=1))) if it.keeping}
    assert len(manners) == 2


@pytest.mark.parametrize("packing", ["+gzip", "+zstd"])
def test_a_packed_layer_is_not_read_under_the_digest_of_its_blob(packing: str) -> None:
    made = layer(file("var/lib/status", b"Package: x"), packing=packing)
    of = tree(made)
    lying = replace(of, layer=replace(of.layer, diff_id=digest(made.blob)))
    with pytest.raises(ImageError, match="is compressed"):
        told(lying)


def test_the_digest_of_a_plain_layer_is_that_of_its_content() -> None:
    made = layer(file("var/lib/status", b"Package: x"), packing="")
    assert digest(made.blob) == made.diff_id
    assert files(told(tree(made))) == {"var/lib/status": b"Package: x"}
    with pytest.raises(ImageError, match="has digest"):
        told(tree(made, Blob(made.blob[:-1] + b"x")))


@pytest.mark.parametrize(
    ("limits", "blob"),
    [
        (Limits(archive=TarLimits(members=1)), lambda blob: blob),
        (Limits(layer=1000), lambda blob: blob),
        (Limits(), lambda blob: blob[:-100]),
        (Limits(), lambda blob: bytes(len(blob))),
    ],
)
def test_a_layer_that_is_not_read_to_its_end_leaves_no_thread(limits: Limits, blob: Callable[[bytes], bytes]) -> None:
    made = layer(*(file(f"a/{number}") for number in range(100)))
    with pytest.raises(ImageError) as caught:
        told(tree(made, Blob(blob(made.blob), 100), limits))
    assert [thread for thread in threading.enumerate() if thread.name == "digest"] == [], caught
