"""JSON (RFC 8259)."""

import msgspec

from hullcheck.errors import MalformedFile
from hullcheck.formats.node import Node
from hullcheck.model.source_file import SourceFile


def read_json(file: SourceFile) -> Node:
    """Return the object that `file` holds."""
    try:
        value = msgspec.json.decode(bytes(file.content).removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedFile(file.path, f"not JSON: {error}") from error
    return Node(value, file.path)
