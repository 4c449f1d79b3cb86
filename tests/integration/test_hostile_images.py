"""Images that were made to harm: each ends in a clear line or a stated gap, soon, and in little memory."""

import gzip
import hashlib
import io
import json
import os
import resource
import struct
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import zstandard
from tests.integration.conftest import COMMAND, Hullcheck
from tests.simulators.images import OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST, PACKERS, digest, encoded
from tests.simulators.registry import Answer, serving_registry
from tests.unit.formats import tar_blocks
from tests.unit.formats.tar_blocks import BLOCK, END, base_256, extension, octal, padded, record, signed

pytestmark = pytest.mark.xdist_group("integration")

MIB = 1 << 20
GIB = 1 << 30

# What a scan may take whatever it scans. Address space counts what is only reserved, too: libraries, stacks, arenas.
MEMORY = 600 * MIB
ADDRESSES = 6 * GIB
SECONDS = 100

NAME = "127.0.0.1:1/unused"
MANIFEST = "/v2/app/manifests/1"


@dataclass(frozen=True)
class Outcome:
    """How a scan ended, and what it took."""

    code: int
    out: str
    err: str
    seconds: float
    memory: int

    def gaps(self) -> list[dict[str, str]]:
        gaps: list[dict[str, str]] = json.loads(self.out)["coverage"]["gaps"]
        return gaps

    def packages(self) -> list[str]:
        return [package["purl"] for package in json.loads(self.out)["packages"]]


def scan(bare: Hullcheck, reference: object, *options: str) -> Outcome:
    """Scan an image within limits that the system enforces."""
    environment = {key: value for key, value in bare.environment().items() if not key.startswith("COV")}

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))

    command = [
        str(COMMAND),
        "image",
        str(reference),
        "-f",
        "json",
        "--no-cache",
        "--max-network-retries",
        "0",
        *options,
    ]
    begun = time.monotonic()
    with (bare.home / "out").open("w+") as out, (bare.home / "err").open("w+") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, env=environment, preexec_fn=limit, cwd=bare.home)  # noqa: PLW1509
        status, usage = waited_for(process)
        for stream in (out, err):
            stream.seek(0)
        done = Outcome(status, out.read(), err.read(), time.monotonic() - begun, usage.ru_maxrss * 1024)
    assert "Traceback" not in done.err, done.err
    assert done.memory < MEMORY, f"{done.memory // MIB} MiB"
    return done


def waited_for(process: subprocess.Popen[bytes]) -> tuple[int, resource.struct_rusage]:
    """Return the exit code of `process` and what it took; end it if it takes too long."""
    end = time.monotonic() + SECONDS
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage
        if time.monotonic() > end:
            process.kill()
            process.wait()
            pytest.fail(f"a scan takes more than {SECONDS} seconds")
        time.sleep(0.02)


def refused(done: Outcome, *words: str, code: int = 7) -> None:
    """Check that a scan ended in one clear line."""
    assert (done.code, done.out) == (code, ""), done.err
    assert done.err.count("\n") == 1, done.err
    assert len(done.err) < 2000
    for word in words:
        assert word in done.err, done.err


@dataclass
class Layout:
    """An OCI layout that is written blob by blob, so that none need be in memory."""

    root: Path
    layers: list[dict[str, Any]] = field(default_factory=list)
    diff_ids: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.root / "blobs" / "sha256").mkdir(parents=True)
        (self.root / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')

    def blob(self, chunks: Iterable[bytes], media_type: str) -> dict[str, Any]:
        state, size = hashlib.sha256(), 0
        path = self.root / "blobs" / "writing"
        with path.open("wb") as file:
            for chunk in chunks:
                state.update(chunk)
                size += len(chunk)
                file.write(chunk)
        path.rename(self.root / "blobs" / "sha256" / state.hexdigest())
        return {"mediaType": media_type, "digest": f"sha256:{state.hexdigest()}", "size": size}

    def add(self, chunks: Iterable[bytes], diff_id: str = "", packing: str = "") -> "Layout":
        """Add a layer; without the right `diff_id` its scan ends there at the latest."""
        self.layers.append(self.blob(chunks, OCI_LAYER + packing))
        self.diff_ids.append(diff_id or digest(b"never known"))
        return self

    def plain(self, *parts: bytes) -> "Layout":
        """Add a layer that is not compressed and has the diff ID that it says."""
        content = b"".join(parts)
        return self.add([content], digest(content))

    def written(self) -> Path:
        """Write configuration, manifest and index."""
        rootfs = {"type": "layers", "diff_ids": self.diff_ids}
        config = encoded({"architecture": "amd64", "os": "linux", "rootfs": rootfs})
        described = self.blob([config], OCI_CONFIG)
        manifest = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": described, "layers": self.layers}
        return self.leading_to(self.blob([encoded(manifest)], OCI_MANIFEST))

    def leading_to(self, image: dict[str, Any]) -> Path:
        listing = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [image]}
        (self.root / "index.json").write_bytes(encoded(listing))
        return self.root


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "layout")


