"""Images of registries: Debian's docker-registry, and one that misbehaves."""

import base64
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import zstandard
from tests.simulators.images import (
    OCI_INDEX,
    BuiltImage,
    LayerFile,
    digest,
    file,
    hard_link,
    image,
    index,
    layer,
    platform,
    tar,
)
from tests.simulators.real_registry import RealRegistry
from tests.simulators.registry import Answer, RegistrySimulator, serving_registry
from tests.unit.sources.conftest import AMD, ARM, BASE, TOP

from hullcheck.errors import HullcheckError, ImageError, InvalidParameter
from hullcheck.model.layer import Image
from hullcheck.model.source_file import SourceFile, Wants
from hullcheck.model.target import TargetKind
from hullcheck.net.http import Http, HttpOptions
from hullcheck.net.keychain import CredentialOptions
from hullcheck.sources.open import open_target
from hullcheck.sources.options import Limits, SourceOptions

FOREIGN = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"

WANTS = Wants(names=frozenset({"status"}))


def opened(reference: str, **options: Any) -> tuple[Image, list[dict[str, str]]]:
    """Return the image, and the wanted files of each layer."""
    http_options = HttpOptions(timeout=options.pop("timeout", 5.0), retries=options.pop("retries", 0))
    source_options = SourceOptions(**options)
    with Http(http_options) as http, open_target(TargetKind.IMAGE, reference, http, source_options) as target:
        assert target.target.image is not None
        assert target.target.source == "registry"
        files = [
            {it.path: bytes(it.content).decode() for it in tree.entries(WANTS) if isinstance(it, SourceFile)}
            for tree in target.trees
        ]
        return target.target.image, files


def refused(reference: str, **options: Any) -> HullcheckError:
    with pytest.raises(HullcheckError) as raised:
        opened(reference, **options)
    assert "\n" not in raised.value.message
    return raised.value


# The real one


def test_an_image_of_a_real_registry_is_read(registry: RealRegistry) -> None:
    record, files = opened(f"{registry.host}/team/app:1.0")
    assert files == [{"var/status": "base"}, {"app/status": "top"}]
    assert record.digest == digest(AMD.manifest)
    assert record.tags == (f"{registry.host}/team/app:1.0",)
    assert [it.created_by for it in record.layers] == ["ADD base", "COPY top"]
    assert [it.digest for it in record.layers] == [digest(BASE.blob), digest(TOP.blob)]


@pytest.mark.parametrize("prefix", ["registry:", "docker://"])
def test_a_prefix_names_the_registry(registry: RealRegistry, prefix: str) -> None:
    assert opened(f"{prefix}{registry.host}/team/app:1.0")[0].digest == digest(AMD.manifest)


def test_each_layer_is_fetched_once(registry: RealRegistry) -> None:
    before = registry.requests()
    opened(f"{registry.host}/team/app:1.0")
    asked = registry.requests()[len(before) :]
    for blob in (BASE.blob, TOP.blob):
        assert asked.count(f'"GET /v2/team/app/blobs/{digest(blob)} HTTP/1.1" 200') == 1


def test_an_image_is_had_by_its_digest(registry: RealRegistry) -> None:
    name = f"{registry.host}/team/app"
    for reference in (f"{name}@{digest(AMD.manifest)}", f"{name}:gone@{digest(AMD.manifest)}"):
        assert opened(reference)[0].digest == digest(AMD.manifest)
    assert "does not exist (404, MANIFEST_UNKNOWN" in refused(f"{name}@{digest(b'gone')}").message


def test_an_image_in_the_format_of_docker_is_read(registry: RealRegistry) -> None:
    record, files = opened(f"{registry.host}/docker:1.0")
    assert files == [{"var/status": "base"}, {"app/status": "top"}]
    assert all(it.media_type.startswith("application/vnd.docker.image.rootfs.diff.tar") for it in record.layers)


def test_the_platform_is_chosen_in_an_index(registry: RealRegistry) -> None:
    name = f"{registry.host}/multi:1.0"
    assert opened(name, platform="linux/arm64")[0].digest == digest(ARM.manifest)
    assert opened(name, platform="linux/amd64")[0].platform == "linux/amd64"
    error = refused(name, platform="linux/ppc64le")
    assert "has no image for linux/ppc64le" in error.message
    assert error.hint == "choose one with --platform: linux/amd64, linux/arm64/v8"
    assert isinstance(refused(f"{registry.host}/team/app:1.0", platform="linux/arm64"), InvalidParameter)


