"""Inventories of layers as bytes."""

from dataclasses import is_dataclass
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from hullcheck.errors import MalformedFile
from hullcheck.inventory import layer as records
from hullcheck.inventory.layer import Found, LayerInventory, Reading
from hullcheck.inventory.stored import LayerNotation
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.package import (
    Distribution,
    Location,
    OwnedFiles,
    OwnProject,
    Package,
    Requirement,
    Scope,
    Settled,
    ThirdParty,
    Vendored,
)

NOTATION = LayerNotation()
PURL = PackageURL("deb", "debian", "libc++", "1:2.3~rc1+b2", {"arch": "amd64", "distro": "debian-12"}, "a/b")
PLACE = Location("usr/lib/ä.jar!/b.jar", "", 7)
EACH: tuple[Found, ...] = (
    Package(PURL, (PLACE, Location("b")), "app", Scope.TEST, direct=True, licences=("MIT",)),
    Package(PackageURL("npm", None, "x"), (), direct=None),
    Requirement(PURL, ">=1", PLACE, Scope.OPTIONAL, certain=False),
    Settled("a.lock", "npm", "a", frozenset({"x", "y"}), below=True),
    Vendored("golang", "vendor/x"),
    OwnProject(PackageURL("npm", "@a", "b"), PLACE),
    Distribution("debian", "12", "Debian", "bookworm", ("a", "b"), PLACE),
    OwnedFiles("pkg:deb/x", frozenset({"usr/bin/x"})),
    ThirdParty("pkg:deb/y"),
)

# Paths as tar archives have them: any bytes, which are surrogates where they are no UTF-8.
paths = st.binary(max_size=12).map(lambda raw: raw.decode("utf-8", "surrogateescape"))
inventories = st.builds(
    LayerInventory,
    paths,
    st.lists(
        st.builds(
            Reading,
            paths,
            paths,
            st.lists(st.sampled_from(EACH), max_size=4).map(tuple),
            st.lists(st.builds(Gap, st.sampled_from(GapKind), paths, paths, paths, paths), max_size=2).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
    st.frozensets(paths),
    st.frozensets(paths),
    st.frozensets(paths),
)


def test_there_is_a_case_for_all_that_analyzers_find() -> None:
    assert {type(found) for found in EACH} == set(get_args(records.Found))
    assert all(is_dataclass(kind) for kind in get_args(records.Found))


@given(inventories)
def test_what_was_written_is_read_again(inventory: LayerInventory) -> None:
    assert NOTATION.read(NOTATION.write(inventory), "x") == inventory


def test_each_record_is_of_its_class_again() -> None:
    inventory = LayerInventory("sha256:1", (Reading("a", "b", EACH),))
    (reading,) = NOTATION.read(NOTATION.write(inventory), "x").readings
    assert [type(found) for found in reading.found] == [type(found) for found in EACH]
    first = reading.found[0]
    assert isinstance(first, Package)
    assert isinstance(first.purl, PackageURL)
    assert first.purl.to_string() == PURL.to_string()
    assert first.scope is Scope.TEST


@pytest.mark.parametrize(
    "content", [b"", b"x", b"P", b"E", b"P\x93", b"E\xc1", b"P" + b"\x96" * 2000, b"E" + b"\x96" * 2000]
)
def test_other_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(MalformedFile, match="entry: not the inventory of a layer"):
        NOTATION.read(content, "entry")


@given(st.data())
def test_bytes_that_are_cut_or_changed_are_refused_or_are_an_inventory(data: st.DataObject) -> None:
    content = NOTATION.write(LayerInventory("sha256:1", (Reading("a", "b", EACH),), frozenset({"x"})))
    at = data.draw(st.integers(0, len(content) - 1))
    changed = content[:at] + data.draw(st.binary(max_size=2)) + content[at + data.draw(st.integers(0, 2)) :]
    try:
        assert isinstance(NOTATION.read(changed, "x"), LayerInventory)
    except MalformedFile:
        return
