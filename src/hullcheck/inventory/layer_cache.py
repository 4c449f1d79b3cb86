"""What was found in layers, kept on the disk under the digests of their content."""

import hashlib
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import zstandard

from hullcheck import __version__
from hullcheck.errors import MalformedFile
from hullcheck.inventory.layer import LayerInventory
from hullcheck.inventory.stored import LayerNotation
from hullcheck.model.layer import Layer

# Raise it when the same layer would be read differently although no analyzer has changed.
_READING = 1

_CONTENT = "content"
_BLOBS = "blobs"
_STAMPS = "stamps"
_CHECKSUM = hashlib.sha256().digest_size
# What a small file takes on most file systems.
_BLOCK = 4096
# An entry is a few megabytes at most.
_LARGEST = 256 << 20


@dataclass(frozen=True, slots=True)
class LayerCache:
    """Inventories of layers in `directory`, of at most about `limit` bytes, which any number of processes may share.

    An inventory is kept under the diff ID that was computed of the very bytes that it was made of, and beside it is
    kept which blob, by its computed digest, held them. `manner` is all else that it depends on. Files on the disk that
    had the digests are known by their stamps: see `Keeping`. Entries are put in place whole and are never changed; one
    that is damaged counts as missing. What cannot be written is not kept: the next
    scan takes longer, and finds the same.

    Whoever can write to the directory can hide what layers hold: it is made for its user alone.
    """

    directory: Path
    limit: int = 1 << 30
    _notation: LayerNotation = field(default_factory=LayerNotation, repr=False, compare=False)

    def get(self, layer: Layer, manner: str) -> LayerInventory | None:
        """Return what is in `layer`, None if that is not known; its diff ID may be another than `layer` says.

        A layer with a digest is looked for by that alone: a manifest names the blob that will be unpacked, and only
        claims what is in it. Digests by different algorithms tell nothing of each other.
        """
        diff_id = self._diff_id_of(layer.digest) if layer.digest else layer.diff_id
        if not diff_id or diff_id.partition(":")[0] != layer.diff_id.partition(":")[0]:
            return None
        path = self._place(_CONTENT, f"{diff_id} {manner}")
        content = _checked(path)
        if content is None:
            return None
        try:
            inventory = self._notation.read(content, str(path))
        except MalformedFile:
            return None
        return inventory if inventory.layer == diff_id else None

    def put(self, layer: Layer, manner: str, inventory: LayerInventory) -> None:
        """Keep `inventory`, which was made of bytes that have the digests of `layer`."""
        self._write(self._place(_CONTENT, f"{layer.diff_id} {manner}"), self._notation.write(inventory))
        if layer.digest:
            self._write(self._place(_BLOBS, layer.digest), layer.diff_id.encode())

    def was_verified(self, layer: Layer, stamp: str) -> bool:
        """Say whether bytes with `stamp` had the digests of `layer`."""
        return bool(stamp) and _checked(self._place(_STAMPS, _stamped(layer, stamp))) is not None

    def note_verified(self, layer: Layer, stamp: str) -> None:
        """Note that bytes with `stamp` have the digests of `layer`."""
        self._write(self._place(_STAMPS, _stamped(layer, stamp)), b"")

    def prune(self) -> None:
        """Where there is more than the limit, remove what was not used for the longest time, and some more.

        What is removed besides, a tenth, spares the next scans the search.
        """
        files = [it for kind in (_CONTENT, _BLOBS, _STAMPS) for it in _files(self.directory / kind)]
        total = sum(size for _, size, _ in files)
        if total <= self.limit:
            return
        for _, size, path in sorted(files):
            if total <= self.limit * 9 // 10:
                return
            _remove(Path(path))
            total -= size

    def _diff_id_of(self, digest: str) -> str:
        content = _checked(self._place(_BLOBS, digest))
        return content.decode("ascii", "replace") if content else ""

    def _place(self, kind: str, name: str) -> Path:
        key = f"{_READING} {__version__} {name}" if kind == _CONTENT else name
        return self.directory / kind / hashlib.sha256(key.encode()).hexdigest()

    def _write(self, path: Path, content: bytes) -> None:
        """Put `content` at `path`, if that can be done."""
        temporary = ""
        try:
            _make_private(path.parent)
            descriptor, temporary = tempfile.mkstemp(prefix=".new-", dir=path.parent)
            with os.fdopen(descriptor, "wb") as file:
                packed = zstandard.compress(content)
                file.write(hashlib.sha256(packed).digest() + packed)
            Path(temporary).replace(path)
            temporary = ""
        except OSError:
            return
        finally:
            if temporary:
                _remove(Path(temporary))


def _make_private(directory: Path) -> None:
    """Create `directory`, and all that it lies in, for its user alone where it is missing, whatever the umask is."""
    missing = [it for it in (directory, *directory.parents) if not it.exists()]
    for it in reversed(missing):
        it.mkdir(mode=0o700, exist_ok=True)


def _stamped(layer: Layer, stamp: str) -> str:
    return f"{layer.digest} {layer.diff_id} {stamp}"


def _checked(path: Path) -> bytes | None:
    """Return what was written to `path`, None where that is not there or damaged; note that it was of use."""
    try:
        if path.stat().st_size > _LARGEST:
            return None
        content = path.read_bytes()
    except OSError:
        return None
    _note_use(path)
    checksum, packed = content[:_CHECKSUM], content[_CHECKSUM:]
    if hashlib.sha256(packed).digest() != checksum:
        return None
    try:
        return zstandard.decompress(packed, max_output_size=_LARGEST)
    except zstandard.ZstdError:
        return None


def _note_use(path: Path) -> None:
    try:
        os.utime(path)
    except OSError:  # What can only be read serves as well.
        return


def _files(directory: Path) -> list[tuple[float, int, str]]:
    """Return the files of `directory`: when each was last used, its room and its path."""
    found = []
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                found.append((status.st_mtime, max(status.st_size, _BLOCK), entry.path))
    except OSError:  # Another process removes, too.
        return found
    return found


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError:
        return
