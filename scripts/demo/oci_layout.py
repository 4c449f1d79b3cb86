"""Write an OCI image layout out of directories of files, with nothing but the standard library.

OCI image specification 1.1: image-layout.md, manifest.md, config.md, layer.md.
"""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
_INDEX = "application/vnd.oci.image.index.v1+json"


@dataclass(frozen=True, slots=True)
class LayerFiles:
    """The files of a layer (path to content) and the command that is said to have made it."""

    created_by: str
    files: Mapping[str, bytes]


def write_layout(directory: Path, tag: str, layers: Sequence[LayerFiles]) -> None:
    """Write the image made of `layers` into the layout `directory`, named `tag`."""
    blobs = directory / "blobs" / "sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    tars = [_tar(layer.files) for layer in layers]
    config = {
        "architecture": "amd64",
        "os": "linux",
        "created": "2024-01-01T00:00:00Z",
        "config": {"Env": ["PATH=/usr/bin:/bin"], "User": "app", "Labels": {"org.opencontainers.image.title": "demo"}},
        "rootfs": {"type": "layers", "diff_ids": [_digest(tar) for tar in tars]},
        "history": [{"created": "2024-01-01T00:00:00Z", "created_by": layer.created_by} for layer in layers],
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": _put(blobs, _CONFIG, _json(config)),
        "layers": [_put(blobs, _LAYER, gzip.compress(tar, mtime=0)) for tar in tars],
    }
    entry = _put(blobs, _MANIFEST, _json(manifest)) | {"annotations": {"org.opencontainers.image.ref.name": tag}}
    index = {"schemaVersion": 2, "mediaType": _INDEX, "manifests": [entry]}
    (directory / "index.json").write_bytes(_json(index))
    (directory / "oci-layout").write_bytes(_json({"imageLayoutVersion": "1.0.0"}))


def read_tree(directory: Path, prefix: str) -> dict[str, bytes]:
    """Return the files below `directory` as files of a layer below `prefix`."""
    return {
        f"{prefix}/{path.relative_to(directory).as_posix()}": path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def _tar(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _put(blobs: Path, media_type: str, content: bytes) -> dict[str, object]:
    """Store `content` and return its descriptor."""
    digest = _digest(content)
    (blobs / digest.removeprefix("sha256:")).write_bytes(content)
    return {"mediaType": media_type, "digest": digest, "size": len(content)}


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
