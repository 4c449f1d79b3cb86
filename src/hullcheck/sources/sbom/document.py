"""From an SBOM, of whatever format, to an inventory."""

import os
from pathlib import Path

from hullcheck.errors import MalformedFile, SbomError
from hullcheck.formats.json import read_json
from hullcheck.model.inventory import Inventory
from hullcheck.model.source_file import SourceFile
from hullcheck.sources.faults import told_as
from hullcheck.sources.files import chunks, open_regular
from hullcheck.sources.options import Limits
from hullcheck.sources.sbom.cyclonedx import read_cyclonedx
from hullcheck.sources.sbom.spdx import read_spdx

_CONVERT = "have it made as CycloneDX or SPDX JSON"

# How the formats begin that are recognised and not read.
_UNREAD = (
    (b"SPDXVersion:", "SPDX in its tag-value form"),
    (b"<?xml", "XML"),
    (b"<bom", "CycloneDX in its XML form"),
    (b"---", "YAML"),
    (b"spdxVersion:", "SPDX in its YAML form"),
)


def read_sbom(path: str, limits: Limits) -> tuple[str, Inventory]:
    """Return the format ("cyclonedx", "spdx") of the SBOM at `path` and what it lists, in the order of the file."""
    with told_as(SbomError):
        return parse_sbom(SourceFile(path, _content(path, limits)))


def parse_sbom(file: SourceFile) -> tuple[str, Inventory]:
    """Return the format of `file` and what it lists."""
    beginning = bytes(file.content[:64]).removeprefix(b"\xef\xbb\xbf").lstrip()
    for begin, name in _UNREAD:
        if beginning.startswith(begin):
            raise MalformedFile(file.path, f"{name} is not read", hint=_CONVERT)
    node = read_json(file)
    if node.has("bomFormat") or node.has("specVersion"):
        return "cyclonedx", read_cyclonedx(node, file.path)
    if node.has("spdxVersion"):
        return "spdx", read_spdx(node, file.path)
    if node.has("@context") and node.has("@graph"):
        raise MalformedFile(file.path, "SPDX 3 is not read", hint=_CONVERT)
    raise MalformedFile(file.path, "neither CycloneDX nor SPDX", hint=_CONVERT)


def _content(path: str, limits: Limits) -> bytes:
    if Path(path).is_dir():
        raise SbomError(f"{path}: a directory", hint="source trees are scanned with `hullcheck repo`")
    descriptor = open_regular(path)
    try:
        size = os.fstat(descriptor).st_size
        if size > limits.sbom:
            raise SbomError(f"{path}: {size} bytes, of which at most {limits.sbom} are read", hint="split it")
        return b"".join(chunks(descriptor, 0, size))
    finally:
        os.close(descriptor)
