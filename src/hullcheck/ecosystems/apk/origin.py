"""The package that a package was built with, under which Alpine publishes advisories."""

from packageurl import PackageURL


def origin_name(purl: PackageURL) -> str:
    """Return the name of the origin: `upstream`, or that of the package itself."""
    name, _, _ = purl.qualifiers.get("upstream", "").partition("@")
    return name or purl.name
