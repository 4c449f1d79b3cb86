"""Images of any size: files like those of applications, in layers of half a gigabyte."""

import gzip
import hashlib
import io
import json
import random
import tarfile
from pathlib import Path
from typing import BinaryIO, cast

LAYER = 500_000_000
_PACKAGES_A_LAYER = 500


class _Digested(io.RawIOBase):
    """Writes to `file`, and knows the digest of what it wrote."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.state = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.state.update(data)
        self.size += len(data)
        return self._file.write(data)


def write_layout(root: Path, size: int) -> Path:
    """Write an OCI layout with layers of `size` bytes in all, unpacked; the same size gives the same image."""
    blobs = root / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    made = [_write_layer(blobs, number, min(LAYER, size - number * LAYER)) for number in range(-(-size // LAYER))]
    config = {
        "architecture": "amd64",
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [diff_id for diff_id, _ in made]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": _write(blobs, config, "application/vnd.oci.image.config.v1+json"),
        "layers": [descriptor for _, descriptor in made],
    }
    described = _write(blobs, manifest, "application/vnd.oci.image.manifest.v1+json")
    (root / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [described]}))
    (root / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return root


def _write_layer(blobs: Path, number: int, size: int) -> tuple[str, dict[str, object]]:
    temporary = blobs / "new"
    chance = random.Random(number)  # noqa: S311 (content, not a secret)
    text = "".join(chance.choices("abcdefgh \n", k=1 << 20)).encode()
    with temporary.open("wb") as file:
        packed = _Digested(file)
        with gzip.GzipFile(fileobj=cast("BinaryIO", packed), mode="wb", compresslevel=1, mtime=0) as compressed:
            content = _Digested(cast("BinaryIO", compressed))
            with tarfile.open(fileobj=cast("BinaryIO", content), mode="w|") as archive:
                left = size
                while left > 0:
                    left -= _add_package(archive, f"srv/{number}/node_modules/p{left}", text, chance, size)
    digest = packed.state.hexdigest()
    temporary.rename(blobs / digest)
    media_type = "application/vnd.oci.image.layer.v1.tar+gzip"
    return f"sha256:{content.state.hexdigest()}", {
        "mediaType": media_type,
        "digest": f"sha256:{digest}",
        "size": packed.size,
    }


def _add_package(archive: tarfile.TarFile, root: str, text: bytes, chance: random.Random, size: int) -> int:
    """Add a package of some fifty files, and return how much it takes."""
    added = 0
    name = root.rpartition("/")[2]
    files = [("package.json", json.dumps({"name": name, "version": "1.0.0"}).encode())]
    share = size // _PACKAGES_A_LAYER // 50
    for number in range(50):
        begin = chance.randrange(len(text) // 2)
        files.append((f"lib/f{number}.js", text[begin : begin + share]))
    for path, content in files:
        member = tarfile.TarInfo(f"{root}/{path}")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
        added += len(content) + 1024
    return added


def _write(blobs: Path, document: object, media_type: str) -> dict[str, object]:
    content = json.dumps(document).encode()
    digest = hashlib.sha256(content).hexdigest()
    (blobs / digest).write_bytes(content)
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}
