"""Requirements files that a tool has resolved from others: lock files by another name.

https://pip-tools.readthedocs.io/en/stable/ and https://docs.astral.sh/uv/pip/compile/
"""

import re
from collections.abc import Iterator

from hullcheck.model.package import Settled
from hullcheck.model.source_file import SourceFile

# What they are compiled from.
SOURCE = ".in"
# Tools say it in a comment at the beginning.
_HEADER = 2000
_is_compiled = re.compile(
    r"^#.*\b(?:auto-?generated|generated) by (?:pip-compile|uv|rye|pdm|pip-tools)\b", re.MULTILINE | re.IGNORECASE
).search


def settled(file: SourceFile, text: str, names: frozenset[str]) -> Iterator[Settled]:
    """Yield to which manifests `file` tells the versions of the packages `names`, all that it pins.

    Those are the file from which it was compiled by its name, and where it says that it was compiled, all in its
    directory; and those above a directory "requirements".
    """
    stem, _, _ = file.name.rpartition(".")
    path = f"{file.directory}/{stem}{SOURCE}" if file.directory else f"{stem}{SOURCE}"
    yield Settled(file.path, "pypi", path, names)
    if _is_compiled(text[:_HEADER]):
        yield Settled(file.path, "pypi", file.directory, names)
        above, _, last = file.directory.rpartition("/")
        if last == "requirements":
            yield Settled(file.path, "pypi", above, names)
