"""Names and versions of Go modules, as purls and as the advisories have them.

A purl keeps the case of the module path, which Go and its advisories distinguish (github.com/Masterminds/goutils), and
the "v" of the version. The standard library is the module "stdlib", the go command and its tools are "toolchain", with
the version of the release that they belong to and no "v".
"""

import re

from packageurl import PackageURL

STDLIB = "stdlib"
TOOLCHAIN = "toolchain"
# What Go calls the version of a module that was built from a working directory.
DEVELOPMENT = "(devel)"

_PATH = re.compile(r"[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*")
_VERSION = re.compile(r"v[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")
# "go1.20.3 X:boringcrypto", "go1.21rc2", "go1.19.4-vendor", "go1.18.10b7", "devel go1.22-6c1a3f2 Tue Jan …".
_RELEASE = re.compile(
    r"(?:devel )?go([0-9]{1,9}(?:\.[0-9]{1,9}){1,3})((?:rc|beta)[0-9]{1,9})?(-devel|-[0-9a-f]{10}\b)?"
)
_CANDIDATE = re.compile(r"([0-9]+\.[0-9]+)(\.[0-9]+)?-?(rc|beta|devel)([0-9]*)")


def module_purl(path: str, version: str | None = None) -> PackageURL:
    """Return the purl of the module at `path`, for which `is_path` holds."""
    namespace, _, name = path.rpartition("/")
    return PackageURL("golang", namespace or None, name, version)


def is_path(path: str) -> bool:
    """Say whether `path` can be that of a module."""
    return _PATH.fullmatch(path) is not None


def is_version(version: str) -> bool:
    """Say whether `version` names one version of a module, and not a branch or a beginning."""
    return _VERSION.fullmatch(version) is not None


def release(toolchain: str) -> str | None:
    """Return the Go release that `toolchain` ("go1.20.3 X:nocoverageredesign") is or derives from.

    Toolchains between releases ("devel go1.22-6c1a3f2") are "1.22-devel", which comes before everything of 1.22.
    """
    found = _RELEASE.match(toolchain)
    if found is None:
        return None
    number, candidate, development = found.groups()
    return f"{number}-devel" if development else f"{number}{candidate or ''}"


def is_development(purl: PackageURL) -> bool:
    """Say whether the module was built from a working directory, and not from what is published under its path."""
    return purl.version == DEVELOPMENT


def advisory_version(purl: PackageURL) -> str:
    """Return the version as OSV's Go feed writes it: without "v", and release candidates as SemVer ("1.21.0-rc.2")."""
    version = purl.version or ""
    candidate = _CANDIDATE.fullmatch(version) if purl.name in {STDLIB, TOOLCHAIN} and not purl.namespace else None
    if candidate is None:
        return version.removeprefix("v")
    number, patch, kind, count = candidate.groups()
    before = "0" if kind == "devel" else f"{kind}.{count}"
    return f"{number}{patch or '.0'}-{before}"
