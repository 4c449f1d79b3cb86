"""What containerd knows of its images and layers: databases of bbolt that it may be writing to.

containerd, metadata/buckets.go and snapshots/storage/bolt.go.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from hullcheck.errors import MalformedFile, StorageError
from hullcheck.formats.bolt import Bolt, Bucket
from hullcheck.net.digest import is_digest
from hullcheck.sources.files import open_regular
from hullcheck.sources.storage.names import Stored

T = TypeVar("T")

SNAPSHOTTER = "overlayfs"

_METADATA = "io.containerd.metadata.v1.bolt/meta.db"
_SNAPSHOTS = f"io.containerd.snapshotter.v1.{SNAPSHOTTER}"
_VERSION = b"v1"

# A look-up takes milliseconds, and so does a transaction: an import has a dozen.
_ATTEMPTS = 200
_PAUSE = 0.005  # seconds

_COMMITTED = b"\x03"
_LONGEST_NUMBER = 10


@dataclass(frozen=True, slots=True)
class Target:
    """What an image of a namespace leads to."""

    namespace: str
    digest: str
    media_type: str


def images(root: Path, namespace: str) -> tuple[Stored[Target], ...]:
    """Return the images of `namespace` ("": of all), sorted by namespace and name."""
    return _asked(root / _METADATA, partial(_images, namespace=namespace))


def snapshot_directories(root: Path, namespaces: tuple[str, ...], chains: tuple[str, ...]) -> tuple[Path, ...]:
    """Return the directories of the layers with the chain IDs `chains`, as far as one of `namespaces` has them all."""
    keys = _asked(root / _METADATA, partial(_snapshot_keys, namespaces=namespaces, chains=chains))
    if not keys:
        return ()
    ids = _asked(root / _SNAPSHOTS / "metadata.db", partial(_snapshot_ids, keys=keys))
    return tuple(root / _SNAPSHOTS / "snapshots" / str(number) / "fs" for number in ids)


def snapshotters(root: Path, namespaces: tuple[str, ...], chain: str) -> tuple[str, ...]:
    """Return which snapshotters have the layer with the chain ID `chain`."""
    return _asked(root / _METADATA, partial(_snapshotters, namespaces=namespaces, chain=chain))


def _asked(path: Path, question: Callable[[Bolt], T]) -> T:
    """Return what `question` finds in the database at `path`: in one that nobody changed meanwhile."""
    descriptor = open_regular(path)
    try:
        for _ in range(_ATTEMPTS):
            bolt = Bolt(lambda offset, size: os.pread(descriptor, size, offset), str(path))
            try:
                answer = question(bolt)
            except MalformedFile:
                if bolt.is_current():
                    raise
            else:
                if bolt.is_current():
                    return answer
            time.sleep(_PAUSE)
    finally:
        os.close(descriptor)
    raise StorageError(f"{path}: is written to all the time", hint="scan again when containerd has less to do")


def _images(bolt: Bolt, namespace: str) -> tuple[Stored[Target], ...]:
    return tuple(
        _image(bolt, _text(space), _text(name), image)
        for space, bucket in bolt.top.buckets(_VERSION)
        if namespace in {"", _text(space)}
        for name, image in bucket.buckets(b"images")
    )


def _image(bolt: Bolt, namespace: str, name: str, image: Bucket) -> Stored[Target]:
    digest = _text(image.value(b"target", b"digest"))
    if not is_digest(digest):
        raise bolt.malformed(f"image {name[:200]!r} has the digest {digest[:80]!r}")
    target = Target(namespace, digest, _text(image.value(b"target", b"mediatype")))
    return Stored(digest, target, (name,), digests=(digest,), choice=f"--containerd-namespace {namespace}")


def _snapshot_keys(bolt: Bolt, namespaces: tuple[str, ...], chains: tuple[str, ...]) -> tuple[bytes, ...]:
    for namespace in namespaces:
        way = (_VERSION, namespace.encode(), b"snapshots", SNAPSHOTTER.encode())
        keys = tuple(bolt.top.value(*way, chain.encode(), b"name") or b"" for chain in chains)
        if all(keys):
            return keys
    return ()


def _snapshot_ids(bolt: Bolt, keys: tuple[bytes, ...]) -> tuple[int, ...]:
    return tuple(_snapshot_id(bolt, key) for key in keys)


def _snapshot_id(bolt: Bolt, key: bytes) -> int:
    way = (_VERSION, b"snapshots", key)
    number = bolt.top.value(*way, b"id")
    kind = bolt.top.value(*way, b"kind")
    if number is None or kind != _COMMITTED:
        raise bolt.malformed(f"has no layer {_text(key)}, which was removed meanwhile, or is being unpacked")
    return _number(bolt, number)


def _snapshotters(bolt: Bolt, namespaces: tuple[str, ...], chain: str) -> tuple[str, ...]:
    found = {
        _text(name)
        for namespace in namespaces
        for name, snapshots in bolt.top.buckets(_VERSION, namespace.encode(), b"snapshots")
        if snapshots.bucket(chain.encode())
    }
    return tuple(sorted(found))


def _number(bolt: Bolt, value: bytes) -> int:
    """Return what a varint of Go (encoding/binary) says."""
    if not value or len(value) > _LONGEST_NUMBER or value[-1] & 0x80:
        raise bolt.malformed(f"{value[:20]!r} is no number")
    return sum((byte & 0x7F) << 7 * place for place, byte in enumerate(value))


def _text(value: bytes | None) -> str:
    return (value or b"").decode(errors="surrogateescape")
