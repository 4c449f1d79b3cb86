"""Archives of `docker save` (Docker image specification 1.2), also those that are an OCI layout as well."""

import re
from collections.abc import Sequence
from functools import partial

from hullcheck.errors import ArchiveError, MalformedFile
from hullcheck.formats.compression import compression
from hullcheck.formats.json import read_json_list
from hullcheck.formats.node import Node
from hullcheck.model.layer import Image
from hullcheck.model.progress import Progress
from hullcheck.model.source_file import SourceFile
from hullcheck.net.digest import SHA256, digest_of, verified
from hullcheck.sources.configuration import Pairs, read_config
from hullcheck.sources.documents import Descriptor, Index, Manifest, images, read_document
from hullcheck.sources.files import Files, read
from hullcheck.sources.image import ConfigFile, LayerBlob, describe, trees
from hullcheck.sources.layer import LayerTree
from hullcheck.sources.oci_layout import INDEX, blob_path, is_called, layout_index
from hullcheck.sources.options import SourceOptions

MANIFEST = "manifest.json"

# Of each image that is saved together with others.
_MAX_INDEXES = 1000

_PLAIN = "application/vnd.docker.image.rootfs.diff.tar"
_COMPRESSED = {"": _PLAIN, "gzip": f"{_PLAIN}.gzip", "zstd": f"{_PLAIN}.zstd"}

# "blobs/sha256/…" in new archives, "….json" in old ones.
_CONTENT_ADDRESS = re.compile(r"(?:blobs/sha256/)?([0-9a-f]{64})(?:\.json)?")


def open_docker_archive(
    files: Files, tag: str, options: SourceOptions, progress: Progress
) -> tuple[Image, tuple[LayerTree, ...]]:
    """Return the image called `tag` of the archive ("": the only one) and its layers."""
    content = read(files, MANIFEST, options.limits.document)
    entry = _called(tag, read_json_list(SourceFile(f"{files.name}, {MANIFEST}", content)), files.name)
    config = _config(files, entry.text("Config"), options)
    if not entry.is_list("Layers"):
        raise entry.malformed("Layers", "expected a list of layers")
    paths = entry.texts("Layers")
    diff_ids = read_config(config.content, config.name).diff_ids
    # Where their numbers differ `describe` says so.
    blobs = [_blob(files, path, diff_id) for path, diff_id in zip(paths, (*diff_ids, *paths), strict=False)]
    digest, annotations = _manifest(files, config.digest, options)
    image = describe(config, blobs, digest, entry.texts("RepoTags"), options, annotations)
    return image, trees(image, blobs, options, progress, ArchiveError)


def _called(tag: str, entries: Sequence[Node], name: str) -> Node:
    tags = [entry.texts("RepoTags") for entry in entries]
    listed = ", ".join(", ".join(known) or "one without a tag" for known in tags)
    fitting = [
        entry for entry, known in zip(entries, tags, strict=True) if not tag or any(is_called(it, tag) for it in known)
    ]
    if not fitting:
        problem = f"has no image {tag!r}" if tag else "has no image"
        raise MalformedFile(name, problem, hint=f"it has {listed}" if listed else "")
    if len(fitting) > 1:
        raise MalformedFile(name, f"has {len(fitting)} images", hint=f"name one as {name}:TAG, of {listed}")
    return fitting[0]


def _config(files: Files, path: str, options: SourceOptions) -> ConfigFile:
    name = f"{files.name}, {path}"
    content = read(files, path, options.limits.config)
    address = _CONTENT_ADDRESS.fullmatch(path)
    if address:
        verified(content, SHA256 + address[1], name)
    return ConfigFile(content, digest_of(content), name)


def _blob(files: Files, path: str, diff_id: str) -> LayerBlob:
    """Return the layer at `path`; an old archive does not tell the digest of one that is compressed."""
    size = files.size(path)
    with files.stream(path) as chunks:
        kind = compression(next(chunks, b""))
    address = _CONTENT_ADDRESS.fullmatch(path)
    digest = SHA256 + address[1] if address else "" if kind else diff_id
    return LayerBlob(
        digest, size, _COMPRESSED.get(kind, _PLAIN), partial(files.stream, path), partial(files.stamp, path)
    )


def _manifest(files: Files, config: str, options: SourceOptions) -> tuple[str, Pairs]:
    """Return digest and annotations of the manifest with the configuration `config`, none in archives without OCI's.

    They are known for good measure: what else such a layout lists, or lacks, is no reason not to read the image.
    """
    if not files.has(INDEX):
        return "", ()
    waiting = [layout_index(files, options)]
    for _ in range(_MAX_INDEXES):
        if not waiting:
            break
        for descriptor in images(waiting.pop()):
            match _document(files, descriptor, options):
                case Manifest() as manifest if manifest.config.digest == config:
                    return descriptor.digest, manifest.annotations
                case Index() as index:
                    waiting.append(index)
    return "", ()


def _document(files: Files, descriptor: Descriptor, options: SourceOptions) -> Index | Manifest | None:
    path = blob_path(descriptor.digest)
    name = f"{files.name}, {path}"
    if not files.has(path) or files.size(path) > options.limits.document:
        return None
    content = read(files, path, options.limits.document)
    if digest_of(content, descriptor.digest) != descriptor.digest:
        return None
    try:
        return read_document(content, descriptor.media_type, name)
    except MalformedFile:
        return None
