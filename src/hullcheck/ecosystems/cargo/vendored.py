"""Crates that `cargo vendor` has copied, each with the checksums of its files.

https://doc.rust-lang.org/cargo/reference/source-replacement.html#directory-sources
"""

from collections.abc import Iterator

from hullcheck.model.package import Vendored
from hullcheck.model.source_file import SourceFile

CHECKSUMS = ".cargo-checksum.json"


def parse_checksums(file: SourceFile) -> Iterator[Vendored]:
    """Yield that a published crate lies in the directory of `file`."""
    if file.directory:
        yield Vendored("cargo", file.directory)
