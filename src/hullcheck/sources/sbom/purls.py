"""Package URLs as other tools write them, made into those that Hullcheck's ecosystems make."""

import re
from dataclasses import dataclass
from itertools import takewhile

from packageurl import PackageURL

from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.package import Location, Package, Requirement, Scope

# What is scanned, and not something that is in it.
_IMAGES = frozenset({"docker", "oci"})

# Packages of operating systems, which belong to no place.
_OF_SYSTEMS = frozenset({"alpm", "apk", "deb", "rpm"})

# A shorter version is in too many names by chance.
_SHORTEST_VERSION = 3


@dataclass(frozen=True, slots=True)
class Listed:
    """What an SBOM says of a package, whatever its format.

    `purl` is text, "" where it has none; `source` the package that it was built from, "name[@version]"; `paths` the
    files that show it; `lists` the lock file that it stands in, "" for none.
    """

    name: str
    version: str
    purl: str
    source: str = ""
    lists: str = ""
    paths: tuple[str, ...] = ()
    layer: str = ""
    scope: Scope = Scope.RUNTIME
    licences: tuple[str, ...] = ()


def item(listed: Listed, sbom: str) -> Package | Requirement | Gap | None:
    """Return what `listed` is: a package, one without a version, or a gap; None for an image, which is no package."""
    label = f"{listed.name}@{listed.version}" if listed.version else listed.name
    if not listed.purl:
        return Gap(GapKind.UNSUPPORTED, label, "a component without a purl", "have the SBOM made with package URLs")
    try:
        read = PackageURL.from_string(listed.purl)
    except ValueError as error:
        return Gap(GapKind.MALFORMED, listed.purl[:200], f"not a purl: {error}")
    if read.type in _IMAGES:
        return None
    purl = normal(read, listed.version, listed.source)
    paths = tuple(path.lstrip("/") for path in (*listed.paths, listed.lists) if path.strip("/"))
    locations = tuple(Location(path, listed.layer) for path in paths) or (Location(sbom),)
    if not purl.version:
        return Requirement(purl, "", locations[0], listed.scope)
    place = "" if purl.type in _OF_SYSTEMS or not paths else _place(listed.lists.lstrip("/") or paths[0], purl.version)
    return Package(purl, locations, place, listed.scope, licences=listed.licences)


def _place(path: str, version: str) -> str:
    """Return `path` up to what changes with the version, or is the package's own within an application."""
    application = path.partition("node_modules/")[0].rstrip("/") if "node_modules/" in path else path
    if len(version) < _SHORTEST_VERSION:
        return application
    named = re.compile(rf"(?<![0-9.]){re.escape(version)}(?![0-9])")
    return "/".join(takewhile(lambda segment: not named.search(segment), application.split("/")))


def normal(purl: PackageURL, version: str, source: str) -> PackageURL:
    """Return `purl` with the version and source package that are told beside it, in Syft's way of writing them.

    Trivy has the label of a module under another name, and the epoch of a deb in a qualifier. For the root of a tree
    some tools write a version of "UNKNOWN", which is none.
    """
    qualifiers = dict(purl.qualifiers)
    label = qualifiers.pop("modularitylabel", "")
    if label:
        qualifiers.setdefault("rpmmod", label)
    if source and source.partition("@")[0]:
        qualifiers.setdefault("upstream", source)
    text = purl.version or version
    epoch = qualifiers.get("epoch", "")
    if purl.type == "deb" and epoch and text:
        del qualifiers["epoch"]
        text = text if ":" in text or epoch == "0" else f"{epoch}:{text}"
    known = text if text.upper() not in {"UNKNOWN", "NOASSERTION"} else ""
    return PackageURL(purl.type, purl.namespace, purl.name, known or None, qualifiers, purl.subpath)
