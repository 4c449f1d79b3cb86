"""Names of Python packages.

https://packaging.python.org/en/latest/specifications/name-normalization/
"""

import re

from packageurl import PackageURL

NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"

_is_name = re.compile(NAME).fullmatch
_separators = re.compile(r"[-_.]+").sub


def pypi_purl(name: str, version: str | None = None) -> PackageURL | None:
    """Return the purl of `name`, None where no package can have it."""
    return PackageURL("pypi", None, name, version) if _is_name(name) else None


def advisory_name(purl: PackageURL) -> str:
    """Return the one spelling of names that installers take as the same."""
    return normalised(purl.name)


def normalised(name: str) -> str:
    """Return the spelling of `name` that all its spellings share."""
    return _separators("-", name).lower()
