"""Where members land, against a file system into which they are unpacked as container engines do it."""

import os
import shutil
import tarfile
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.simulators.images import Entry as Member
from tests.simulators.images import directory, file, hard_link, layer, symlink
from tests.unit.sources.test_layer import WANTS, Blob, applied, entries, files, tree

from hullcheck.errors import LimitExceeded
from hullcheck.formats.tar_header import Kind
from hullcheck.formats.tar_header import Member as Header
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.source_file import SourceFile
from hullcheck.model.tree import Entry, Hidden
from hullcheck.sources import landing
from hullcheck.sources.landing import Landing, NowhereError

places = ("a", "a/b", "a/b/c", "b", "b/c", "l", "a/l", "l/m", "l/a/l")
paths = st.sampled_from([*places, "status", *(f"{place}/status" for place in places)])
targets = st.sampled_from(["a", "b", "a/b", "l", "m", "/a", "/b/c", "/", ".", "/a/../b", "./b/", "nowhere/at/all"])


@st.composite
def archives(draw: st.DrawFn) -> list[Member]:
    made: list[Member] = []
    for number in range(draw(st.integers(1, 12))):
        path = draw(paths)
        kinds = [file(path, b"%d" % number)] * 3 + [symlink(path, draw(targets))] * 2 + [directory(path)]
        made.append(draw(st.sampled_from([*kinds, hard_link(path, draw(paths))])))
    return made


def unpack(root: Path, members: list[Member]) -> list[Member]:
    """Unpack `members` into `root` as containerd does; return those up to the first that it would stop at."""
    for number, (information, content) in enumerate(members):
        try:
            _unpack(root, information, content)
        except (OSError, ValueError):
            return members[:number]
    return members


