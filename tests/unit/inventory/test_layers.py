"""Layers that are read at the same time."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier, Event

import pytest
from tests.unit.inventory.trees import analyzer, tree

from hullcheck.errors import ImageError
from hullcheck.inventory.collect import collect
from hullcheck.inventory.index import Index
from hullcheck.inventory.layer_cache import LayerCache
from hullcheck.inventory.layers import read_layers
from hullcheck.inventory.take import take
from hullcheck.model.layer import Layer
from hullcheck.model.source_file import SourceFile, Wants
from hullcheck.model.target import TargetKind
from hullcheck.model.tree import Entry, Hidden, Keeping, Unwanted

INDEX = Index((analyzer("w"),))


@dataclass
class Told:
    """A tree that does something before it is read, and counts how often it is."""

    diff_id: str
    before: Callable[[], object] = bool
    manner: str = "m"
    digest: str = ""
    confirm: Callable[[str, bool], None] | None = None
    allow: Callable[[int, int], None] = lambda paths, names: None
    stamps: tuple[str | None, ...] = ("",)
    further: Callable[[], Iterator[Entry]] = lambda: iter(())
    read: int = 0
    confirmed: list[tuple[str, bool]] = field(default_factory=list)

    @property
    def layer(self) -> Layer:
        return Layer(self.diff_id, self.digest, 0, "", "")

    @property
    def keeping(self) -> Keeping | None:
        if not self.manner:
            return None
        return Keeping(self.manner, self._stamp, self.confirm or self._confirm, self.allow)

    def _stamp(self) -> str | None:
        stamp, *others = *self.stamps, self.stamps[-1]
        self.stamps = tuple(others)
        return stamp

    def _confirm(self, diff_id: str, verified: bool) -> None:
        self.confirmed.append((diff_id, verified))

    def entries(self, _: Wants) -> Iterator[Entry]:
        self.read += 1
        self.before()
        yield SourceFile("w", self.diff_id.encode())
        yield from self.further()


def fail(message: str) -> Callable[[], None]:
    def raises() -> None:
        raise ImageError(message)

    return raises


def test_layers_keep_their_order() -> None:
    trees = [Told(f"sha256:{number}") for number in range(20)]
    assert [layer.layer for layer in read_layers(trees, INDEX, None)] == [tree.diff_id for tree in trees]


def test_nothing_is_read_where_there_are_no_layers() -> None:
    assert read_layers([], INDEX, None) == []


def test_two_layers_are_read_at_the_same_time() -> None:
    both = Barrier(2, timeout=10)
    assert len(read_layers([Told("sha256:1", both.wait), Told("sha256:2", both.wait)], INDEX, None)) == 2


def test_the_first_error_counts_whichever_comes_first() -> None:
    second_failed = Event()

    def fail_first() -> None:
        second_failed.set()
        raise ImageError("second")

    def fail_later() -> None:
        assert second_failed.wait(10)
        raise ImageError("first")

    for _ in range(20):
        second_failed.clear()
        with pytest.raises(ImageError, match="first"):
            read_layers([Told("sha256:1", fail_later), Told("sha256:2", fail_first)], INDEX, None)


def test_layers_above_one_that_fails_are_not_read() -> None:
    trees = [Told(f"sha256:{number}", fail("broken") if number == 2 else bool) for number in range(9)]
    with pytest.raises(ImageError, match="broken"):
        read_layers(trees, INDEX, None)
    assert [tree.read for tree in trees[4:]] == [0] * 5


def test_a_layer_above_one_that_fails_is_given_up(tmp_path: Path) -> None:
    below_failed, above_began = Event(), Event()
    given: list[int] = []

    def many() -> Iterator[Entry]:
        above_began.set()
        for number in range(1000):
            given.append(number)
            yield SourceFile("w", b"")
            assert below_failed.wait(10)

    def fail_below() -> None:
        assert above_began.wait(10)
        below_failed.set()
        raise ImageError("broken")

    above = Told("sha256:2", further=many)
    cache = LayerCache(tmp_path)
    with pytest.raises(ImageError, match="broken"):
        read_layers([Told("sha256:1", fail_below), above], INDEX, cache)
    assert len(given) < 1000
    assert cache.get(above.layer, f"m {INDEX.versions}") is None


def test_what_is_known_is_confirmed_and_not_read(tmp_path: Path) -> None:
    cache = LayerCache(tmp_path)
    first = [Told("sha256:1", digest="sha256:b1"), Told("sha256:2")]
    second = [Told("sha256:1", digest="sha256:b1"), Told("sha256:2"), Told("sha256:3")]
    found = read_layers(first, INDEX, cache)
    assert (
        read_layers(second, INDEX, cache)[:2] == found == [collect(tree({"w": ""}, it.diff_id), INDEX) for it in first]
    )
    assert [(it.read, it.confirmed) for it in first] == [(1, []), (1, [])]
    assert [(it.read, it.confirmed) for it in second] == [
        (0, [("sha256:1", False)]),
        (0, [("sha256:2", False)]),
        (1, []),
    ]


def test_what_is_not_verified_is_neither_kept_nor_looked_for(tmp_path: Path) -> None:
    cache = LayerCache(tmp_path)
    read_layers([Told("sha256:1")], INDEX, cache)
    unverified = Told("sha256:1", manner="")
    read_layers([unverified, tree({"w": ""})], INDEX, cache)
    assert unverified.read == 1
    read_layers([Told("sha256:2", manner="")], INDEX, cache)
    later = Told("sha256:2")
    read_layers([later], INDEX, cache)
    assert later.read == 1


def test_what_was_read_in_another_manner_is_read_again(tmp_path: Path) -> None:
    cache = LayerCache(tmp_path)
    read_layers([Told("sha256:1")], INDEX, cache)
    other_limits, other_version = Told("sha256:1", manner="n"), Told("sha256:1")
    read_layers([other_limits], INDEX, cache)
    newer = Index((analyzer("w"), analyzer("v")))
    read_layers([other_version], newer, cache)
    assert other_version.read == 1
    assert other_limits.read == 1


def test_what_is_known_counts_for_what_all_layers_may_have(tmp_path: Path) -> None:
    cache = LayerCache(tmp_path)

    def further() -> Iterator[Entry]:
        yield from (Hidden("a/b/c"), Hidden("o", below=True), Unwanted(("x", "yy")))

    told: list[tuple[int, int]] = []
    for _ in range(2):
        counted = Told("sha256:1", further=further, allow=lambda paths, names: told.append((paths, names)))
        read_layers([counted], INDEX, cache)
    # w, a/b/c, x, yy and o; their directories, a/b and a, are names only.
    assert told == [(5, 1 + 5 + 1 + 2 + 1 + 3 + 1)]

    def too_many(paths: int, names: int) -> None:
        raise ImageError("too many")

    with pytest.raises(ImageError, match="too many"):
        read_layers([Told("sha256:1", allow=too_many)], INDEX, cache)


@pytest.mark.parametrize("fails", [False, True])
def test_what_was_kept_is_bounded_whatever_comes_of_the_scan(tmp_path: Path, fails: bool) -> None:
    cache = LayerCache(tmp_path, limit=0)
    trees = [Told("sha256:1"), Told("sha256:2", fail("broken") if fails else bool)]
    with pytest.raises(ImageError) if fails else nullcontext():
        read_layers(trees, INDEX, cache)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_was_read_before_an_error_is_kept(tmp_path: Path) -> None:
    cache = LayerCache(tmp_path)
    with pytest.raises(ImageError):
        read_layers([Told("sha256:1"), Told("sha256:2", fail("broken"))], INDEX, cache)
    again = Told("sha256:1")
    read_layers([again], INDEX, cache)
    assert again.read == 0


def test_a_layer_that_is_not_the_one_that_is_known_is_an_error(tmp_path: Path) -> None:
    cache = LayerCache(tmp_path)
    read_layers([Told("sha256:1")], INDEX, cache)
    other = Told("sha256:1", confirm=lambda *_: fail("another")())
    with pytest.raises(ImageError, match="another"):
        read_layers([other], INDEX, cache)


@pytest.mark.parametrize(
    ("first", "second", "verified"),
    [
        (("a",), ("a",), True),
        (("a",), ("b",), False),
        (("a",), ("",), False),
        (("",), ("",), False),
        (("",), ("a",), False),
        (("a", "b"), ("a",), False),
        (("a", "b"), ("b",), False),
        (("a", ""), ("a",), False),
        ((None,), ("a",), False),
        ((None,), (None,), True),
        (("a",), (None,), True),
    ],
)
def test_bytes_are_verified_again_unless_nothing_can_have_changed_them(
    tmp_path: Path, first: tuple[str | None, ...], second: tuple[str | None, ...], verified: bool
) -> None:
    cache = LayerCache(tmp_path)
    read_layers([Told("sha256:1", stamps=first)], INDEX, cache)
    again = Told("sha256:1", stamps=second)
    read_layers([again], INDEX, cache)
    assert again.confirmed == [("sha256:1", verified)]


def test_bytes_that_were_confirmed_count_as_verified(tmp_path: Path) -> None:
    cache = LayerCache(tmp_path)
    read_layers([Told("sha256:1")], INDEX, cache)
    confirmed, again = Told("sha256:1", stamps=("a",)), Told("sha256:1", stamps=("a",))
    read_layers([confirmed], INDEX, cache)
    read_layers([again], INDEX, cache)
    assert (confirmed.confirmed, again.confirmed) == ([("sha256:1", False)], [("sha256:1", True)])


def test_a_stamp_is_of_the_layer_that_had_it(tmp_path: Path) -> None:
    cache = LayerCache(tmp_path)
    read_layers([Told("sha256:1", stamps=("a",)), Told("sha256:2")], INDEX, cache)
    other = Told("sha256:2", stamps=("a",))
    read_layers([other], INDEX, cache)
    assert other.confirmed == [("sha256:2", False)]


def test_a_layer_that_an_image_has_several_times_is_read_once() -> None:
    same = Told("sha256:1", digest="sha256:b1")
    take([same, Told("sha256:2"), same], TargetKind.IMAGE)
    assert same.read == 1
