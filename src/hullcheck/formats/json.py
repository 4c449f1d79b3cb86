"""JSON (RFC 8259)."""

import msgspec

from hullcheck.errors import MalformedFile
from hullcheck.formats.node import Node, Value
from hullcheck.model.source_file import SourceFile


def read_json(file: SourceFile) -> Node:
    """Return the object that `file` holds."""
    return Node(_decoded(file), file.path)


def read_json_list(file: SourceFile) -> tuple[Node, ...]:
    """Return the objects of the list that `file` holds."""
    values = _decoded(file)
    if not isinstance(values, list):
        raise MalformedFile(file.path, "expected a list")
    return tuple(Node(value, file.path, f"[{index}]") for index, value in enumerate(values))


def _decoded(file: SourceFile) -> Value:
    try:
        value: Value = msgspec.json.decode(bytes(file.content).removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedFile(file.path, f"not JSON: {error}") from error
    return value
