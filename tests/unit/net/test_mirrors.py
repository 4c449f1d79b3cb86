"""Mirrors, which are asked before registries."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from tests.simulators.images import OCI_MANIFEST, digest, file, image, layer
from tests.simulators.registry import Answer, RegistrySimulator, error, serving_registry

from hullcheck.errors import ImageError, InvalidParameter
from hullcheck.net.credentials import Login, LoginFile
from hullcheck.net.http import Http, HttpOptions
from hullcheck.net.keychain import Keychain
from hullcheck.net.mirrors import Mirror, Mirrored, parse_mirror, places
from hullcheck.net.reference import parse_reference
from hullcheck.net.registry import Registry

LAYER = random.Random(2).randbytes(2_500_000)
BUILT = image(layer(file("status", b"x")))
OTHER = image(layer(file("status", b"other")))


@pytest.fixture
def server() -> Iterator[RegistrySimulator]:
    with serving_registry() as simulator:
        simulator.add("team/app", "1.0", BUILT)
        simulator.content[f"/v2/team/app/blobs/{digest(LAYER)}"] = LAYER, ""
        yield simulator


@pytest.fixture
def mirror() -> Iterator[RegistrySimulator]:
    with serving_registry() as simulator:
        simulator.add("hub/team/app", "1.0", BUILT)
        simulator.content[f"/v2/hub/team/app/blobs/{digest(LAYER)}"] = LAYER, ""
        yield simulator


class Client:
    def __init__(self, registry: RegistrySimulator, *mirrors: RegistrySimulator, **logins: Login) -> None:
        self.notes: list[str] = []
        self.http = Http(HttpOptions(timeout=5.0, retries=0), sleep=lambda _: None)
        reference = parse_reference(f"{registry.host}/team/app:1.0")
        hosts = {"server": registry.host, **{f"mirror{at}": it.host for at, it in enumerate(mirrors)}}
        keys = Keychain([LoginFile("f", {hosts[name]: login for name, login in logins.items()})])
        asked = places(reference, [Mirror(registry.host, it.host, "hub") for it in mirrors])
        self.mirrored = Mirrored(self.http, [Registry(self.http, it, keys) for it in asked], self.notes.append)

    def manifest(self, wanted: str = "1.0") -> bytes:
        with self.http:
            return self.mirrored.manifest(wanted, (OCI_MANIFEST,), 1 << 20).content

    def stream(self, content: bytes = LAYER, **options: Any) -> bytes:
        with self.http, self.mirrored.stream(digest(content), **options) as chunks:
            return b"".join(chunks)


def test_a_mirror_is_asked_first_and_that_is_said(server: RegistrySimulator, mirror: RegistrySimulator) -> None:
    client = Client(server, mirror)
    assert client.manifest() == BUILT.manifest
    assert client.stream() == LAYER
    assert server.seen == []
    assert client.notes == [f"{server.host}/team/app:1.0 is read from the mirror {mirror.host}"]


@pytest.mark.parametrize(
    "answer",
    [
        error(404, "MANIFEST_UNKNOWN"),
        error(403, "DENIED"),
        error(401, "UNAUTHORIZED"),
        error(500, "UNKNOWN"),
        Answer(429, b"", {"Retry-After": "3600"}),
        Answer(200, BUILT.manifest, cut=10),
        Answer(200, BUILT.manifest, {"Docker-Content-Digest": digest(b"else")}),
        Answer(302, b"", {"Location": "file:///etc/passwd"}),
    ],
)
def test_the_registry_is_asked_where_a_mirror_fails(
    server: RegistrySimulator, mirror: RegistrySimulator, answer: Answer
) -> None:
    mirror.answer("/v2/hub/team/app/manifests/1.0", answer)
    client = Client(server, mirror)
    assert client.manifest() == BUILT.manifest
    (note,) = client.notes
    assert note.startswith(f"mirror {mirror.host}: ")
    assert note.endswith(": the next place is asked")


def test_a_mirror_that_is_not_there_is_passed_over(server: RegistrySimulator) -> None:
    with serving_registry() as gone:
        pass
    assert Client(server, gone).manifest() == BUILT.manifest


def test_a_mirror_that_has_something_else_under_a_digest_is_passed_over(
    server: RegistrySimulator, mirror: RegistrySimulator
) -> None:
    wanted = digest(BUILT.manifest)
    mirror.content[f"/v2/hub/team/app/manifests/{wanted}"] = OTHER.manifest, OCI_MANIFEST
    config = digest(b"config")
    mirror.content[f"/v2/hub/team/app/blobs/{config}"] = b"lies", ""
    server.content[f"/v2/team/app/blobs/{config}"] = b"config", ""
    client = Client(server, mirror)
    assert client.manifest(wanted) == BUILT.manifest
    with client.http:
        assert client.mirrored.blob(config, 100) == b"config"


def test_a_layer_that_breaks_off_is_read_on_from_the_next_place(
    server: RegistrySimulator, mirror: RegistrySimulator
) -> None:
    mirror.cuts = [1_000_000]
    client = Client(server, mirror)
    assert client.stream() == LAYER
    assert server.seen[-1].headers["range"] == "bytes=1000000-"


def test_what_nobody_has_is_told_with_all_that_were_asked(server: RegistrySimulator, mirror: RegistrySimulator) -> None:
    with pytest.raises(ImageError) as raised:
        Client(server, mirror).manifest("2.0")
    assert raised.value.message.startswith(f"{server.host}/team/app:1.0: does not exist (404")
    assert f"; and of its mirror {mirror.host}/hub/team/app:1.0: does not exist (404" in raised.value.message
    with pytest.raises(ImageError, match=rf"has no blobs/.*and of its mirror {mirror.host}"):
        Client(server, mirror).stream(b"gone")


def test_each_gets_its_own_login_and_no_other(server: RegistrySimulator, mirror: RegistrySimulator) -> None:
    for registry in (server, mirror):
        registry.authentication, registry.users = "basic", {"user": "right"}
    client = Client(server, mirror, server=Login("user", "right"))
    assert client.manifest() == BUILT.manifest
    assert not any("authorization" in it.headers for it in mirror.seen)
    client = Client(server, mirror, mirror0=Login("user", "right"))
    server.seen.clear()
    assert client.manifest() == BUILT.manifest
    assert server.seen == []


def test_mirrors_are_asked_in_their_order(server: RegistrySimulator, mirror: RegistrySimulator) -> None:
    with serving_registry() as empty:
        client = Client(server, empty, mirror)
        assert client.manifest() == BUILT.manifest
        assert empty.paths() == ["/v2/hub/team/app/manifests/1.0"]
        assert server.seen == []
        assert len(client.notes) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("docker.io=mirror.example", Mirror("docker.io", "mirror.example")),
        ("index.docker.io=mirror.example:5000/hub", Mirror("docker.io", "mirror.example:5000", "hub")),
        ("registry.example:5000=localhost/a/b/", Mirror("registry.example:5000", "localhost", "a/b")),
        ("quay.io=[::1]:5000/q", Mirror("quay.io", "[::1]:5000", "q")),
        ("quay.io=docker.io", Mirror("quay.io", "docker.io")),
    ],
)
def test_a_mirror_is_a_host_and_a_place(text: str, expected: Mirror) -> None:
    assert parse_mirror(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "=",
        "docker.io",
        "docker.io=",
        "=mirror.example",
        "docker.io=hub",
        "ubuntu=mirror.example",
        "docker.io=https://mirror.example",
        "https://docker.io=mirror.example",
        "docker.io=mirror.example/UPPER",
        "docker.io=mirror.example//x",
        "docker.io=mirror.example/a:1",
        "docker.io=user:secret@mirror.example",
        "docker.io=mirror.example=x",
        "docker.io/library=mirror.example",
    ],
)
def test_what_is_no_mirror_is_a_mistake(text: str) -> None:
    with pytest.raises(InvalidParameter, match="not a host and its mirror") as raised:
        parse_mirror(text)
    assert raised.value.hint.startswith("write it as HOST=MIRROR[/PREFIX]")


def test_places_are_of_the_images_own_registry() -> None:
    mirrors = [
        Mirror("docker.io", "one.example", "hub"),
        Mirror("quay.io", "two.example"),
        Mirror("docker.io", "x.example"),
    ]
    assert [str(it) for it in places(parse_reference("alpine:3"), mirrors)] == [
        "one.example/hub/library/alpine:3",
        "x.example/library/alpine:3",
        "docker.io/library/alpine:3",
    ]
    assert [str(it) for it in places(parse_reference("ghcr.io/a:1"), mirrors)] == ["ghcr.io/a:1"]


# Layers that registries may not have


def test_a_foreign_layer_of_the_registry_is_not_looked_for_elsewhere(server: RegistrySimulator) -> None:
    client = Client(server)
    assert client.stream(urls=("https://127.0.0.1:1/x",)) == LAYER
    assert client.notes == []


def test_a_foreign_layer_is_read_over_tls_without_a_login(server: RegistrySimulator, certificate: Any) -> None:
    content = bytes(3_000_000)
    server.authentication, server.users = "basic", {"user": "pass"}
    with serving_registry(certificate) as elsewhere:
        elsewhere.content["/data/blobs/x"] = content, ""
        elsewhere.cuts = [1_500_000]
        client = Client(server, server=Login("user", "pass"))
        client.http = Http(HttpOptions(retries=1, ca_bundle=str(certificate)), sleep=lambda _: None)
        client.mirrored._http = client.http
        urls = ("http://127.0.0.1:1/x", "file:///etc/passwd", f"{elsewhere.address}/data/blobs/x?sig=secret")
        assert client.stream(content, urls=urls) == content
        assert [it.headers.get("range", "") for it in elsewhere.seen] == ["", "bytes=1500000-"]
        assert not any("authorization" in it.headers for it in elsewhere.seen)
        (note,) = client.notes
        assert note.startswith(f"{server.host}/team/app:1.0, layer {digest(content)} is not in the registry")
        assert note.endswith(f"read from {elsewhere.address}/data/blobs/x")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "file:///etc/passwd", "x", "", "https://", "https://[::1"])
def test_a_foreign_layer_that_cannot_be_had_is_told(server: RegistrySimulator, url: str) -> None:
    with pytest.raises(ImageError, match="not in the registry, nor elsewhere") as raised:
        Client(server).stream(b"gone", urls=(url,))
    assert "its makers keep it" in raised.value.hint


def test_foreign_layers_are_not_looked_for_where_the_registry_fails(server: RegistrySimulator) -> None:
    server.answer(f"/v2/team/app/blobs/{digest(b'gone')}", Answer(403))
    with pytest.raises(ImageError, match="may not be read"):
        Client(server).stream(b"gone", urls=("https://127.0.0.1:1/x",))
