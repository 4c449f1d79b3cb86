"""TOML 1.0."""

import re
import tomllib

from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.formats.node import Node
from hullcheck.formats.text import read_text
from hullcheck.model.source_file import SourceFile

# tomllib takes time that grows with the square of the length of a dotted key.
_TOO_DEEP = re.compile(r"""(?<![\w-])(?:(?:"[^"\n]*+"|'[^'\n]*+'|[\w-]++)[ \t]*+\.[ \t]*+){100}""")


def read_toml(file: SourceFile) -> Node:
    """Return the table that `file` holds."""
    text = read_text(file)
    if _TOO_DEEP.search(text):
        raise LimitExceeded(file.path, "a key of more than 100 parts")
    try:
        return Node(tomllib.loads(text), file.path)
    except (ValueError, RecursionError) as error:
        # ValueError also stands for a number of more digits than Python converts.
        raise MalformedFile(file.path, f"not TOML: {error}") from error
