from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.inventory.trees import Listing, analyzer, tree

from hullcheck.inventory.collect import collect
from hullcheck.inventory.index import Index
from hullcheck.inventory.merge import merge
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.source_file import SourceFile
from hullcheck.model.tree import Entry, Hidden

INDEX = Index((analyzer("w"),))


def seen(*trees: Listing) -> list[tuple[str, str]]:
    visible, _ = merge([collect(one, INDEX) for one in trees])
    return [(one.reading.path, one.layer) for one in visible]


def gaps(*trees: Listing) -> tuple[Gap, ...]:
    return merge([collect(one, INDEX) for one in trees])[1]


def test_layers_add_to_each_other() -> None:
    assert seen(tree({"a/w": ""}, "1"), tree({"b/w": ""}, "2")) == [("a/w", "1"), ("b/w", "2")]


def test_the_upper_of_two_files_is_seen() -> None:
    assert seen(tree({"a/w": ""}, "1"), tree({"a/w": ""}, "2")) == [("a/w", "2")]


def test_a_whiteout_hides_a_file() -> None:
    assert seen(tree({"w": "", "a/w": ""}, "1"), tree({}, "2", Hidden("a/w"))) == [("w", "1")]


def test_a_whiteout_hides_a_directory_and_all_below() -> None:
    assert seen(tree({"a/b/c/w": "", "ab/w": ""}, "1"), tree({}, "2", Hidden("a"))) == [("ab/w", "1")]


def test_a_whiteout_hides_nothing_of_its_own_layer_or_above() -> None:
    one = tree({"a/w": ""}, "1")
    two = Listing((SourceFile("a/w", b""), Hidden("a/w"), Hidden("a")), "2")
    three = tree({"a/b/w": ""}, "3")
    assert seen(one, two) == [("a/w", "2")]
    assert seen(two, three) == [("a/w", "2"), ("a/b/w", "3")]


def test_a_file_that_comes_back_is_seen() -> None:
    assert seen(tree({"w": ""}, "1"), tree({}, "2", Hidden("w")), tree({"w": ""}, "3")) == [("w", "3")]


def test_an_opaque_directory_hides_what_is_below_and_not_itself() -> None:
    lower = tree({"a/w": "", "a/b/w": "", "w": ""}, "1")
    assert seen(lower, tree({"a/c/w": ""}, "2", Hidden("a", below=True))) == [("w", "1"), ("a/c/w", "2")]
    assert seen(tree({"w": ""}, "1"), tree({}, "2", Hidden("", below=True))) == []


def test_an_opaque_directory_takes_the_place_of_a_file() -> None:
    assert seen(tree({"w": ""}, "1"), tree({}, "2", Hidden("w", below=True), Hidden("w", alone=True))) == []


def test_a_link_in_the_place_of_a_directory_hides_all_below() -> None:
    assert seen(tree({"lib/a/w": ""}, "1"), tree({"usr/lib/a/w": ""}, "2", Hidden("lib"))) == [("usr/lib/a/w", "2")]


def test_a_wanted_file_in_the_place_of_a_directory_hides_all_below() -> None:
    assert seen(tree({"w/a/w": ""}, "1"), tree({"w": ""}, "2")) == [("w", "2")]


def test_a_directory_takes_the_place_of_a_file() -> None:
    assert seen(tree({"w": ""}, "1"), tree({}, "2", Hidden("w", alone=True))) == []
    assert seen(tree({"w": ""}, "1"), tree({"w/w": ""}, "2")) == [("w/w", "2")]
    assert seen(tree({"w": ""}, "1"), tree({}, "2", Hidden("w/a/b"))) == []


def test_a_directory_joins_a_directory() -> None:
    assert seen(tree({"w/w": ""}, "1"), tree({}, "2", Hidden("w", alone=True), Hidden("w/a"))) == [("w/w", "1")]


def test_the_last_file_of_a_layer_with_one_path_counts() -> None:
    counted = Index((analyzer("w"),))
    layer = collect(Listing((SourceFile("w", b"1"), SourceFile("w", b"2")), "1"), counted)
    assert len(layer.readings) == 1


def test_a_layer_that_brings_a_directory_anew_hides_it_below() -> None:
    assert seen(tree({"a/w": ""}, "1"), tree({"a/b/w": ""}, "2", Hidden("a")), tree({"w": ""}, "3")) == [
        ("a/b/w", "2"),
        ("w", "3"),
    ]


def test_a_layer_may_stand_twice() -> None:
    assert seen(tree({"w": ""}, "1"), tree({}, "2", Hidden("w")), tree({"w": ""}, "1")) == [("w", "1")]


