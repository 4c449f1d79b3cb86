"""OSV's evaluation algorithm on records as they are, and a sample of real ones."""

import json
import zipfile
from collections.abc import Iterator
from typing import Any

from tests.unit.advisories.feeds import SHARED

from hullcheck.model.lookup import Coordinates
from hullcheck.versions.scheme import Scheme

Record = dict[str, Any]


def real_records(feed: str, count: int = 60) -> list[Record]:
    """Return `count` records of `feed`, spread over all of them."""
    with zipfile.ZipFile(SHARED / feed / "all.zip") as archive:
        names = sorted(archive.namelist())
        return [json.loads(archive.read(name)) for name in names[:: len(names) // count + 1]]


def mentioned(record: Record, feed: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the packages of `feed` in `record` as name, release and all versions that it mentions for them."""
    for entry in record["affected"]:
        ecosystem, _, release = entry["package"]["ecosystem"].partition(":")
        events = [event for affected in entry.get("ranges", []) for event in affected["events"]]
        versions = [version for event in events for version in event.values()]
        # As many as tell the ends of a list; some have thousands.
        listed = entry.get("versions", [])
        if ecosystem == feed:
            yield entry["package"]["name"], release, versions + listed[:10] + listed[-10:]


def evaluate(record: Record, wanted: Coordinates, scheme: Scheme) -> bool:
    """Say whether `record` affects `wanted`: https://ossf.github.io/osv-schema/#evaluation."""
    ecosystem = f"{wanted.feed}:{wanted.release}" if wanted.release else wanted.feed
    return not record.get("withdrawn") and any(
        (entry["package"]["ecosystem"], entry["package"]["name"]) == (ecosystem, wanted.name)
        and (_listed(entry, wanted, scheme) or any(_in_range(r, wanted, scheme) for r in entry.get("ranges", [])))
        for entry in record["affected"]
    )


def _listed(entry: Record, wanted: Coordinates, scheme: Scheme) -> bool:
    return any(scheme.key(version) == wanted.key for version in entry.get("versions", []))


def _in_range(affected: Record, wanted: Coordinates, scheme: Scheme) -> bool:
    if affected["type"] == "GIT":
        return False
    vulnerable = False
    for kind, version, key in sorted(_events(affected, scheme), key=lambda event: event[2]):
        if kind == "introduced" and wanted.key >= key:
            vulnerable = True
        if kind == "fixed" and wanted.key >= key:
            vulnerable = False
        if kind == "last_affected" and wanted.key >= (scheme.successor(version) or b""):
            vulnerable = False
    return vulnerable


def _events(affected: Record, scheme: Scheme) -> Iterator[tuple[str, str, bytes]]:
    for event in affected["events"]:
        for kind, version in event.items():
            yield kind, version, b"" if version == "0" else scheme.key(version) or b""
