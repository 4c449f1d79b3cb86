"""TOML 1.0."""

import tomllib

from hullcheck.errors import MalformedFile
from hullcheck.formats.node import Node
from hullcheck.formats.text import read_text
from hullcheck.model.source_file import SourceFile


def read_toml(file: SourceFile) -> Node:
    """Return the table that `file` holds."""
    try:
        return Node(tomllib.loads(read_text(file)), file.path)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise MalformedFile(file.path, f"not TOML: {error}") from error
