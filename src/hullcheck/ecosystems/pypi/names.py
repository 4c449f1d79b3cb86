"""Names of Python packages.

https://packaging.python.org/en/latest/specifications/name-normalization/
"""

import re

from packageurl import PackageURL

NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"

_is_name = re.compile(NAME).fullmatch
_is_version = re.compile(r"[!-~]{1,256}").fullmatch
_separators = re.compile(r"[-_.]+").sub


def pypi_purl(name: str, version: str | None = None) -> PackageURL | None:
    """Return the purl of `name`, None where no package can have that name or version."""
    is_possible = _is_name(name) and (not version or _is_version(version))
    return PackageURL("pypi", None, name, version) if is_possible else None


def advisory_name(purl: PackageURL) -> str:
    """Return the one spelling of names that installers take as the same."""
    return normalised(purl.name)


def normalised(name: str) -> str:
    """Return the spelling of `name` that all its spellings share."""
    return _separators("-", name).lower()
