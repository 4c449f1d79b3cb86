"""What is fuzzed: readers, with real input to begin with, and what must hold for any input."""

import bz2
import gzip
import io
import json
import lzma
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import zstandard
from tests.fuzz.mutations import Dice, archive_of, bytes_of, json_of
from tests.simulators.images import (
    OCI_INDEX,
    OCI_MANIFEST,
    LayerFile,
    archive_files,
    config,
    descriptor,
    device,
    digest,
    directory,
    docker_archive_files,
    encoded,
    file,
    hard_link,
    image,
    index,
    layer,
    layout_files,
    named,
    platform,
    symlink,
    tar,
)
from tests.unit.formats import tar_blocks
from tests.unit.formats.tar_blocks import END, extension, octal, record, signed

from hullcheck.errors import HullcheckError, InvalidParameter, MalformedFile
from hullcheck.formats.byte_stream import ByteStream
from hullcheck.formats.compression import decompressed
from hullcheck.formats.tar import TarReader
from hullcheck.inventory.take import take
from hullcheck.model.target import TargetKind
from hullcheck.net.http import Http
from hullcheck.net.reference import parse_reference
from hullcheck.sources.configuration import read_config
from hullcheck.sources.documents import read_document
from hullcheck.sources.image_reference import meaning
from hullcheck.sources.open import open_target
from hullcheck.sources.options import Limits, SourceOptions

# What is read of a file, and what streams and layers may hold: the input is small, what it says of itself is not.
_MOST = 1 << 22
_LIMITS = Limits(layer=1 << 26, file=1 << 24, memory=1 << 16)


@dataclass(frozen=True)
class Target:
    """Something that reads input: `seeds` to begin with, how they are `mutated`, and how an input is `run`.

    `run` raises whatever must not happen. Its dice decide what is no part of the input, such as where a stream is cut.
    """

    name: str
    seeds: Callable[[], Sequence[bytes]]
    mutated: Callable[[bytes, Sequence[bytes], Dice], bytes]
    run: Callable[[bytes, Dice], None]


def sliced(content: bytes, dice: Dice) -> Iterator[bytes]:
    """Yield `content` in pieces of any size."""
    most = dice.choice((1, 7, 511, 512, 513, 4096, 1 << 20))
    most = max(most, len(content) // 2000)
    at = 0
    while at < len(content):
        size = dice.randint(1, most)
        yield content[at : at + size]
        at += size


def both(read: Callable[[Iterator[bytes]], tuple[Any, str]], content: bytes, dice: Dice) -> None:
    """Check that `content` reads alike in one piece and in many; what came before an error may end elsewhere."""
    whole, problem = read(iter([content]) if content else iter(()))
    pieces, other = read(sliced(content, dice))
    assert bool(problem) == bool(other), (problem, other)
    assert problem or whole == pieces, "read otherwise in pieces"


# Tar


def _members(chunks: Iterator[bytes]) -> tuple[list[Any], str]:
    archive = TarReader(ByteStream(chunks, "a.tar"))
    found: list[Any] = []
    try:
        for member in archive:
            begins = archive.beginning(4)
            content = b""
            for piece in archive.content():
                content += piece
                if len(content) > _MOST:
                    break
            assert len(content) > _MOST or len(content) == member.size, "content of another size"
            assert member.extents is not None or content.startswith(begins), "begins otherwise"
            found.append((member, content[:_MOST]))
    except MalformedFile as error:
        return found, str(error)
    return found, ""


@cache
def tar_seeds() -> Sequence[bytes]:
    return (*_written_by_python(), *_written_by_tools(), *_written_by_hand())


def _written_by_python() -> Iterator[bytes]:
    entries = [
        directory("usr/"),
        file("usr/lib/os-release", b"ID=debian\nVERSION_ID=12\n"),
        symlink("etc/os-release", "../usr/lib/os-release"),
        hard_link("bin/b", "bin/a"),
        device("dev/null"),
        file("a/" * 60 + "x", b"x" * 600),
    ]
    for style in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=style) as archive:
            for information, content in entries:
                archive.addfile(information, io.BytesIO(content))
        yield buffer.getvalue()