def member(name: bytes, content: bytes = b"", flag: bytes = b"0", target: bytes = b"") -> bytes:
    block = bytearray(tar_blocks.bare(name, flag, octal(len(content))))
    block[157 : 157 + len(target)] = target
    return signed(bytes(block)) + padded(content)


def long_member(name: bytes, content: bytes = b"", flag: bytes = b"0") -> bytes:
    return extension(b"x", record(b"path", name)) + member(b"short", content, flag)


STATUS = (
    b"Package: tar\nStatus: install ok installed\nVersion: 1.34+dfsg-1\nArchitecture: amd64\nMaintainer: Debian\n\n"
)
DEBIAN = member(b"etc/os-release", b'ID=debian\nVERSION_ID="12"\n') + member(b"var/lib/dpkg/status", STATUS)
TAR = "pkg:deb/debian/tar@1.34%2Bdfsg-1?arch=amd64&distro=debian-12"


def is_read(done: Outcome) -> None:
    """Check that the package database of the image was read."""
    assert done.code in {0, 51}, done.err
    assert TAR in done.packages()


def repeated(chunk: bytes, count: int) -> Iterator[bytes]:
    return (chunk for _ in range(count))


def hashed(chunks: Iterable[bytes]) -> str:
    state = hashlib.sha256()
    for chunk in chunks:
        state.update(chunk)
    return f"sha256:{state.hexdigest()}"


class TestCompression:
    def test_ten_gigabytes_of_zeros_in_gzip_end_at_the_limit(self, bare: Hullcheck, layout: Layout) -> None:
        head = gzip.compress(signed_header(b"zeros", 10 * GIB))
        packed = gzip.compress(bytes(64 * MIB), 1)
        path = layout.add([head, *repeated(packed, 160)], packing="+gzip").written()
        done = scan(bare, path, "--max-layer-size", "1GiB")
        refused(done, "holds more than 1073741824 bytes", "--max-layer-size")

    def test_gigabytes_of_zeros_in_one_frame_of_zstd_are_passed_over(self, bare: Hullcheck, layout: Layout) -> None:
        zeros = bytes(16 * MIB)
        parts = [signed_header(b"zeros", 2 * GIB), *repeated(zeros, 128), DEBIAN, END]
        compressor = zstandard.ZstdCompressor(level=3).compressobj()
        chunks = [*(compressor.compress(part) for part in parts), compressor.flush()]
        done = scan(bare, layout.add(chunks, hashed(parts), "+zstd").written())
        is_read(done)

    def test_a_wanted_file_of_zeros_is_read_in_little_memory(self, bare: Hullcheck, layout: Layout) -> None:
        parts = [signed_header(b"app/zeros.jar", GIB), *repeated(bytes(16 * MIB), 64), DEBIAN, END]
        compressor = zstandard.ZstdCompressor(level=3).compressobj()
        chunks = [*(compressor.compress(part) for part in parts), compressor.flush()]
        done = scan(bare, layout.add(chunks, hashed(parts), "+zstd").written())
        is_read(done)
        assert [gap["subject"] for gap in done.gaps() if gap["subject"].endswith("jar")] == ["app/zeros.jar"]

    def test_a_window_of_two_gigabytes_is_refused(self, bare: Hullcheck, layout: Layout) -> None:
        parameters = zstandard.ZstdCompressionParameters(window_log=31 if zstandard.WINDOWLOG_MAX > 30 else 30)
        compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
        content = DEBIAN + END
        path = layout.add([compressor.compress(content), compressor.flush()], digest(content), "+zstd").written()
        refused(scan(bare, path), "zstd")

    @pytest.mark.parametrize("packer", ["members of gzip", "frames of zstd", "bzip2", "xz"])
    def test_unusual_compression_is_read(self, bare: Hullcheck, layout: Layout, packer: str) -> None:
        """Docker unpacks layers in bzip2 and xz, whatever their media type says."""
        import bz2
        import lzma

        content = DEBIAN + END
        halves = (content[:700], content[700:])
        packed = {
            "members of gzip": b"".join(map(gzip.compress, halves)),
            "frames of zstd": b"".join(map(zstandard.ZstdCompressor().compress, halves)),
            "bzip2": bz2.compress(content),
            "xz": lzma.compress(content),
        }[packer]
        is_read(scan(bare, layout.add([packed], digest(content), "+gzip").written()))

    @pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress], ids=["gzip", "zstd"])
    def test_garbage_behind_the_stream_is_refused(
        self, bare: Hullcheck, layout: Layout, pack: Callable[[bytes], bytes]
    ) -> None:
        content = DEBIAN + END
        path = layout.add([pack(content), b"garbage"], digest(content), "+gzip").written()
        refused(scan(bare, path), "something else follows")

    def test_a_stream_within_a_stream_is_no_archive(self, bare: Hullcheck, layout: Layout) -> None:
        """So that what unpacks to itself is unpacked once."""
        packed = gzip.compress(os.urandom(2000))
        refused(scan(bare, layout.add([gzip.compress(packed)], digest(packed), "+gzip").written()), "not a tar archive")

    @pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.8, 0.99])
    @pytest.mark.parametrize("packing", ["", "+gzip", "+zstd"])
    def test_a_layer_that_was_cut_before_it_was_described_is_refused(
        self, bare: Hullcheck, layout: Layout, packing: str, share: float
    ) -> None:
        content = DEBIAN + member(b"noise", os.urandom(5000)) + END
        packed = PACKERS[packing](content)
        cut = packed[: int(len(packed) * share)]
        refused(scan(bare, layout.add([cut], digest(content), packing).written()))


