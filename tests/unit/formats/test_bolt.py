"""Databases of bbolt. Those of a real containerd are read in tests/integration/test_storage.py."""

import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.formats import bolt_pages
from tests.unit.formats.bolt_pages import PAGE, branch, database, inline, items, leaf, meta

from hullcheck.errors import MalformedFile
from hullcheck.formats.bolt import Bolt, Bucket

TREE: dict[bytes, Any] = {b"v1": {b"default": {b"images": {b"app": {b"name": b"x"}}}, b"version": b"\6"}}
PLAIN = database({3: leaf(items(TREE), 3)})


def bolt(content: bytes) -> Bolt:
    return Bolt(lambda offset, size: content[offset : offset + size], "meta.db")


def whole(bucket: Bucket) -> dict[bytes, Any]:
    nested = dict(bucket.buckets())
    return {key: whole(nested[key]) if is_bucket else value for key, value, is_bucket in bucket.elements()}


def refused(content: bytes) -> str:
    with pytest.raises(MalformedFile) as raised:
        whole(bolt(content).top)
    return raised.value.problem


def test_buckets_hold_values_and_buckets() -> None:
    database = bolt(PLAIN)
    assert whole(database.top) == TREE
    assert database.top.value(b"v1", b"version") == b"\6"
    assert database.top.value(b"v1", b"default", b"images", b"app", b"name") == b"x"
    assert database.top.value(b"v1", b"default") is None
    assert database.top.value(b"v1", b"gone", b"x") is None
    assert database.top.bucket(b"v1", b"version") is None
    assert list(database.top.buckets(b"v1", b"gone")) == []


@pytest.mark.parametrize("size", [1024, 4096, 16384, 65536])
@pytest.mark.parametrize("order", "<>")
def test_machines_have_their_own_sizes_of_pages_and_orders_of_bytes(size: int, order: str) -> None:
    content = database({3: leaf(items(TREE, order), 3, order)}, size=size, order=order)
    assert whole(bolt(content).top) == TREE
    # The size is not known from the first page, if that is being written.
    assert whole(bolt(bytes(100) + content[100:]).top) == TREE


def test_large_buckets_have_pages_of_their_own_and_go_on_over_several() -> None:
    rows = [(f"{number:05}".encode(), b"v" * 50, False) for number in range(1000)]
    # A hundred of them take two pages.
    leaves = {10 + 2 * at: leaf(rows[at * 100 : (at + 1) * 100], 10 + 2 * at) for at in range(10)}
    middle = branch([(f"{place * 100:05}".encode(), 10 + 2 * place) for place in range(10)], 4)
    top = leaf([(b"many", struct.pack("<QQ", 4, 0), True)], 3)
    found = bolt(database({3: top, 4: middle, **leaves}))
    many = found.top.bucket(b"many")
    assert many is not None
    assert [key for key, _, _ in many.elements()] == [key for key, _, _ in rows]
    assert all(many.value(key) == value for key, value, _ in rows)
    assert [many.value(key) for key in (b"", b"00000x", b"00999x", b"1", b"0")] == [None] * 5


def test_the_newest_transaction_counts_that_was_written_as_a_whole() -> None:
    old, new = leaf([(b"old", b"1", False)], 3), leaf([(b"new", b"2", False)], 4)
    content = bytearray(database({3: old, 4: new}))
    content[:PAGE] = meta(0, 4, 6, 5)
    assert bolt(bytes(content)).top.value(b"new") == b"2"
    content[40] ^= 1
    assert bolt(bytes(content)).top.value(b"old") == b"1"


def test_what_changed_meanwhile_is_told() -> None:
    content = bytearray(PLAIN)
    opened = Bolt(lambda offset, size: bytes(content[offset : offset + size]), "meta.db")
    assert (opened.transaction, opened.is_current()) == (5, True)
    content[:PAGE] = meta(0, 3, 6, 4)
    assert not opened.is_current()


def test_an_empty_database_has_nothing() -> None:
    assert whole(bolt(database({3: leaf([], 3)})).top) == {}
    assert bolt(database({3: branch([], 3)})).top.value(b"x") is None