@pytest.mark.parametrize(("name", "code"), [("team/app:2.0", "MANIFEST_UNKNOWN"), ("nothing:1", "MANIFEST_UNKNOWN")])
def test_an_image_that_is_not_there_is_told(registry: RealRegistry, name: str, code: str) -> None:
    error = refused(f"{registry.host}/{name}")
    assert f"{registry.host}/{name}: does not exist (404, {code}" in error.message


def docker_config(root: Path, host: str, login: str, **more: Any) -> str:
    path = root / "config.json"
    auth = base64.b64encode(login.encode()).decode()
    path.write_text(json.dumps({"auths": {host: {"auth": auth}}, **more}))
    return str(path)


def test_a_private_image_is_read_with_a_login(private_registry: RealRegistry, tmp_path: Path) -> None:
    name = f"{private_registry.host}/team/app:1.0"
    config = docker_config(tmp_path, f"http://{private_registry.host}/v2/", "user:pass:word")
    assert opened(name, credentials=CredentialOptions(files=(config,)))[0].digest == digest(AMD.manifest)


def test_a_private_image_is_not_read_without_the_right_login(private_registry: RealRegistry, tmp_path: Path) -> None:
    name = f"{private_registry.host}/team/app:1.0"
    error = refused(name)
    assert "needs a login (401, UNAUTHORIZED" in error.message
    assert error.hint == f"log in first: docker login {private_registry.host}"
    config = docker_config(tmp_path, private_registry.host, "user:wrong")
    assert "is not accepted" in refused(name, credentials=CredentialOptions(files=(config,))).hint
    config = docker_config(tmp_path, "other.example", "user:pass:word", credsStore="desktop")
    assert (
        "docker-credential-desktop is not installed"
        in refused(name, credentials=CredentialOptions(files=(config,))).hint
    )


# The one that misbehaves


@pytest.fixture
def server() -> Iterator[RegistrySimulator]:
    with serving_registry() as simulator:
        simulator.add("app", "1", AMD)
        yield simulator


def blob_path(content: bytes) -> str:
    return f"/v2/app/blobs/{digest(content)}"


def test_layers_are_streamed_one_after_the_other(server: RegistrySimulator) -> None:
    opened(f"{server.host}/app:1")
    assert [path.rpartition("/")[2] for path in server.paths()] == [
        "1",
        json.loads(AMD.manifest)["config"]["digest"],
        digest(BASE.blob),
        digest(TOP.blob),
    ]


def test_a_child_of_an_index_is_verified(server: RegistrySimulator) -> None:
    listing = index(AMD.descriptor(platform=platform("linux/amd64")))
    server.add_manifest("app", "multi", listing, OCI_INDEX)
    assert opened(f"{server.host}/app:multi")[0].digest == digest(AMD.manifest)
    server.content[f"/v2/app/manifests/{digest(AMD.manifest)}"] = ARM.manifest, AMD.media_type
    assert "has digest" in refused(f"{server.host}/app:multi").message


@pytest.mark.parametrize("content", [BASE.blob[:-1] + b"x", BASE.blob[:-1], BASE.blob + b"x", b"", TOP.blob])
def test_another_layer_than_was_meant_is_refused(server: RegistrySimulator, content: bytes) -> None:
    server.content[blob_path(BASE.blob)] = content, ""
    error = refused(f"{server.host}/app:1")
    assert isinstance(error, ImageError)
    assert any(word in error.message for word in ("has digest", "is longer", "is shorter"))
    assert error.hint


def test_another_configuration_than_was_meant_is_refused(server: RegistrySimulator) -> None:
    name = json.loads(AMD.manifest)["config"]["digest"]
    server.content[f"/v2/app/blobs/{name}"] = b"{}", ""
    assert f"has digest {digest(b'{}')} and not {name}" in refused(f"{server.host}/app:1").message


