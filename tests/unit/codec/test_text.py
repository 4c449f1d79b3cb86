"""JSON as text."""

import json

import pytest

from hullcheck.codec.text import json_document, json_line, json_text


def test_a_document_in_pieces_is_what_it_would_be_in_one() -> None:
    items: list[object] = [{"b": [1, 2]}, {}]
    members: dict[str, object] = {"k": {"c": "d"}, "l": []}
    skeleton = {"a": 1, "list": [], "object": {}, "z": None}
    pieces = json_document(skeleton, {"list": items, "object": members.items()})
    assert pieces == json_text({**skeleton, "list": items, "object": members}) + b"\n"


def test_lists_inside_of_objects_are_indented_as_they_lie() -> None:
    whole = {"runs": [{"tool": {"rules": [{"id": "a"}]}, "results": ["x", "y"]}]}
    skeleton = {"runs": [{"tool": {"rules": []}, "results": []}]}
    assert json_document(skeleton, {"rules": [{"id": "a"}], "results": ["x", "y"]}) == json_text(whole) + b"\n"


def test_items_can_stand_on_one_line_each() -> None:
    document = json_document({"results": []}, {"results": [{"a": [1]}, {"b": 2}]}, json_line)
    assert document == b'{\n  "results": [\n    {"a":[1]},\n    {"b":2}\n  ]\n}\n'


def test_nothing_for_a_list_leaves_it_empty() -> None:
    assert json_document({"a": []}, {"a": []}) == b'{\n  "a": []\n}\n'


def test_items_are_asked_for_in_the_order_of_the_document() -> None:
    asked: list[str] = []

    def items(name: str) -> list[str]:
        asked.append(name)
        return [name]

    json_document({"a": [], "b": []}, {"a": map(items, "12"), "b": map(items, "34")})
    assert asked == ["1", "2", "3", "4"]


def test_a_text_that_looks_like_a_list_is_not_taken_for_it() -> None:
    document = json_document({"title": '"rules": []', "rules": []}, {"rules": [1]})
    assert json.loads(document) == {"title": '"rules": []', "rules": [1]}


def test_a_list_that_the_document_lacks_is_an_error() -> None:
    with pytest.raises(ValueError, match="no empty rules"):
        json_document({"rules": [1]}, {"rules": [1]})


@pytest.mark.parametrize("text", ["é", "“long”", "日本語", "😀", "\x7f", "\x80", "\u2028", "a\x7f😀é"])
def test_what_is_not_ascii_is_escaped_and_read_back(text: str) -> None:
    line = json_line({text: [text]})
    assert all(0x20 <= byte < 0x7F for byte in line)
    assert json.loads(line) == {text: [text]}


def test_halves_of_surrogate_pairs_become_visible() -> None:
    assert json.loads(json_line({"a\udcff": ["\ud800", ("b\udc80",)]})) == {r"a\udcff": [r"\ud800", [r"b\udc80"]]}