# Hostile and damaged ones


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "no database"),
        (b"SQLite format 3\0" * 1000, "no database"),
        (bytes(10 * PAGE), "no database"),
        (meta(0, 3, 1, 4, version=1) * 2, "no database"),
        (PLAIN[: 3 * PAGE], "cut short"),
        (PLAIN[: 3 * PAGE + 8], "cut short"),
        (database({3: leaf([], 4)}), "says that it is page 4"),
        (database({3: struct.pack("<QHHI", 3, 0x10, 0, 0)}), "of kind 0x10"),
        (database({3: leaf([], 3)}, root=0), "page 0 is none"),
        (database({3: leaf([], 3)}, root=1), "page 1 is none"),
        (database({3: leaf([], 3)}, root=2**63), "is none of the database's"),
        (database({3: branch([(b"", 3)], 3)}), "twice"),
        (database({3: branch([(b"a", 4), (b"b", 4)], 3), 4: leaf([], 4)}), "twice"),
        (database({3: branch([(b"a", 4)], 3), 4: branch([(b"a", 3)], 4)}), "twice"),
        (database({3: struct.pack("<QHHI", 3, 2, 60000, 0)}), "60000 elements"),
        (database({3: leaf([(b"a", b"x" * 15, True)], 3)}), "a bucket is cut short"),
        (database({3: leaf([(b"a", bytes(16), True)], 3)}), "within a page is cut short"),
        (database({3: leaf([(b"a", bytes(32), True)], 3)}), "of kind 0x0"),
    ],
)
def test_what_is_no_database_is_malformed(content: bytes, problem: str) -> None:
    assert problem in refused(content)


def test_an_element_beyond_its_page_is_malformed() -> None:
    for at, value in ((4, 5000), (8, 2**31), (12, 2**31)):
        content = bytearray(PLAIN)
        content[3 * PAGE + 16 + at : 3 * PAGE + 16 + at + 4] = struct.pack("<I", value)
        assert refused(bytes(content)) == "an element reaches beyond its page"


def test_a_page_that_goes_on_beyond_the_end_is_malformed() -> None:
    for overflow in (1, 2**32 - 1):
        content = bytearray(PLAIN)
        content[3 * PAGE + 12 : 3 * PAGE + 16] = struct.pack("<I", overflow)
        assert "goes on" in refused(bytes(content))


def test_a_look_up_in_a_circle_ends() -> None:
    circle = bolt(database({3: branch([(b"a", 4)], 3), 4: branch([(b"a", 3)], 4)}))
    with pytest.raises(MalformedFile, match="64 levels"):
        circle.top.value(b"b")


def test_what_is_read_in_all_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bucket may be named any number of times by others."""
    shared = leaf([(b"%d" % number, struct.pack("<QQ", 4, 0), True) for number in range(100)], 3)
    content = database({3: shared, 4: leaf([(b"%d" % number, inline({}), True) for number in range(100)], 4)})
    monkeypatch.setattr("hullcheck.formats.bolt._MAX_ELEMENTS", 500)
    assert "more than 500 elements" in refused(content)
    monkeypatch.undo()
    monkeypatch.setattr("hullcheck.formats.bolt._MAX_READ", 10 * PAGE)
    assert f"more than {10 * PAGE} bytes" in refused(content)


keys = st.binary(min_size=1, max_size=20)
trees = st.recursive(
    st.dictionaries(keys, st.binary(max_size=20), max_size=4),
    lambda below: st.dictionaries(keys, st.binary(max_size=20) | below, max_size=4),
    max_leaves=8,
)


@given(trees)
def test_every_tree_is_read_as_it_was_written(tree: dict[bytes, Any]) -> None:
    assert whole(bolt(database({3: leaf(items(tree), 3)})).top) == tree


@settings(max_examples=300)
@given(st.data())
def test_damage_is_malformed_or_not_seen(data: st.DataObject) -> None:
    content = bytearray(PLAIN)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(2 * PAGE, 3 * PAGE + 400) | st.integers(0, 100))
        content[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)) | st.just(len(content)))
    try:
        whole(bolt(bytes(content[:cut])).top)
    except MalformedFile:
        return


def test_pages_are_made_as_the_format_says() -> None:
    """The example of FNV-1a's authors, so that reader and writer are not wrong in the same way."""
    assert bolt_pages.fnv(b"foobar") == 0x85944171F73967E8