def _written_by_tools() -> Iterator[bytes]:
    with tempfile.TemporaryDirectory() as name:
        with (Path(name) / "sparse").open("wb") as sparse:
            for at in range(6):
                sparse.seek(at * 3 * 4096)
                sparse.write(b"data")
            sparse.truncate(100_000)
        Path(name, "n" * 120).write_bytes(b"long")
        for options in (
            ["--format=gnu"],
            *(["--format=pax", f"--sparse-version={it}"] for it in ("0.0", "0.1", "1.0")),
        ):
            command = ["tar", "-S", "--hole-detection=raw", *options, "-cf", "-", "."]
            yield subprocess.run(command, cwd=name, check=True, capture_output=True).stdout
        for style in ("v7", "paxr"):
            (Path(name) / ("n" * 120)).unlink(missing_ok=True)
            yield subprocess.run(
                ["bsdtar", "--format", style, "-cf", "-", "."], cwd=name, check=True, capture_output=True
            ).stdout


def _written_by_hand() -> Iterator[bytes]:
    global_header = extension(b"g", record(b"comment", b"x"))
    long = extension(b"L", b"long/name\0") + extension(b"K", b"long/target\0")
    plain = signed(tar_blocks.bare(b"name", b"0", octal(3))) + b"abc" + bytes(509)
    yield global_header + long + plain + END
    yield extension(b"x", record(b"path", b"p") + record(b"size", b"3") + record(b"linkpath", b"l")) + plain + END


# Compression


def _content(chunks: Iterator[bytes]) -> tuple[bytes, str]:
    try:
        return b"".join(decompressed(chunks, "blob", _LIMITS.layer)), ""
    except MalformedFile as error:
        return b"", str(error)


@cache
def compressed_seeds() -> Sequence[bytes]:
    plain = b"".join(b"%d," % number for number in range(3000))
    zstd = zstandard.ZstdCompressor(write_checksum=True)
    skipped = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"index"
    return (
        gzip.compress(plain, mtime=0),
        gzip.compress(plain[:500], mtime=0) + gzip.compress(plain[500:], mtime=0) + bytes(20),
        zstd.compress(plain),
        skipped + zstd.compress(plain[:700]) + skipped + zstd.compress(bytes(10_000)),
        bz2.compress(plain),
        lzma.compress(plain),
    )


# Documents


@cache
def document_seeds() -> Sequence[bytes]:
    built = image(layer(file("a")), layer(file("b")), created="2024-01-01T00:00:00Z", history=[{"created_by": "x"}] * 2)
    both_platforms = index(named(built, "a:1", platform=platform("linux/amd64")), built.descriptor(artifactType="x"))
    settings = {"User": "u", "Env": ["A=b"], "Labels": {"a": "b"}, "ExposedPorts": {"80/tcp": {}}, "Cmd": ["sh"]}
    return (built.manifest, both_platforms, encoded(config([layer(file("a"))], config=settings, author="me")))


def documents_mutated(seed: bytes, others: Sequence[bytes], dice: Dice) -> bytes:
    """Return a document with changes to what it says, seldom to its bytes."""
    try:
        document = json.loads(seed)
    except ValueError:
        return bytes_of(seed, others, dice)
    return bytes_of(seed, others, dice) if dice.random() < 0.2 else encoded(json_of(document, dice))


def _read_documents(content: bytes, dice: Dice) -> None:
    media_type = dice.choice(("", OCI_INDEX, OCI_MANIFEST, "application/json", "text/html"))
    for read in (lambda: read_document(content, media_type, "d"), lambda: read_config(content, "c")):
        message = ""
        try:
            read()
        except MalformedFile as error:
            message = error.message
        assert "\n" not in message


# References


def _read_reference(content: bytes, _: Dice) -> None:
    text = content.decode("utf-8", "replace")
    try:
        first = parse_reference(text)
    except InvalidParameter:
        first = None
    if first is not None:
        assert parse_reference(str(first)) == first, "reads otherwise when it is written again"
    try:
        meaning(text)
    except HullcheckError:
        return


REFERENCES = (
    b"alpine:3.20",
    b"registry.example:5000/team/app:1.0@sha256:" + b"a" * 64,
    b"[::1]:5000/a/b__c/d-e.f",
    b"docker-archive:/tmp/none.tar:team/app:1",
    b"oci:./none:tag",
    b"registry:localhost/x",
    b"docker://user:password@host/x",
)


# Images


def _scanned(path: Path) -> Any:
    """Return what is found in the image at `path`, or None where it is refused."""
    try:
        with Http() as http, open_target(TargetKind.IMAGE, str(path), http, SourceOptions(limits=_LIMITS)) as target:
            return take(target.trees, TargetKind.IMAGE)
    except HullcheckError as error:
        told = error.message + error.hint
    assert "\n" not in told
    assert len(told) < 5000, "a message without end"
    return None