def _unpack(root: Path, information: tarfile.TarInfo, content: bytes) -> None:
    path = _scoped(root, information.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(path) and not (information.isdir() and path.is_dir() and not path.is_symlink()):
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    if information.isdir():
        path.mkdir(exist_ok=True)
    elif information.issym():
        path.symlink_to(information.linkname)
    elif information.islnk():
        os.link(_scoped(root, information.linkname), path, follow_symlinks=False)
    else:
        path.write_bytes(content)


def _scoped(root: Path, name: str) -> Path:
    """Return where `name` is: links in front of its last segment are followed as if `root` were the file system's."""
    done: list[str] = []
    left = [*name.split("/")[:-1]][::-1]
    for _ in range(1000):
        if not left:
            return root.joinpath(*done, name.rpartition("/")[2])
        segment = left.pop()
        if segment in {"", "."}:
            continue
        if segment == "..":
            del done[-1:]
            continue
        here = root.joinpath(*done, segment)
        if here.is_symlink():
            target = str(here.readlink())
            done = [] if target.startswith("/") else done
            left += target.split("/")[::-1]
        else:
            done.append(segment)
    raise ValueError(name)


@given(archives())
@example([symlink("l", "a"), file("l/status", b"1"), directory("l"), file("l/status", b"2")])
@example([directory("a"), symlink("a/l", "/b"), file("a"), directory("a"), file("a/l/status", b"1")])
@example([symlink("l", "m"), symlink("m", "a"), file("l/status", b"1"), symlink("m", "b"), file("l/status", b"2")])
@example([symlink("l", "/b/c"), hard_link("a/l", "l"), file("a/l/status", b"1")])
@settings(max_examples=400, deadline=None)
def test_files_are_where_engines_put_them(members: list[Member]) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        unpacked = unpack(root, members)
        wanted = {
            str(path.relative_to(root)): path.read_bytes()
            for path in root.rglob("status")
            if path.is_file() and not path.is_symlink()
        }
        known = {str(path.relative_to(root)) for path in root.rglob("*")}
    if len(unpacked) == len(members):
        found = applied(entries(*members))
        assert {path: content for path, content in found.items() if path in known} == wanted
        assert found.keys() <= known


def test_a_package_database_behind_a_link_is_found() -> None:
    found = entries(symlink("x", "/var/lib"), symlink("y", "x/dpkg"), file("y/status", b"Package: hidden"))
    assert found == [Hidden("x"), Hidden("y"), SourceFile("var/lib/dpkg/status", b"Package: hidden")]


def test_a_link_to_the_store_behind_a_link_is_read_in_the_second_pass() -> None:
    made = layer(
        symlink("x", "store/v3"),
        file("x/abc", b"{}"),
        symlink("apps", "srv/apps"),
        hard_link("apps/one/package.json", "x/abc"),
    )
    blob = Blob(made.blob)
    assert files(list(tree(made, blob).entries(WANTS))) == {"srv/apps/one/package.json": b"{}"}
    assert blob.opened == 2


def test_links_in_a_circle_lead_nowhere() -> None:
    found = entries(symlink("a", "b"), symlink("b", "a"), file("a/status"), symlink("c", "c"), file("c/x/status"))
    reason = "lies behind symbolic links that lead in a circle"
    assert [entry for entry in found if isinstance(entry, Gap)] == [
        Gap(GapKind.MALFORMED, "a/status", reason),
        Gap(GapKind.MALFORMED, "c/x/status", reason),
    ]


def test_links_do_not_lead_out_of_the_image() -> None:
    found = entries(symlink("a", "../../../../var"), file("a/status"), symlink("b", "/../.."), file("b/x/status"))
    assert files(found).keys() == {"var/status", "x/status"}


def gaps(found: list[Entry]) -> list[tuple[int, str]]:
    return [(len(entry.subject), entry.reason) for entry in found if isinstance(entry, Gap)]


def test_paths_that_no_system_can_create_are_gaps() -> None:
    long = "a/" * 300_000
    found = entries(file(f"{long}status"), symlink("l", "x" * 5000), file("a" * 200 + "/status", b"1"))
    assert gaps(found) == [
        (4096, "a path of more than 4096 bytes"),
        (1, "a symbolic link with a target of more than 4096 bytes"),
    ]
    assert len(files(found)) == 1


def test_links_that_grow_a_path_without_end_lead_nowhere() -> None:
    chain = [symlink(f"l{number}", "d/" * 1000 + f"../{'../' * 1000}l{number + 1}") for number in range(200)]
    grown = [symlink("d/" * number + "l", "d/" * (number + 1) + "l") for number in range(200)]
    assert entries(*chain, file("l0/status", b"1"))[-1].__class__ in {SourceFile, Gap}
    assert entries(*grown, file("l/status", b"1"))[-1].__class__ in {SourceFile, Gap}


def landed(*members: tuple[str, Kind, str]) -> list[str]:
    places = Landing()
    return [places.place(Header(path, kind, 0, 0, 0, target)) for path, kind, target in members]


def test_the_steps_through_links_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "_MAX_STEPS", 100)
    link = ("l", Kind.SYMLINK, "a/" * 30)
    assert landed(link, *((f"l/{n}/x", Kind.FILE, "") for n in range(3)))[-1] == "a/" * 30 + "2/x"
    with pytest.raises(LimitExceeded, match="segments to follow"):
        landed(link, *((f"l/{n}/x", Kind.FILE, "") for n in range(4)))


def test_the_directories_that_are_remembered_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "_ROOM", 10_000)
    landed(*((f"same/place/{number}", Kind.FILE, "") for number in range(1000)))
    with pytest.raises(LimitExceeded, match="directories"):
        landed(*((f"d{number}/x", Kind.FILE, "") for number in range(1000)))
    with pytest.raises(LimitExceeded, match="directories"):
        landed(("deep/" * 100 + "x", Kind.FILE, ""))


def test_endless_changes_of_links_end_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "_MAX_CHANGES", 10)
    same = [("l", Kind.SYMLINK, "a"), ("l/x", Kind.FILE, "")]
    landed(*(same * 50))
    with pytest.raises(LimitExceeded, match="take the place of something"):
        landed(*([*same, ("l", Kind.DIRECTORY, "")] * 11))


def test_directories_that_are_forgotten_have_taken_their_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asked where members land remembers the directories all the same."""
    monkeypatch.setattr(landing, "_ROOM", 10_000)
    once = [("l", Kind.SYMLINK, "a"), *((f"d{n}/x", Kind.FILE, "") for n in range(10)), ("l", Kind.DIRECTORY, "")]
    landed(*(once * 5))
    with pytest.raises(LimitExceeded, match="directories"):
        landed(*(once * 20))


def test_a_member_that_lands_nowhere_is_told_as_such() -> None:
    with pytest.raises(NowhereError, match="leads out"):
        landed(("../x", Kind.FILE, ""))
