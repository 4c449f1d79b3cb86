"""The identity of a finding."""

import hashlib

from packageurl import PackageURL

from hullcheck.model.purl import purl_text


def fingerprint(vulnerability: str, purl: PackageURL, place: str, ordinal: int = 0) -> str:
    """Return the identity of a finding: 32 hexadecimal digits.

    It is made of the canonical id of the vulnerability, the purl without version and without qualifiers, and the
    logical place of the package, so that it survives a new tag, a rebuild and a moved line. `ordinal` tells apart
    several versions of one package in one place, counted from 0 in the order of their versions (SPEC.md, section 6).
    """
    package = purl_text(PackageURL(purl.type, purl.namespace, purl.name, subpath=purl.subpath))
    parts = [vulnerability, package, place] + ([str(ordinal)] if ordinal else [])
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
