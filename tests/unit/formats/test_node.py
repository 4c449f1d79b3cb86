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