def test_a_gap_about_a_file_that_is_not_there_any_more_is_none() -> None:
    gap = Gap(GapKind.UNREADABLE, "a/w", "no permission")
    assert gaps(tree({}, "1", gap)) == (Gap(GapKind.UNREADABLE, "a/w", "no permission", layer="1"),)
    assert gaps(tree({}, "1", gap), tree({}, "2", Hidden("a"))) == ()
    assert gaps(tree({}, "1", gap), tree({"a/w": ""}, "2")) == ()


def test_a_file_that_cannot_be_read_still_hides_the_one_below() -> None:
    gap = Gap(GapKind.LIMIT, "a/w", "too large")
    assert seen(tree({"a/w": ""}, "1"), tree({}, "2", gap)) == []


def test_a_path_of_many_directories_is_no_problem() -> None:
    deep = "d/" * 2000
    assert seen(tree({f"{deep}w": ""}, "1"), tree({f"{deep}a/w": ""}, "2"), tree({}, "3", Hidden("e"))) == [
        (f"{deep}w", "1"),
        (f"{deep}a/w", "2"),
    ]


@dataclass
class LayerTar:
    """A layer: what is at each path (True for a directory), and its whiteouts and opaque directories."""

    tree: dict[str, bool] = field(default_factory=dict)
    whiteouts: set[str] = field(default_factory=set)
    opaque: set[str] = field(default_factory=set)
    explicit: set[str] = field(default_factory=set)


def parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def is_below(path: str, directory: str) -> bool:
    return path.startswith(f"{directory}/") if directory else True


def apply(root: dict[str, str], tar: LayerTar, diff_id: str) -> None:
    """Unpack `tar` upon `root`, which maps paths to the layer of a file or "" for a directory, as layer.md says."""
    for path in tar.whiteouts:
        for old in [old for old in root if old == path or is_below(old, path)]:
            del root[old]
    for path in tar.opaque:
        for old in [old for old in root if is_below(old, path)]:
            del root[old]
    for path, is_directory in tar.tree.items():
        if not is_directory:
            for old in [old for old in root if is_below(old, path)]:
                del root[old]
        if not (is_directory and root.get(path) == ""):
            root[path] = "" if is_directory else diff_id


PATHS = st.lists(st.sampled_from(("w", "x")), min_size=1, max_size=3).map("/".join)


@st.composite
def tars(draw: st.DrawFn) -> LayerTar:
    tar = LayerTar()

    def make_directory(path: str) -> bool:
        if any(tar.tree.get(one) is False for one in (*parents(path), path)):
            return False
        tar.tree.update(dict.fromkeys((*parents(path), path), True))
        return True

    for path, kind in draw(st.lists(st.tuples(PATHS, st.sampled_from(("file", "dir", "white", "opaque"))), max_size=8)):
        if kind == "dir" and make_directory(path):
            tar.explicit.add(path)
        elif kind == "opaque" and make_directory(path):
            tar.opaque.add(path)
            tar.explicit.add(path)
        elif kind == "white" and (len(parents(path)) == 0 or make_directory(parents(path)[-1])):
            tar.whiteouts.add(path)
        elif kind == "file" and path not in tar.tree and (not parents(path) or make_directory(parents(path)[-1])):
            tar.tree[path] = False
    if draw(st.booleans()) and draw(st.booleans()):
        tar.opaque.add("")
    return tar


def entries(tar: LayerTar) -> list[Entry]:
    """Return what a source tells of `tar`; directories that lie above something need not be told."""
    found: list[Entry] = [Hidden(path) for path in tar.whiteouts]
    found.extend(Hidden(path, below=True) for path in tar.opaque)
    found.extend(Hidden(path, alone=True) for path in tar.explicit)
    for path, is_directory in tar.tree.items():
        if not is_directory:
            found.append(SourceFile(path, b"") if path.rpartition("/")[2] == "w" else Hidden(path))
    return found


@given(st.lists(tars(), min_size=1, max_size=5), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_merged_layers_are_what_a_file_system_built_of_them_would_be(
    layers: Sequence[LayerTar], random: object
) -> None:
    root: dict[str, str] = {}
    trees = []
    for number, tar in enumerate(layers):
        apply(root, tar, str(number))
        given_entries = entries(tar)
        random.shuffle(given_entries)  # type: ignore[attr-defined]
        trees.append(Listing(tuple(given_entries), str(number)))
    expected = {(path, layer) for path, layer in root.items() if layer and path.rpartition("/")[2] == "w"}
    assert set(seen(*trees)) == expected