def signed_header(name: bytes, size: int, flag: bytes = b"0") -> bytes:
    return signed(tar_blocks.bare(name, flag, base_256(size)))


def many_headers(count: int) -> Iterator[bytes]:
    """Yield headers of `count` files of different names; digits and their complements have the same checksum."""
    block = signed(tar_blocks.bare(b"d/0000000-9999999", b"0", octal(0)))
    head, tail = block[:2], block[17:]
    for first in range(0, count, 10_000):
        numbers = range(first, min(first + 10_000, count))
        yield b"".join(b"%s%07d-%07d%s" % (head, number, 9_999_999 - number, tail) for number in numbers)


class TestArchives:
    def test_ten_million_entries_end_at_the_limit(self, bare: Hullcheck, layout: Layout) -> None:
        different = (gzip.compress(chunk, 1) for chunk in many_headers(1_000_001))
        same = gzip.compress(member(b"d/same") * 10_000, 1)
        path = layout.add([*different, *repeated(same, 900)], packing="+gzip").written()
        done = scan(bare, path)
        refused(done, "more than 1000000 members", "--max-entries")

    def test_as_many_entries_as_are_allowed_are_read(self, bare: Hullcheck, layout: Layout) -> None:
        parts = [*many_headers(150_000), DEBIAN, END]
        path = layout.add([b"".join(parts)], hashed(parts)).written()
        is_read(scan(bare, path, "--max-entries", "150002"))
        refused(scan(bare, path, "--max-entries", "150001"), "--max-entries")

    def test_layers_that_are_large_together_end_at_the_limit(self, bare: Hullcheck, layout: Layout) -> None:
        for number in range(5):
            layout.plain(*many_headers(10_000), member(b"%d" % number), END)
        path = layout.plain(DEBIAN, END).written()
        is_read(scan(bare, path, "--max-entries", "30000"))
        refused(scan(bare, path, "--max-entries", "20000"), "more than 40000 members", "--max-entries")

    def test_a_terabyte_that_is_not_there_is_cut_short(self, bare: Hullcheck, layout: Layout) -> None:
        refused(scan(bare, layout.plain(signed_header(b"a.jar", 1 << 40), bytes(BLOCK)).written()), "cut short")

    def test_paths_out_of_the_image_are_gaps(self, bare: Hullcheck, layout: Layout) -> None:
        names = (b"../../etc/os-release", b"a/../../b.jar", b"..")
        within = member(b"/opt/../srv/./node_modules/x/package.json", b"{")
        done = scan(bare, layout.plain(DEBIAN, *(member(name, b"x") for name in names), within, END).written())
        is_read(done)
        told = {gap["subject"]: gap["reason"] for gap in done.gaps()}
        assert all(told[name.decode()] == "leads out of the image" for name in names)
        assert "srv/node_modules/x/package.json" in told

    def test_links_are_followed_within_the_layer_only(self, bare: Hullcheck, layout: Layout) -> None:
        links = (
            member(b"out", b"", b"2", b"../../../../../../../var/lib/dpkg"),
            member(b"a", b"", b"2", b"b"),
            member(b"b", b"", b"2", b"a"),
            member(b"host", b"", b"2", b"/etc"),
            member(b"hard/package.json", b"", b"1", b"../../etc/passwd"),
            member(b"a/package.json", b"{}"),
            member(b"host/os-release", b'ID=debian\nVERSION_ID="12"\n'),
            member(b"out/status", STATUS),
        )
        done = scan(bare, layout.plain(*links, END).written())
        is_read(done)
        told = {gap["subject"]: gap["reason"] for gap in done.gaps()}
        assert "circle" in told["a/package.json"]
        assert "hard link" in told["hard/package.json"]

    def test_a_file_with_thousands_of_names_is_read_under_each(self, bare: Hullcheck, layout: Layout) -> None:
        links = b"".join(member(b"l/%d.jar" % number, b"", b"1", b"a.jar") for number in range(3000))
        done = scan(bare, layout.plain(member(b"a.jar", jar()), links, DEBIAN, END).written())
        is_read(done)
        found = [it for it in json.loads(done.out)["packages"] if it["purl"] == "pkg:maven/g/a@1"]
        assert sum(len(it["locations"]) for it in found) == 3001

    def test_a_million_hard_links_to_a_jar_end_at_the_limit(self, bare: Hullcheck, layout: Layout) -> None:
        block = signed(put_target(tar_blocks.bare(b"l/0000000-9999999.jar", b"1", octal(0)), b"a.jar"))
        head, tail = block[:2], block[17:]
        numbers = range(1_000_000)
        links = (
            gzip.compress(
                b"".join(b"%s%07d-%07d%s" % (head, n, 9_999_999 - n, tail) for n in numbers[at : at + 10_000]), 1
            )
            for at in range(0, len(numbers), 10_000)
        )
        path = layout.add([gzip.compress(member(b"a.jar", jar())), *links], packing="+gzip").written()
        refused(scan(bare, path), "files of the layer that have to be read", "--max-entries")

    def test_a_hundred_gigabytes_of_holes_are_a_gap(self, bare: Hullcheck, layout: Layout) -> None:
        done = scan(bare, layout.plain(sparse(b"app/holes.jar", 100 * GIB), DEBIAN, END).written())
        is_read(done)
        (gap,) = (gap for gap in done.gaps() if gap["subject"] == "app/holes.jar")
        assert (gap["kind"], "--max-file-size" in gap["hint"]) == ("limit", True)

    def test_many_files_of_holes_end_at_the_limit(self, bare: Hullcheck, layout: Layout) -> None:
        files = (sparse(b"%d.jar" % number, 2 * GIB - 1) for number in range(50))
        refused(scan(bare, layout.plain(*files, DEBIAN, END).written()), "holes")

    def test_paths_of_a_megabyte_and_of_ten_thousand_levels_are_gaps(self, bare: Hullcheck, layout: Layout) -> None:
        names = (b"a" * 1_000_000 + b"/package.json", b"a/" * 10_000 + b"package.json", b"b/" * 500_000 + b"x.jar")
        done = scan(bare, layout.plain(*map(long_member, names), DEBIAN, END).written())
        is_read(done)
        assert len([gap for gap in done.gaps() if "4096 bytes" in gap["reason"]]) == 3
        assert len(done.out) < MIB

    def test_a_thousand_levels_are_read(self, bare: Hullcheck, layout: Layout) -> None:
        deep = b"a/" * 1500 + b"node_modules/left-pad/package.json"
        content = b'{"name": "left-pad", "version": "1.3.0"}'
        done = scan(bare, layout.plain(long_member(deep, content), DEBIAN, END).written())
        is_read(done)
        assert "pkg:npm/left-pad@1.3.0" in done.packages()

    def test_directories_without_end_end_at_the_limit(self, bare: Hullcheck, layout: Layout) -> None:
        members = (gzip.compress(long_member(b"%d/" % number + b"a/" * 2000 + b"x")) for number in range(1000))
        refused(scan(bare, layout.add(members, packing="+gzip").written()), "directories")

    def test_an_extended_header_of_a_gigabyte_is_refused(self, bare: Hullcheck, layout: Layout) -> None:
        zeros = gzip.compress(bytes(64 * MIB), 1)
        path = layout.add([gzip.compress(signed_header(b"x", GIB, b"x")), *repeated(zeros, 16)]).written()
        refused(scan(bare, path), "extended header of 1073741824 bytes")

    def test_a_million_records_in_extended_headers_are_read(self, bare: Hullcheck, layout: Layout) -> None:
        records = b"".join(record(b"k%06d" % number, b"v") for number in range(60_000))
        content = (extension(b"x", records) + member(b"x")) * 17 + DEBIAN + END
        is_read(scan(bare, layout.add([gzip.compress(content)], digest(content), "+gzip").written()))

    def test_extended_headers_without_end_end_at_the_limit(self, bare: Hullcheck, layout: Layout) -> None:
        packed = gzip.compress(extension(b"x", record(b"comment", b"a" * 1_000_000)) + member(b"x"), 1)
        refused(scan(bare, layout.add(repeated(packed, 2000), packing="+gzip").written()), "extended headers")


