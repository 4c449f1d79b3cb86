"""Crates that executables were linked from, where `cargo auditable` built them.

https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md
"""

import zlib
from collections.abc import Iterator
from dataclasses import replace

from hullcheck.ecosystems.cargo.crate import crate_purl
from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.formats.binary import read_executables
from hullcheck.formats.json import read_json
from hullcheck.formats.node import Node
from hullcheck.model.package import Location, Package
from hullcheck.model.source_file import SourceFile

_SECTION = ".dep-v0"
# The largest programs have some 1,500 crates and 100 KiB.
_LONGEST = 2**23


def parse_executable(file: SourceFile) -> Iterator[Package]:
    """Yield the crates that `file` was linked from, and the crate that it is."""
    for executable in read_executables(file):
        extent = executable.section(_SECTION)
        if extent is not None:
            document = read_json(replace(file, content=_unpacked(executable.content(extent), file.path)))
            for crate in document.nodes("packages"):
                yield from _crate(crate, file.path)


def _unpacked(packed: bytes, path: str) -> bytes:
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(packed, _LONGEST)
    except zlib.error as error:
        raise MalformedFile(path, "the list of its crates is not compressed by zlib") from error
    if stream.unconsumed_tail:
        raise LimitExceeded(path, f"a list of crates of more than {_LONGEST} bytes")
    return content


def _crate(crate: Node, path: str) -> Iterator[Package]:
    """Yield the package; nothing for what only the build needed, and for other crates of the same project."""
    is_local = crate.text("source") == "local" and not crate.flag("root")
    if is_local or crate.text_or_none("kind") == "build":
        return
    purl = crate_purl(crate.text("name"), crate.text("version"))
    if purl is None:
        raise crate.malformed("version", "no crate can have this name and version")
    yield Package(purl, (Location(path),), path)
