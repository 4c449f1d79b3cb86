"""The source package of a binary package, under which Debian and Ubuntu publish advisories."""

import re

from packageurl import PackageURL

# Kernels signed for Secure Boot are built from the source package `linux` (Ubuntu: `linux`, `linux-aws`, ...) and
# packed again by one of another name, which gets no advisories.
_SIGNED_KERNEL = re.compile(r"^linux-signed(?:-(?:amd64|arm64|i386))?(?=-|$)")
_BINARY_REBUILD = re.compile(r"\+b[0-9]+$")


def source_name(purl: PackageURL) -> str:
    """Return the name of the source package: `upstream`, or that of the package itself."""
    name, _, _ = purl.qualifiers.get("upstream", "").partition("@")
    return _SIGNED_KERNEL.sub("linux", name or purl.name)


def source_version(purl: PackageURL) -> str:
    """Return the version of the source package.

    It is the version in `upstream`, or that of the package itself without the number of a rebuild for one
    architecture ("+b1"), which its source does not have. Trivy has the epoch in a qualifier.
    """
    _, _, version = purl.qualifiers.get("upstream", "").partition("@")
    if version:
        return version
    version = _BINARY_REBUILD.sub("", purl.version or "")
    epoch = purl.qualifiers.get("epoch", "")
    return f"{epoch}:{version}" if epoch and version and ":" not in version else version
