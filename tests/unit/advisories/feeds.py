"""Small feeds in the layout of the OSV bucket, and the real ones."""

import json
import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hullcheck.advisories.refresh import Refresh
from hullcheck.advisories.sources import Folder, Source
from hullcheck.model.lookup import Coordinates
from hullcheck.model.progress import Unwatched
from hullcheck.versions.apk import APK
from hullcheck.versions.dpkg import DPKG
from hullcheck.versions.maven import MAVEN
from hullcheck.versions.pep440 import PEP440
from hullcheck.versions.scheme import Scheme
from hullcheck.versions.semver import SEMVER

SHARED = Path(__file__).parents[3] / ".." / "shared" / "feeds"
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
SCHEMES: Mapping[str, Scheme] = {
    "Alpine": APK,
    "Debian": DPKG,
    "Go": SEMVER,
    "Maven": MAVEN,
    "PyPI": PEP440,
    "Ubuntu": DPKG,
    "crates.io": SEMVER,
    "npm": SEMVER,
}

Json = object


def entry(name: str, *events: Mapping[str, str], ecosystem: str = "PyPI", **more: Json) -> dict[str, Json]:
    """Return an element of `affected` with one range."""
    package = {"ecosystem": ecosystem, "name": name}
    return {"package": package, "ranges": [{"type": "ECOSYSTEM", "events": list(events)}], **more}


def record(name: str, *affected: Mapping[str, Json], **more: Json) -> dict[str, Json]:
    """Return a record with what the schema requires."""
    return {"id": name, "modified": "2026-08-01T00:00:00Z", "affected": list(affected), **more}


def simple(name: str, package: str, fixed: str = "2.0", **more: Json) -> dict[str, Json]:
    """Return a record that says that `package` is affected up to `fixed`."""
    return record(name, entry(package, {"introduced": "0"}, {"fixed": fixed}), **more)


def write_archive(path: Path, records: Iterable[Mapping[str, Json] | bytes]) -> Path:
    """Write `records`, some of which may be no JSON, to a zip archive at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, item in enumerate(records):
            name = f"{number}.json" if isinstance(item, bytes) else f"{item['id']}.json"
            archive.writestr(name, item if isinstance(item, bytes) else json.dumps(item))
    return path


def write_feed(folder: Path, records: Iterable[Mapping[str, Json] | bytes], feed: str = "PyPI") -> Path:
    """Write the archive of `feed` into `folder`, and return `folder`."""
    write_archive(folder / feed / "all.zip", records)
    return folder


def task(source: Source | Path, directory: Path, *, max_age: timedelta | None = None, now: datetime = NOW) -> Refresh:
    """Return the task of refreshing `directory` from `source`."""
    return Refresh(
        Folder(source) if isinstance(source, Path) else source, directory, SCHEMES, now, max_age, Unwatched()
    )


def place(feed: str, name: str, version: str, release: str = "") -> Coordinates:
    """Return the coordinates of a package version."""
    key = SCHEMES[feed].key(version)
    assert key is not None
    return Coordinates(feed, release, name, version, key)
