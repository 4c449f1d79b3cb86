"""Names of crates."""

import re

from packageurl import PackageURL

# https://doc.rust-lang.org/cargo/reference/manifest.html#the-name-field: registries take 64 characters.
_is_name = re.compile(r"[A-Za-z0-9_-]{1,128}").fullmatch


def crate_purl(name: str, version: str | None = None) -> PackageURL | None:
    """Return the purl of the crate `name`, None where no registry takes the name."""
    return PackageURL("cargo", None, name, version) if _is_name(name) else None
