"""Images made in memory, byte for byte as a test needs them."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zstandard

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda content: content,
    "+gzip": lambda content: gzip.compress(content, mtime=0),
    "+zstd": lambda content: zstandard.ZstdCompressor().compress(content),
}

Entry = tuple[tarfile.TarInfo, bytes]


def digest(content: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"


def file(name: str, content: bytes = b"", mode: int = 0o644) -> Entry:
    information = tarfile.TarInfo(name)
    information.size = len(content)
    information.mode = mode
    return information, content


def directory(name: str) -> Entry:
    return _special(name, tarfile.DIRTYPE)


def symlink(name: str, target: str) -> Entry:
    return _special(name, tarfile.SYMTYPE, target)


def hard_link(name: str, target: str, mode: int = 0o644) -> Entry:
    entry = _special(name, tarfile.LNKTYPE, target)
    entry[0].mode = mode
    return entry


def device(name: str) -> Entry:
    return _special(name, tarfile.CHRTYPE)


def _special(name: str, kind: bytes, target: str = "") -> Entry:
    information = tarfile.TarInfo(name)
    information.type = kind
    information.linkname = target
    return information, b""


def tar(entries: Sequence[Entry]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for information, content in entries:
            archive.addfile(information, io.BytesIO(content))
    return buffer.getvalue()


@dataclass(frozen=True)
class LayerFile:
    """A layer: its archive and the blob that holds it."""

    archive: bytes
    packing: str = "+gzip"
    media_type: str = ""

    @property
    def blob(self) -> bytes:
        return PACKERS[self.packing](self.archive)

    @property
    def diff_id(self) -> str:
        return digest(self.archive)

    def descriptor(self) -> dict[str, Any]:
        return descriptor(self.blob, self.media_type or OCI_LAYER + self.packing)


def layer(*entries: Entry, packing: str = "+gzip", media_type: str = "") -> LayerFile:
    return LayerFile(tar(entries), packing, media_type)


def descriptor(blob: bytes, media_type: str, **more: Any) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest(blob), "size": len(blob), **more}


def encoded(document: Any) -> bytes:
    return json.dumps(document).encode()


def config(layers: Sequence[LayerFile], **more: Any) -> dict[str, Any]:
    return {
        "architecture": "amd64",
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [it.diff_id for it in layers]},
        **more,
    }


@dataclass
class BuiltImage:
    """An image as blobs by digest, with the manifest that leads to them."""

    manifest: bytes
    blobs: dict[str, bytes] = field(default_factory=dict)
    media_type: str = OCI_MANIFEST

    def descriptor(self, **more: Any) -> dict[str, Any]:
        return descriptor(self.manifest, self.media_type, **more)


def image(*layers: LayerFile, manifest: Mapping[str, Any] | None = None, **more: Any) -> BuiltImage:
    """Return an image with `layers`; `more` goes into its configuration, `manifest` into its manifest."""
    configuration = encoded(config(layers, **more))
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": descriptor(configuration, OCI_CONFIG),
        "layers": [it.descriptor() for it in layers],
        **(manifest or {}),
    }
    content = encoded({key: value for key, value in document.items() if value is not None})
    blobs = {digest(it.blob): it.blob for it in layers}
    return BuiltImage(content, {**blobs, digest(configuration): configuration, digest(content): content})


def index(*descriptors: Mapping[str, Any]) -> bytes:
    return encoded({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": list(descriptors)})


def named(built: BuiltImage, name: str, **more: Any) -> dict[str, Any]:
    return built.descriptor(annotations={"org.opencontainers.image.ref.name": name}, **more)


def platform(text: str) -> dict[str, str]:
    return dict(zip(("os", "architecture", "variant"), text.split("/"), strict=False))


def layout_files(listing: bytes, *images: BuiltImage, blobs: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """Return the files of an OCI layout whose index.json is `listing`."""
    files = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}', "index.json": listing}
    for name, content in [*(pair for it in images for pair in it.blobs.items()), *(blobs or {}).items()]:
        files[f"blobs/{name.replace(':', '/')}"] = content
    return files


def write_files(root: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def archive_files(files: Mapping[str, bytes]) -> bytes:
    return tar([file(name, content) for name, content in files.items()])


def docker_archive_files(built: Sequence[tuple[Sequence[LayerFile], Sequence[str]]], **more: Any) -> dict[str, bytes]:
    """Return the files of an old `docker save` of images, each as its layers and tags."""
    files: dict[str, bytes] = {}
    listing = []
    for layers, tags in built:
        configuration = encoded(config(layers, **more))
        name = f"{digest(configuration).partition(':')[2]}.json"
        paths = [f"{number}{it.diff_id[7:40]}/layer.tar" for number, it in enumerate(layers)]
        files |= {name: configuration, **{path: it.blob for path, it in zip(paths, layers, strict=True)}}
        listing.append({"Config": name, "RepoTags": list(tags) or None, "Layers": paths})
    return {**files, "manifest.json": encoded(listing)}