def test_a_layer_that_is_cut_short_is_refused(server: RegistrySimulator) -> None:
    for chunked in (False, True):
        server.answer(blob_path(BASE.blob), Answer(200, BASE.blob, cut=50, chunked=chunked))
        assert "cut short" in refused(f"{server.host}/app:1").message


def test_a_layer_that_stalls_is_refused(server: RegistrySimulator) -> None:
    server.answer(blob_path(BASE.blob), Answer(200, BASE.blob, cut=50, stall=20))
    assert "stopped sending" in refused(f"{server.host}/app:1", timeout=0.2).message


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_a_layer_that_is_refused_is_told(server: RegistrySimulator, status: int) -> None:
    server.answer(blob_path(BASE.blob), Answer(status))
    error = refused(f"{server.host}/app:1")
    assert isinstance(error, ImageError)
    assert (str(status) in error.message, bool(error.hint)) == (True, True)


def test_a_layer_may_come_from_another_host(server: RegistrySimulator) -> None:
    with serving_registry() as storage:
        storage.answer("/x", Answer(200, BASE.blob))
        server.answer(blob_path(BASE.blob), Answer(307, b"", {"Location": f"{storage.address}/x"}))
        assert opened(f"{server.host}/app:1")[1][0] == {"var/status": "base"}


@pytest.mark.parametrize(
    ("content", "media_type", "problem"),
    [
        (b'{"schemaVersion": 1}', "application/vnd.docker.distribution.manifest.v1+prettyjws", "schema 1"),
        (b'{"schemaVersion": 2}', "application/vnd.example+json", "unknown type 'application/vnd.example\\+json'"),
        (b"<html>hello</html>", "text/html", "not JSON"),
        (b"", "application/json", "not JSON"),
        (b"[1]", "application/json", "expected an object"),
        (b"[" * 10_000, "application/json", "not JSON"),
    ],
)
def test_what_is_no_manifest_ends_in_one_clear_line(
    server: RegistrySimulator, content: bytes, media_type: str, problem: str
) -> None:
    server.add_manifest("app", "odd", content, media_type)
    error = refused(f"{server.host}/app:odd")
    assert isinstance(error, ImageError)
    assert problem.replace("\\", "") in error.message
    assert error.hint


def test_a_manifest_of_a_hundred_megabytes_is_refused_at_the_limit(server: RegistrySimulator) -> None:
    server.answer("/v2/app/manifests/1", Answer(200, b" " * 100_000_000))
    assert f"more than {Limits().document} bytes" in refused(f"{server.host}/app:1").message


def test_an_index_that_lists_itself_ends(server: RegistrySimulator) -> None:
    """No index can hold its own digest; a registry may say so all the same."""
    liar = index({"mediaType": OCI_INDEX, "digest": digest(b"liar"), "size": 1})
    server.content["/v2/app/manifests/loop"] = liar, OCI_INDEX
    server.content[f"/v2/app/manifests/{digest(b'liar')}"] = liar, OCI_INDEX
    assert "has digest" in refused(f"{server.host}/app:loop").message


def test_a_wanted_link_fetches_its_layer_again(server: RegistrySimulator) -> None:
    linked = layer(file("store/1", b"content"), hard_link("app/status", "store/1"))
    server.add("linked", "1", image(linked))
    assert opened(f"{server.host}/linked:1")[1] == [{"app/status": "content"}]
    assert server.paths().count(f"/v2/linked/blobs/{digest(linked.blob)}") == 2


# Layers with more in them than other readers look for


