"""Names of crates."""

import re

from packageurl import PackageURL

# https://doc.rust-lang.org/cargo/reference/manifest.html#the-name-field: registries take 64 characters.
_is_name = re.compile(r"[A-Za-z0-9_-]{1,128}").fullmatch
_is_version = re.compile(r"[!-~]{1,256}").fullmatch


def crate_purl(name: str, version: str | None = None) -> PackageURL | None:
    """Return the purl of the crate `name`, None where no registry takes the name or version."""
    is_possible = _is_name(name) and (version is None or _is_version(version))
    return PackageURL("cargo", None, name, version) if is_possible else None
