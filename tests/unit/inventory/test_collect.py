from collections.abc import Iterator

import pytest
from packageurl import PackageURL
from tests.unit.inventory.trees import Listing, analyzer, tree

from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.inventory.collect import collect
from hullcheck.inventory.index import Index
from hullcheck.inventory.layer import LayerInventory, Reading
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.package import Detected, Location, Package, Unread
from hullcheck.model.source_file import SourceFile
from hullcheck.model.tree import Hidden

ONE = Package(PackageURL("npm", None, "one", "1"), (Location("w"),))


def half(file: SourceFile) -> Iterator[Detected]:
    yield ONE
    raise MalformedFile(file.path, "it is broken", place="line 7")


def endless(file: SourceFile) -> Iterator[Detected]:
    yield ONE
    raise LimitExceeded(f"{file.path}!/inner", "too deep")


def unread(file: SourceFile) -> Iterator[Detected]:
    yield Unread(Location(file.path), "Berkeley DB", "convert it")
    yield ONE


def faulty(_file: SourceFile) -> Iterator[Detected]:
    raise KeyError("a fault of ours")


def reading(*analyzers: str) -> LayerInventory:
    parsers = {"half": half, "endless": endless, "unread": unread, "faulty": faulty}
    index = Index(tuple(analyzer(name, parsers[name], names=frozenset({"w"})) for name in analyzers))
    return collect(tree({"w": ""}), index)


def test_what_was_found_before_an_error_is_kept() -> None:
    gap = Gap(GapKind.MALFORMED, "w", "line 7: it is broken")
    assert reading("half").readings == (Reading("w", "half", (ONE,), (gap,)),)


def test_a_limit_is_a_gap_of_its_own_kind() -> None:
    gap = Gap(GapKind.LIMIT, "w!/inner", "too deep")
    assert reading("endless").readings == (Reading("w", "endless", (ONE,), (gap,)),)


def test_what_is_recognised_and_not_read_is_a_gap() -> None:
    gap = Gap(GapKind.UNSUPPORTED, "w", "Berkeley DB", "convert it")
    assert reading("unread").readings == (Reading("w", "unread", (ONE,), (gap,)),)


def test_an_error_in_one_analyzer_keeps_no_other_from_the_file() -> None:
    assert [one.analyzer for one in reading("half", "unread", "endless").readings] == ["half", "unread", "endless"]


def test_a_fault_of_ours_is_no_gap() -> None:
    with pytest.raises(KeyError):
        reading("faulty")


def test_every_file_and_link_of_a_layer_hides() -> None:
    gap = Gap(GapKind.UNREADABLE, "c", "no permission")
    others = (Hidden("a"), Hidden("b", below=True), Hidden("d", alone=True), gap)
    layer = collect(tree({"x/w": "", "y": ""}, "sha256:1", *others), Index((analyzer("w"),)))
    assert layer == LayerInventory(
        "sha256:1",
        (Reading("x/w", "w", ()),),
        frozenset({"a", "x/w"}),
        frozenset({"b"}),
        frozenset({"c", "d", "x"}),
        (gap,),
    )


def test_readings_are_in_the_order_of_paths_whatever_the_order_of_the_tar() -> None:
    index = Index((analyzer("w"),))
    files = {"c/w": "", "a/w": "", "b/w": ""}
    forward, backward = tree(files), tree(dict(reversed(files.items())))
    assert collect(forward, index) == collect(backward, index)
    assert [one.path for one in collect(forward, index).readings] == ["a/w", "b/w", "c/w"]


def test_of_several_files_with_one_path_the_last_is_read() -> None:
    def content(file: SourceFile) -> Iterator[Detected]:
        yield Unread(Location(file.path), bytes(file.content).decode())

    index = Index((analyzer("w", content),))
    layer = collect(Listing((SourceFile("w", b"first"), SourceFile("w", b"last"))), index)
    assert [gap.reason for one in layer.readings for gap in one.gaps] == ["last"]


def test_what_a_later_member_of_the_layer_replaces_is_not_read() -> None:
    index = Index((analyzer("half", half, names=frozenset({"w"})),))
    given = (
        SourceFile("a/w", b""),
        SourceFile("ab/w", b""),
        SourceFile("b/w", b""),
        Hidden("a", here=True),
        Hidden("b/w", here=True),
        SourceFile("b/w", b""),
    )
    layer = collect(Listing(given), index)
    assert [one.path for one in layer.readings] == ["ab/w", "b/w"]
    assert layer.hidden == {"a", "a/w", "ab/w", "b/w"}