@contextmanager
def written(content: bytes) -> Iterator[Path]:
    """Write `content` into a file for as long as this is not left."""
    with tempfile.NamedTemporaryFile(suffix=".tar") as temporary:
        temporary.write(content)
        temporary.flush()
        yield Path(temporary.name)


def _read_archive(content: bytes, _: Dice) -> None:
    with written(content) as path:
        _scanned(path)


def _layers() -> tuple[LayerFile, ...]:
    system = layer(
        file("etc/os-release", b'ID=debian\nVERSION_ID="12"\n'),
        file("var/lib/dpkg/status", b"Package: a\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n\n"),
    )
    application = layer(
        symlink("l", "srv/app"),
        file("l/node_modules/x/package.json", b'{"name": "x", "version": "1.0.0"}'),
        hard_link("y/node_modules/x/package.json", "l/node_modules/x/package.json"),
        file("etc/.wh..wh..opq"),
        packing="+zstd",
    )
    return system, application


@cache
def archive_seeds() -> Sequence[bytes]:
    layers = _layers()
    built = image(*layers)
    docker = archive_files(docker_archive_files([(layers, ["team/app:1"]), (layers[:1], ["team/base:1"])]))
    layout = archive_files(layout_files(index(named(built, "team/app:1")), built))
    one = archive_files(docker_archive_files([(layers, ["team/app:1"])]))
    return docker, layout, one, gzip.compress(one, mtime=0)


def _read_layer(content: bytes, dice: Dice) -> None:
    """Read `content` as the layer of an image that tells the truth of it."""
    packing = dice.choice(("", "+gzip", "+zstd"))
    built = image(*_layers()[:1], LayerFile(content, packing), LayerFile(content, ""))
    with written(archive_files(layout_files(index(named(built, "a:1")), built))) as path:
        _scanned(path)


def _read_image(content: bytes, dice: Dice) -> None:
    """Read an image whose documents were changed and have their digests."""
    layers = _layers()
    seed = json.loads(content)
    configuration = encoded(seed["config"])
    manifest = (
        {**seed["manifest"], "config": descriptor(configuration, seed["type"])}
        if dice.random() < 0.9
        else seed["manifest"]
    )
    blobs = {digest(it.blob): it.blob for it in layers} | {digest(configuration): configuration}
    blobs[digest(encoded(manifest))] = encoded(manifest)
    listing = {**seed["index"], "manifests": [*seed["more"], descriptor(encoded(manifest), OCI_MANIFEST)]}
    files = {"index.json": encoded(listing), "oci-layout": b"{}"}
    files |= {f"blobs/{name.replace(':', '/')}": blob for name, blob in blobs.items()}
    with written(archive_files(files)) as path:
        _scanned(path)


@cache
def image_seeds() -> Sequence[bytes]:
    layers = _layers()
    built = image(*layers, history=[{"created_by": "a"}, {"created_by": "b"}], config={"User": "x", "Env": ["A=b"]})
    manifest = json.loads(built.manifest)
    return (
        encoded(
            {
                "type": manifest["config"]["mediaType"],
                "config": config(layers, history=[{"created_by": "a"}, {"created_by": "b"}]),
                "manifest": manifest,
                "index": {"schemaVersion": 2, "mediaType": OCI_INDEX},
                "more": [],
            }
        ),
    )


def images_mutated(seed: bytes, _: Sequence[bytes], dice: Dice) -> bytes:
    """Return what describes an image with one of its documents changed."""
    described = json.loads(seed)
    key = dice.choice(("config", "manifest", "index", "more"))
    changed = json_of(described[key], dice)
    return encoded({**described, key: changed if type(changed) is type(described[key]) else described[key]})


TARGETS = (
    Target("tar", tar_seeds, archive_of, lambda content, dice: both(_members, content, dice)),
    Target("layer", lambda: (*tar_seeds(), *(it.archive for it in _layers()), tar([])), archive_of, _read_layer),
    Target("compression", compressed_seeds, bytes_of, lambda content, dice: both(_content, content, dice)),
    Target("documents", document_seeds, documents_mutated, _read_documents),
    Target("references", lambda: REFERENCES, bytes_of, _read_reference),
    Target("archives", archive_seeds, archive_of, _read_archive),
    Target("images", image_seeds, images_mutated, _read_image),
)
