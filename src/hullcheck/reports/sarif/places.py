"""Where findings are, as SARIF says it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never
from urllib.parse import quote

from packageurl import PackageURL

from hullcheck.model.package import Location, Package
from hullcheck.model.purl import purl_text
from hullcheck.model.target import Target, TargetKind
from hullcheck.reports.naming import name
from hullcheck.reports.visible import shortened, visible

SOURCE_ROOT = "%SRCROOT%"

_LOCATIONS = 100  # GitHub shows no more of a result
_COMMAND = 200
_PREFIX = re.compile(r"^(?:docker-archive:|docker-daemon:|docker://|docker:|oci-archive:|oci:|podman:|registry:)")
_TAG_OR_DIGEST = re.compile(r"(?::[^/:@]*)?(?:@.*)?$")
# RFC 3986, section 3.3, without ":", which would make a scheme of the first segment.
_SAFE = "!$&'()*+,;=@~"


@dataclass(frozen=True, slots=True)
class Places:
    """How paths of a target become relative URIs: below `prefix`, and of `root` where it is a source tree.

    `whole` stands for the target itself; `commands` are the build commands of its layers.
    """

    prefix: str
    whole: str
    root: str
    commands: Mapping[str, str]

    def artifact(self, path: str) -> dict[str, object]:
        """Return the artifact location of `path` of the target."""
        location: dict[str, object] = {"uri": uri(f"{self.prefix}/{path}") or self.whole}
        return {**location, "uriBaseId": self.root} if self.root else location

    def locations(self, package: Package) -> list[dict[str, object]]:
        """Return the locations of `package`; one without a place is in the target as a whole, for GitHub wants one."""
        found = package.locations[:_LOCATIONS] or (Location(""),)
        return [self._location(package.purl, location) for location in found]

    def _location(self, purl: PackageURL, location: Location) -> dict[str, object]:
        logical: list[dict[str, object]] = [
            {"name": name(purl), "fullyQualifiedName": purl_text(purl), "kind": "package"}
        ]
        if location.layer:
            layer: dict[str, object] = {"name": location.layer, "kind": "layer"}
            command = shortened(visible(self.commands.get(location.layer, "")), _COMMAND)
            logical.append({**layer, "properties": {"command": command}} if command else layer)
        return {
            "physicalLocation": {
                "artifactLocation": self.artifact(location.path),
                "region": {"startLine": max(location.line, 1)},
            },
            "logicalLocations": logical,
        }


def places(target: Target) -> Places:
    """Return the places of `target`."""
    whole = uri(target.name.rstrip("/").rpartition("/")[2]) or "target"
    commands = target.commands
    match target.kind:
        case TargetKind.IMAGE:
            return Places(image_name(target), whole, "", commands)
        case TargetKind.REPOSITORY:
            # A directory below the one where the command ran, which is where CI has checked out the repository.
            below = "" if target.name.startswith(("/", "..")) else target.name
            return Places(below, whole, SOURCE_ROOT, commands)
        case TargetKind.ROOTFS | TargetKind.SBOM:
            return Places("", whole, "", commands)
        case _:
            assert_never(target.kind)


def image_name(target: Target) -> str:
    """Return the name of an image without tag and digest, which stays when the image is built again.

    Where it was read from a file, that is its name in there (an OCI layout may know nothing but a tag), or else the
    name of the file.
    """
    named = target.every_image if target.source != "registry" else ()
    own = next((image.whole_name for image in named if image.whole_name), "")
    given = own or _PREFIX.sub("", target.name)
    if given.startswith(("/", ".", "~")):
        given = given.rstrip("/").rpartition("/")[2]
    return _TAG_OR_DIGEST.sub("", given)


def uri(path: str) -> str:
    """Return `path` as a relative URI, which stays below where it is: "" for the place itself."""
    segments = (segment for segment in path.split("/") if segment not in {"", ".", ".."})
    return "/".join(quote(segment, safe=_SAFE, errors="surrogateescape") for segment in segments)
