"""Constraints that allow one version only."""

import re
from collections.abc import Mapping

_NPM = re.compile(r"(?:=\s*)?v?([0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)")

# By type of purl; the version is the group. Whatever has fewer numbers is a range in npm and Cargo.
_EXACT: Mapping[str, re.Pattern[str]] = {
    # https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html
    "cargo": re.compile(r"=\s*([0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)"),
    # https://maven.apache.org/pom.html#dependency-version-requirement-specification
    "maven": re.compile(r"\[\s*([^\s,\[\]()$]+)\s*\]"),
    # https://github.com/npm/cli/blob/latest/docs/lib/content/configuring-npm/package-json.md#dependencies
    "npm": _NPM,
    # https://packaging.python.org/en/latest/specifications/version-specifiers/
    "pypi": re.compile(r"(?:===\s*([^\s,]+)|==\s*([^\s,*=]+))"),
}


def exact_version(purl_type: str, constraint: str) -> str | None:
    """Return the version that `constraint` of a package of `purl_type` stands for, None where there may be several.

    Of Python's conditions, all of which hold ("==1.2,!=1.3"), one is enough to know it.
    """
    pattern = _EXACT.get(purl_type)
    if pattern is None:
        return None
    for condition in constraint.split(",") if purl_type == "pypi" else (constraint,):
        if exact := pattern.fullmatch(condition.strip()):
            return next(version for version in exact.groups() if version)
    return None