def put_target(block: bytes, target: bytes) -> bytes:
    return block[:157] + target + block[157 + len(target) :]


def sparse(name: bytes, size: int) -> bytes:
    """Return a file of `size` bytes that begins like a jar and has a hole behind that."""
    fields = {b"major": b"0", b"minor": b"1", b"name": name, b"size": b"%d" % size, b"numblocks": b"1", b"map": b"0,2"}
    records = b"".join(record(b"GNU.sparse." + key, value) for key, value in fields.items())
    return extension(b"x", records) + member(b"GNUSparseFile", b"PK")


def jar(*files: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
        for name, content in files or [("META-INF/maven/g/a/pom.properties", b"groupId=g\nartifactId=a\nversion=1\n")]:
            archive.writestr(name, content)
    return buffer.getvalue()


class TestFiles:
    def test_jars_within_jars_are_read_to_a_limit(self, bare: Hullcheck, layout: Layout) -> None:
        nested = jar()
        for _ in range(64):
            nested = jar(("inner.jar", nested))
        done = scan(bare, layout.plain(member(b"app.jar", nested), DEBIAN, END).written())
        is_read(done)
        (gap,) = (gap for gap in done.gaps() if gap["subject"].startswith("app.jar"))
        assert "archives in each other" in gap["reason"]

    def test_a_jar_that_holds_itself_is_read_to_an_end(self, bare: Hullcheck, layout: Layout) -> None:
        done = scan(bare, layout.plain(member(b"app.jar", self_containing()), DEBIAN, END).written())
        is_read(done)
        assert any(gap["subject"].startswith("app.jar") for gap in done.gaps())

    def test_a_jar_that_declares_other_sizes_is_a_gap(self, bare: Hullcheck, layout: Layout) -> None:
        lying = _with_sizes(jar(), 7)
        done = scan(bare, layout.plain(member(b"a.jar", lying), DEBIAN, END).written())
        is_read(done)
        assert any(gap["subject"].startswith("a.jar") for gap in done.gaps())

    def test_a_jar_that_is_a_bomb_is_a_gap(self, bare: Hullcheck, layout: Layout) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("inner.jar", "w") as inner:
            for _ in range(1024):
                inner.write(bytes(MIB))
        done = scan(bare, layout.plain(member(b"bomb.jar", buffer.getvalue()), DEBIAN, END).written())
        is_read(done)
        (gap,) = (gap for gap in done.gaps() if gap["subject"].startswith("bomb.jar"))
        assert "1073741824 bytes" in gap["reason"]

    @pytest.mark.parametrize("fill", [0x00, 0x7F, 0xFF])
    def test_executables_of_nonsense_are_gaps_or_nothing(self, bare: Hullcheck, layout: Layout, fill: int) -> None:
        magics = (b"\x7fELF\x02\x01\x01", b"\x7fELF\x01\x02\x01", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
        programs = b"".join(
            member(b"bin/%d" % number, (magic + bytes([fill]) * 5000)).replace(b"0000644", b"0000755")
            for number, magic in enumerate(magics)
        )
        blocks = [resigned(programs[at : at + BLOCK]) for at in range(0, len(programs), BLOCK)]
        is_read(scan(bare, layout.plain(*blocks, DEBIAN, END).written()))


def resigned(block: bytes) -> bytes:
    return signed(block) if block[257:262] == b"ustar" else block


def self_containing() -> bytes:
    """Return a jar whose only file, which is not compressed, is the jar from behind its first header to its end."""
    name = b"self.jar"
    front = b"#" * 64

    def built(size: int) -> bytes:
        local = struct.pack("<4s5H3I2H", b"PK\3\4", 10, 0, 0, 0, 0, 0, size, size, len(name), 0) + name
        entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", 10, 10, 0, 0, 0, 0, 0, size, size, len(name), 0, 0, 0, 0, 0, 0)
        end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(entry + name), len(local), 0)
        return front + local + entry + name + end

    return built(len(built(0)) - len(front) - 30 - len(name))


def _with_sizes(content: bytes, size: int) -> bytes:
    """Return the jar `content` whose directory says that each file has `size` bytes when it is unpacked."""
    changed = bytearray(content)
    at = changed.find(b"PK\1\2")
    while at >= 0:
        changed[at + 24 : at + 28] = struct.pack("<I", size)
        at = changed.find(b"PK\1\2", at + 4)
    return bytes(changed)


class TestDocuments:
    @pytest.mark.parametrize("what", ["manifest", "config", "index"])
    def test_a_document_of_a_hundred_megabytes_is_refused(self, bare: Hullcheck, layout: Layout, what: str) -> None:
        layout.plain(DEBIAN, END)
        huge = layout.blob([b'{"padding": "', *repeated(b"x" * MIB, 100), b'"}'], OCI_MANIFEST)
        path = layout.written()
        if what == "index":
            (path / "index.json").write_bytes(b" " * 100 * MIB)
        elif what == "manifest":
            layout.leading_to(huge)
        else:
            manifest = {"schemaVersion": 2, "config": {**huge, "mediaType": OCI_CONFIG}, "layers": layout.layers}
            layout.leading_to(layout.blob([encoded(manifest)], OCI_MANIFEST))
        done = scan(bare, path)
        refused(done, "bytes")
        assert done.seconds < 20

    def test_a_registry_that_sends_endless_manifests_is_left(self, bare: Hullcheck) -> None:
        with serving_registry() as registry:
            registry.answer(MANIFEST, Answer(200, b" " * 100 * MIB, {"Content-Type": OCI_MANIFEST}, chunked=True))
            refused(scan(bare, f"{registry.host}/app:1"), "bytes", code=6)

    def test_indexes_within_each_other_end(self, bare: Hullcheck, layout: Layout) -> None:
        layout.plain(DEBIAN, END).written()
        inner = json.loads((layout.root / "index.json").read_text())
        for _ in range(10):
            inner = {
                "schemaVersion": 2,
                "mediaType": OCI_INDEX,
                "manifests": [layout.blob([encoded(inner)], OCI_INDEX)],
            }
        (layout.root / "index.json").write_bytes(encoded(inner))
        refused(scan(bare, layout.root), "indexes")

    @pytest.mark.parametrize("count", [5_000, 100_000])
    def test_images_of_more_layers_than_any_engine_stacks_are_refused(
        self, bare: Hullcheck, layout: Layout, count: int
    ) -> None:
        layout.plain(DEBIAN, END)
        layout.layers *= count
        layout.diff_ids *= count
        done = scan(bare, layout.written())
        refused(done)
        assert done.seconds < 20

    def test_a_layer_that_is_there_a_hundred_times_is_read(self, bare: Hullcheck, layout: Layout) -> None:
        layout.plain(DEBIAN, END)
        layout.layers *= 100
        layout.diff_ids *= 100
        done = scan(bare, layout.written())
        is_read(done)
        assert done.packages().count(TAR) == 1

    def test_documents_that_are_nested_deeply_are_refused(self, bare: Hullcheck, layout: Layout) -> None:
        layout.plain(DEBIAN, END).written()
        (layout.root / "index.json").write_bytes(b'{"manifests": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")
        refused(scan(bare, layout.root))