def estargz(*entries: tuple[str, bytes]) -> LayerFile:
    """Return a layer in the form of eStargz: each file a gzip member of its own, then a table of contents and a footer.

    The footer is an empty member, whose extra field says where the member with the table begins.
    """
    table = {"version": 1, "entries": [{"name": name, "type": "reg", "size": len(text)} for name, text in entries]}
    files = [(".no.prefetch.landmark", b"\x0f"), *entries, ("stargz.index.json", json.dumps(table).encode())]
    archive = tar([file(name, content) for name, content in files])
    members = [tar([file(name, content)])[: 512 + -(-len(content) // 512) * 512] for name, content in files]
    whole = b"".join(members)
    assert archive.startswith(whole)
    members.append(archive[len(whole) :])
    packed = [gzip.compress(member, mtime=0) for member in members]
    place = b"%016xSTARGZ" % sum(len(member) for member in packed[:-2])
    extra = b"SG" + len(place).to_bytes(2, "little") + place
    header = b"\x1f\x8b\x08\x04" + bytes(5) + b"\xff" + len(extra).to_bytes(2, "little") + extra
    footer = header + b"\x01\x00\x00\xff\xff" + bytes(8)
    return PackedLayer(archive, "+gzip", content=b"".join(packed) + footer)


def zstd_chunked(*entries: tuple[str, bytes]) -> LayerFile:
    """Return a layer in the form of zstd:chunked: a frame for each file, then tables in frames that readers skip."""
    archive = tar([file(name, content) for name, content in entries])
    cut = [archive[at : at + 512] for at in range(0, len(archive), 512)]
    frames = b"".join(zstandard.ZstdCompressor().compress(piece) for piece in cut)

    def skipped(content: bytes) -> bytes:
        return b"\x50\x2a\x4d\x18" + len(content).to_bytes(4, "little") + content

    table = zstandard.ZstdCompressor().compress(b'{"version": 1, "entries": []}')
    footer = b"".join(number.to_bytes(8, "little") for number in (len(frames), len(table), 29, 1)) + b"GNUlInUx"
    return PackedLayer(archive, "+zstd", content=frames + skipped(table) + skipped(footer))


@dataclass(frozen=True)
class PackedLayer(LayerFile):
    """A layer whose blob is given."""

    content: bytes = b""

    @property
    def blob(self) -> bytes:
        return self.content


@pytest.mark.parametrize("form", [estargz, zstd_chunked])
def test_layers_for_lazy_readers_are_ordinary_layers(server: RegistrySimulator, form: Callable[..., LayerFile]) -> None:
    server.add("lazy", "1", image(form(("a/status", b"a" * 3000), ("b/status", b"b"), ("status", b""))))
    assert opened(f"{server.host}/lazy:1")[1] == [{"a/status": "a" * 3000, "b/status": "b", "status": ""}]


# Layers that are elsewhere


def test_a_foreign_layer_of_the_registry_is_read_from_there(server: RegistrySimulator) -> None:
    server.add("windows", "1", foreign("https://127.0.0.1:1/layer"))
    assert opened(f"{server.host}/windows:1")[1] == [{"var/status": "base"}]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/layer", "https://127.0.0.1:1/layer"])
def test_a_foreign_layer_that_is_nowhere_is_told(server: RegistrySimulator, url: str) -> None:
    server.add("windows", "1", foreign(url))
    del server.content[f"/v2/windows/blobs/{digest(BASE.blob)}"]
    error = refused(f"{server.host}/windows:1")
    assert isinstance(error, ImageError)
    assert f"layer {digest(BASE.blob)}: not in the registry, nor elsewhere" in error.message
    assert "its makers keep it" in error.hint


def foreign(url: str) -> BuiltImage:
    """Return an image whose layer is said to be at `url`."""
    layers = [{**BASE.descriptor(), "mediaType": FOREIGN, "urls": [url]}]
    return image(BASE, manifest={"layers": layers})


@pytest.mark.parametrize("media_type", ["application/json", "application/octet-stream", ""])
def test_a_manifest_whose_type_is_not_told_is_what_it_says_itself(server: RegistrySimulator, media_type: str) -> None:
    for own in (AMD.manifest, image(BASE, TOP, manifest={"mediaType": None}).manifest):
        server.content["/v2/app/manifests/1"] = own, media_type
        for name, blob in image(BASE, TOP).blobs.items():
            server.content[f"/v2/app/blobs/{name}"] = blob, ""
        assert opened(f"{server.host}/app:1")[1] == [{"var/status": "base"}, {"app/status": "top"}]


def test_a_manifest_that_says_itself_what_it_is_goes_before_its_header(server: RegistrySimulator) -> None:
    server.content["/v2/app/manifests/1"] = AMD.manifest, "text/plain"
    assert opened(f"{server.host}/app:1")[0].digest == digest(AMD.manifest)
    server.content["/v2/app/manifests/1"] = AMD.manifest, OCI_INDEX
    assert opened(f"{server.host}/app:1")[0].digest == digest(AMD.manifest)
