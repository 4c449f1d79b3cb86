import pytest

from hullcheck.errors import MalformedFile
from hullcheck.formats.node import Node


def test_texts_and_objects_of_a_mixed_list_keep_their_order() -> None:
    node = Node({"licenses": ["MIT", {"type": "ISC"}, None, 1, ["x"]]}, "package.json")
    found = [item if isinstance(item, str) else item.text("type") for item in node.texts_and_nodes("licenses")]
    assert found == ["MIT", "ISC"]


def test_what_should_be_a_mixed_list_and_is_none_is_malformed() -> None:
    with pytest.raises(MalformedFile, match=r"package\.json: licenses: expected a list, found text"):
        list(Node({"licenses": "MIT"}, "package.json").texts_and_nodes("licenses"))


def test_the_place_of_an_error_is_the_way_to_it() -> None:
    document = Node({"a": {"b": [{}, {"c": {"d": 1}}]}, "m": {"x y": {"v": 2}}}, "file.json")
    second = tuple(document.node("a").nodes("b"))[1]
    with pytest.raises(MalformedFile, match=r"^file\.json: a\.b\[1\]\.c\.d: expected text, found a number$"):
        second.node("c").text("d")
    with pytest.raises(MalformedFile, match=r"^file\.json: m\['x y'\]\.v: expected text, found a number$"):
        dict(document.members("m"))["x y"].text("v")
    with pytest.raises(MalformedFile, match=r"^file\.json: a\.b\[1\]\.c\.d: expected an object, found a number$"):
        second.node("c").node("d")


def test_a_very_long_place_is_shortened() -> None:
    document = Node({"k" * 1_000_000: {"v": 1}}, "file.json")
    with pytest.raises(MalformedFile) as error:
        document.node("k" * 1_000_000).text("v")
    assert len(error.value.place) < 250
    assert error.value.place.endswith("kkk.v")


def test_long_keys_above_many_others_cost_nothing() -> None:
    children: dict[str, object] = {str(index): {} for index in range(100_000)}
    document = Node({"k" * 1_000_000: children}, "file.json")
    parent = document.node("k" * 1_000_000)
    names = parent.keys()
    assert [parent.node(name).keys() for name in names] == [()] * len(children)
