"""What the tests of all schemes share."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from hullcheck.versions.apk import APK
from hullcheck.versions.dpkg import DPKG
from hullcheck.versions.maven import MAVEN
from hullcheck.versions.pep440 import PEP440
from hullcheck.versions.scheme import Scheme
from hullcheck.versions.semver import SEMVER

PROJECT = Path(__file__).parents[3]
CASES = PROJECT / "tests" / "cases" / "versions"
FEEDS = PROJECT / ".." / "shared" / "feeds"

SCHEMES: Mapping[str, Scheme] = {scheme.name: scheme for scheme in (APK, DPKG, MAVEN, PEP440, SEMVER)}


def known(scheme: Scheme, version: str) -> bytes:
    """Return the key of a version that can be ordered."""
    key = scheme.key(version)
    assert key is not None, version
    return key


def order(scheme: Scheme, left: str, right: str) -> int:
    """Return -1, 0 or 1, as the keys of `left` and `right` sort."""
    return sign(known(scheme, left), known(scheme, right))


def sign(left: bytes | int, right: bytes | int) -> int:
    if isinstance(left, bytes) and isinstance(right, bytes):
        return (left > right) - (left < right)
    assert isinstance(left, int)
    assert isinstance(right, int)
    return (left > right) - (left < right)


def published(ecosystem: str, records: int) -> tuple[str, ...]:
    """Return the versions that some of the records of a feed mention, spread evenly over the feed."""
    found: set[str] = set()
    with zipfile.ZipFile(FEEDS / ecosystem / "all.zip") as feed:
        names = feed.namelist()
        for name in names[:: max(1, len(names) // records)]:
            for affected in json.loads(feed.read(name)).get("affected", []):
                if affected.get("package", {}).get("ecosystem", "").partition(":")[0] != ecosystem:
                    continue
                found.update(affected.get("versions", []))
                for entry in affected.get("ranges", []):
                    if entry["type"] != "GIT":
                        found.update(version for event in entry["events"] for version in event.values())
    return tuple(sorted(found - {"0"}))
