"""Maven coordinates (maven.apache.org/pom.html#Maven_Coordinates)."""

import re
from dataclasses import dataclass

from packageurl import PackageURL

_ID = re.compile(r"[A-Za-z0-9_.-]{1,200}")
# What Maven lets versions be made of, which is all that file systems do, less what begins a range or a property.
_VERSION = re.compile(r"[A-Za-z0-9][^\s\x00-\x1f\x7f\\/:\"<>|?*\[\](){},$]{0,127}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Group, artifact and version: each is "" where it is not known."""

    group: str = ""
    artifact: str = ""
    version: str = ""

    @property
    def complete(self) -> bool:
        """Say whether all three are known."""
        return bool(self.group and self.artifact and self.version)

    @property
    def purl(self) -> PackageURL:
        """Return the purl, for which the artifact must be known."""
        return PackageURL("maven", self.group or None, self.artifact, self.version or None)


def coordinates(group: str | None, artifact: str | None, version: str | None) -> Coordinates:
    """Return coordinates of what is given and can be a part of them."""
    return Coordinates(
        group if group and is_id(group) else "",
        artifact if artifact and is_id(artifact) else "",
        version if version and is_version(version) else "",
    )


def is_id(text: str) -> bool:
    """Say whether `text` can be a group or an artifact."""
    return _ID.fullmatch(text) is not None


def is_version(text: str) -> bool:
    """Say whether `text` can be one version."""
    return _VERSION.fullmatch(text) is not None


def advisory_name(purl: PackageURL) -> str:
    """Return the name under which OSV lists a package: "group:artifact"."""
    return f"{purl.namespace}:{purl.name}" if purl.namespace else purl.name
