"""A client of registries, against one that misbehaves."""

import base64
import json
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.simulators.images import OCI_MANIFEST, digest, file, image, layer
from tests.simulators.registry import Answer, RegistrySimulator, error, serving_registry

from hullcheck.errors import ImageError
from hullcheck.net.credentials import Login, LoginFile
from hullcheck.net.http import NOTHING, Http, HttpOptions
from hullcheck.net.keychain import Keychain
from hullcheck.net.reference import parse_reference
from hullcheck.net.registry import Received, Registry

LAYER = layer(file("status", b"x"))
BUILT = image(LAYER)
MANIFEST = "/v2/team/app/manifests/1.0"
BLOB = f"/v2/team/app/blobs/{digest(LAYER.blob)}"
ACCEPT = ("application/vnd.oci.image.index.v1+json", OCI_MANIFEST)


@pytest.fixture
def server() -> Iterator[RegistrySimulator]:
    with serving_registry() as simulator:
        simulator.add("team/app", "1.0", BUILT)
        yield simulator


class Client:
    """A registry as asked by a client that does not wait."""

    def __init__(
        self,
        server: RegistrySimulator,
        login: Login | None = None,
        *,
        host: str = "",
        keychain: Keychain | None = None,
        insecure: tuple[str, ...] = (),
        environment: Mapping[str, str] = NOTHING,
        **options: Any,
    ) -> None:
        self.waits: list[float] = []
        self.http = Http(HttpOptions(**{"timeout": 5.0, **options}), environment, sleep=self.waits.append)
        keys = keychain or Keychain(
            [LoginFile("config.json", {server.host: replace(login, source="config.json")})] if login else ()
        )
        self.registry = Registry(self.http, parse_reference(f"{host or server.host}/team/app:1.0"), keys, insecure)

    def manifest(self, wanted: str = "1.0", limit: int = 1 << 20) -> Received:
        with self.http:
            return self.registry.manifest(wanted, ACCEPT, limit)

    def blob(self) -> bytes:
        with self.http, self.registry.stream(digest(LAYER.blob)) as chunks:
            return b"".join(chunks)


def refused(client: Client, what: str = "manifest") -> ImageError:
    with pytest.raises(ImageError) as raised:
        getattr(client, what)()
    assert "\n" not in raised.value.message
    assert raised.value.message.startswith("127.0.0.1:")
    return raised.value


# Anonymous


def test_a_manifest_is_had_by_tag_and_by_digest(server: RegistrySimulator) -> None:
    for wanted in ("1.0", digest(BUILT.manifest)):
        received = Client(server).manifest(wanted)
        assert received == Received(BUILT.manifest, OCI_MANIFEST, digest(BUILT.manifest))
    assert server.seen[-1].headers["accept"] == ", ".join(ACCEPT)
    assert "authorization" not in server.seen[-1].headers


def test_a_blob_is_streamed(server: RegistrySimulator) -> None:
    assert Client(server).blob() == LAYER.blob
    with Client(server).http:
        assert Client(server).registry.blob(digest(LAYER.blob), 1 << 20) == LAYER.blob


def test_a_manifest_of_another_digest_than_asked_for_is_refused(server: RegistrySimulator) -> None:
    wanted = digest(BUILT.manifest)
    server.content[f"/v2/team/app/manifests/{wanted}"] = b"{}", OCI_MANIFEST
    with pytest.raises(ImageError, match=f"has digest {digest(b'{}')} and not {wanted}"):
        Client(server).manifest(wanted)


def test_a_manifest_of_another_digest_than_the_registry_says_is_refused(server: RegistrySimulator) -> None:
    server.digest_header = lambda _: digest(b"else")
    assert "the manifest has digest" in refused(Client(server)).message
    server.digest_header = lambda _: "nonsense"
    assert Client(server).manifest().digest == digest(BUILT.manifest)
    server.digest_header = lambda content: digest(content, "sha512")
    assert Client(server).manifest().digest == digest(BUILT.manifest, "sha512")


def test_a_manifest_beyond_the_limit_is_refused(server: RegistrySimulator) -> None:
    with pytest.raises(ImageError, match="more than 100 bytes"):
        Client(server).manifest(limit=100)


# Logins


def test_basic_authentication_is_used_where_it_is_asked_for(server: RegistrySimulator) -> None:
    server.authentication, server.users = "basic", {"user": "pass:word"}
    client = Client(server, Login("user", "pass:word"))
    assert client.manifest().digest == digest(BUILT.manifest)
    assert client.blob() == LAYER.blob
    # It is not told before it is asked for, and from then on not asked for again.
    assert ["authorization" in it.headers for it in server.seen if it.path != "/v2/"] == [False, True, True]


def test_a_login_that_is_no_text_is_sent_as_it_came(server: RegistrySimulator) -> None:
    # What is not UTF-8 in arguments, variables and on stdin (PEP 383).
    server.authentication, server.users = "basic", {"user": "secret"}
    refused(
        Client(server, Login(b"us\xe4r".decode(errors="surrogateescape"), b"p\xff".decode(errors="surrogateescape")))
    )
    told = base64.b64encode(b"us\xe4r:p\xff").decode()
    assert server.seen[-1].headers["authorization"] == f"Basic {told}"


def test_a_token_is_had_without_a_login(server: RegistrySimulator) -> None:
    server.authentication = "bearer"
    client = Client(server)
    assert client.manifest().digest == digest(BUILT.manifest)
    assert client.blob() == LAYER.blob
    assert server.paths() == [
        MANIFEST,
        "/token?service=simulator&scope=repository%3Ateam%2Fapp%3Apull",
        MANIFEST,
        BLOB,
    ]
    assert server.seen[-1].headers["authorization"].startswith("Bearer token-")


def test_a_token_is_had_with_a_login(server: RegistrySimulator) -> None:
    server.authentication, server.anonymous_tokens, server.users = "bearer", False, {"user": "pass"}
    assert Client(server, Login("user", "pass")).manifest().digest == digest(BUILT.manifest)
    (token,) = [it for it in server.seen if it.path.startswith("/token")]
    assert token.headers["authorization"] == "Basic dXNlcjpwYXNz"


def test_a_token_is_had_for_an_identity_token(server: RegistrySimulator) -> None:
    server.authentication, server.anonymous_tokens, server.refresh_tokens = "bearer", False, {"refresh&me"}
    assert Client(server, Login("<token>", "", "refresh&me")).manifest().digest == digest(BUILT.manifest)
    (token,) = [it for it in server.seen if it.path.startswith("/token")]
    assert (token.method, "authorization" in token.headers) == ("POST", False)


def test_a_registry_token_is_used_as_it_is(server: RegistrySimulator) -> None:
    server.authentication = "bearer"
    token = server._issue(["all"])
    assert Client(server, Login(registry_token=token)).manifest().digest == digest(BUILT.manifest)


def test_a_token_that_runs_out_is_renewed(server: RegistrySimulator) -> None:
    server.authentication, server.token_lifetime = "bearer", 1
    client = Client(server)
    client.manifest()
    assert client.blob() == LAYER.blob
    assert sum(it.path.startswith("/token") for it in server.seen) == 2


def test_the_scope_of_the_challenge_is_asked_for(server: RegistrySimulator) -> None:
    server.authentication = f'Bearer realm="{server.address}/token?a=b",scope="repository:x:pull repository:y:pull"'
    Client(server).manifest()
    (path,) = [it.path for it in server.seen if it.path.startswith("/token")]
    assert path == "/token?a=b&scope=repository%3Ax%3Apull&scope=repository%3Ay%3Apull"


def test_of_several_challenges_one_that_is_known_is_met(server: RegistrySimulator) -> None:
    server.authentication = f'Negotiate, Basic realm="x", Bearer realm="{server.address}/token"'
    assert Client(server).manifest().digest == digest(BUILT.manifest)


@pytest.mark.parametrize("authentication", ["basic", "bearer", "Negotiate", "nonsense = ", 'Bearer service="x"'])
def test_without_a_login_the_error_says_to_log_in(server: RegistrySimulator, authentication: str) -> None:
    server.authentication, server.anonymous_tokens = authentication, False
    error = refused(Client(server))
    assert "needs a login (401" in error.message
    assert error.hint == f"log in first: docker login {server.host}"


@pytest.mark.parametrize("authentication", ["basic", "bearer"])
@pytest.mark.parametrize("login", [Login("user", "wrong"), Login("<token>", "", "wrong")])
def test_a_login_that_is_not_accepted_is_told(server: RegistrySimulator, authentication: str, login: Login) -> None:
    server.authentication, server.anonymous_tokens, server.users = authentication, False, {"user": "right"}
    error = refused(Client(server, login))
    assert "needs a login" in error.message
    assert error.hint == f"the login for {server.host} from config.json is not accepted: log in again"
    assert "wrong" not in error.message + error.hint


@pytest.mark.parametrize("by_host", [True, False])
def test_a_credential_helper_that_fails_is_told_only_where_a_login_is_needed(
    server: RegistrySimulator, by_host: bool
) -> None:
    files = [LoginFile("config.json", {}, {server.host: "ecr"} if by_host else {}, "" if by_host else "ecr")]
    server.authentication = "bearer"
    assert Client(server, keychain=Keychain(files)).manifest().digest == digest(BUILT.manifest)
    server.authentication = "basic"
    hint = refused(Client(server, keychain=Keychain(files))).hint
    assert "config.json leaves logins to a credential helper, but docker-credential-ecr is not installed" in hint


def test_the_login_of_another_registry_is_not_sent(server: RegistrySimulator) -> None:
    server.authentication, server.users = "basic", {"user": "pass"}
    logins = {"127.0.0.1": Login("user", "pass"), "docker.io": Login("user", "pass")}
    keychain = Keychain([LoginFile("config.json", logins)])
    assert "log in first" in refused(Client(server, keychain=keychain)).hint
    assert not any("authorization" in it.headers for it in server.seen)


def test_a_realm_that_is_not_safe_gets_no_login(server: RegistrySimulator) -> None:
    for realm in ("file:///etc/passwd", "ftp://x/", "", "token"):
        server.authentication = f'Bearer realm="{realm}"'
        error = refused(Client(server, Login("user", "pass")))
        assert any(word in error.message for word in ("is not safe", "needs a login"))


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b'{"token": ""}', b'{"token": 1}', b'{"token": "a\\nb"}', b'{"token": "\xc3\xa9"}', b"\xff"],
)
def test_an_answer_without_a_token_is_told(server: RegistrySimulator, body: bytes) -> None:
    server.authentication = "bearer"
    server.answer("/token", Answer(200, body))
    assert "/token: answered with" in refused(Client(server)).message


def test_an_access_token_is_a_token(server: RegistrySimulator) -> None:
    server.authentication = "bearer"
    server.answer("/token", Answer(200, json.dumps({"access_token": server._issue(["x"])}).encode()))
    assert Client(server).manifest().digest == digest(BUILT.manifest)


def test_a_server_of_tokens_that_fails_is_told(server: RegistrySimulator) -> None:
    server.authentication = "bearer"
    server.answer("/token", Answer(503))
    assert "/token: 503 Service Unavailable" in refused(Client(server)).message


# Faults


def test_what_does_not_exist_is_told(server: RegistrySimulator) -> None:
    with pytest.raises(ImageError, match=r"does not exist \(404, MANIFEST_UNKNOWN: as the test wants it\)") as raised:
        Client(server).manifest("2.0")
    assert raised.value.hint
    del server.content[BLOB]
    assert f"has no blobs/{digest(LAYER.blob)} (404" in refused(Client(server), "blob").message


def test_what_may_not_be_read_is_told(server: RegistrySimulator) -> None:
    server.answer(MANIFEST, error(403, "DENIED", "no\nway\x1b[31m" + "x" * 1000))
    found = refused(Client(server))
    assert "may not be read (403, DENIED: no way [31m" in found.message
    assert len(found.message) < 400


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_passing_failures_are_waited_for(server: RegistrySimulator, status: int) -> None:
    server.answer(MANIFEST, Answer(status, lasting=False), Answer(200, BUILT.manifest))
    client = Client(server)
    assert client.manifest().digest == digest(BUILT.manifest)
    assert client.waits == [1.0]


@pytest.mark.parametrize(
    ("status", "words"), [(429, "429 Too Many Requests"), (500, "500 Internal"), (400, "400 Bad Request")]
)
def test_lasting_failures_are_told(server: RegistrySimulator, status: int, words: str) -> None:
    server.answer(MANIFEST, Answer(status))
    assert words in refused(Client(server)).message


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"errors": 1}', b"x" * 100_000, b"\xff"])
def test_errors_that_say_nothing_are_told_all_the_same(server: RegistrySimulator, body: bytes) -> None:
    server.answer(MANIFEST, Answer(404, body))
    assert "does not exist (404)" in refused(Client(server)).message


def test_a_registry_that_stalls_is_not_waited_for(server: RegistrySimulator) -> None:
    server.answer(MANIFEST, Answer(200, BUILT.manifest, cut=5, stall=20))
    assert "stopped sending" in refused(Client(server, timeout=0.2)).message
    server.answer(BLOB, Answer(200, LAYER.blob, cut=5, stall=20))
    assert "stopped sending" in refused(Client(server, timeout=0.2), "blob").message


def test_a_blob_that_is_cut_short_is_told(server: RegistrySimulator) -> None:
    server.answer(BLOB, Answer(200, LAYER.blob, cut=20))
    assert "cut short" in refused(Client(server), "blob").message


# Redirects


def test_a_blob_may_be_elsewhere_where_the_login_is_not_sent(server: RegistrySimulator) -> None:
    server.authentication, server.users = "basic", {"user": "pass"}
    with serving_registry() as storage:
        storage.answer("/blob", Answer(200, LAYER.blob))
        server.answer(BLOB, Answer(307, b"", {"Location": f"{storage.address}/blob?sig=1"}))
        client = Client(server, Login("user", "pass"))
        client.manifest()
        assert client.blob() == LAYER.blob
        assert "authorization" in server.seen[-1].headers
        assert "authorization" not in storage.seen[0].headers


def test_a_storage_that_asks_for_a_login_gets_none(server: RegistrySimulator) -> None:
    with serving_registry(authentication="basic", users={"user": "pass"}) as storage:
        server.answer(BLOB, Answer(307, b"", {"Location": f"{storage.address}{BLOB}"}))
        assert "401" in refused(Client(server, Login("user", "pass")), "blob").message
        assert not any("authorization" in it.headers for it in storage.seen)


def test_a_redirect_to_a_file_is_refused(server: RegistrySimulator) -> None:
    server.answer(BLOB, Answer(307, b"", {"Location": "file:///etc/passwd"}))
    assert "redirects to file: address" in refused(Client(server), "blob").message


# Schemes


def test_a_loopback_registry_is_asked_with_tls_where_it_speaks_it(certificate: Path) -> None:
    with serving_registry(certificate) as server:
        server.add("team/app", "1.0", BUILT)
        assert Client(server, ca_bundle=str(certificate)).manifest().digest == digest(BUILT.manifest)
        found = refused(Client(server))
        assert "certificate" in found.message
        assert found.hint.startswith("name the authority's certificate")


def test_other_hosts_are_asked_in_plain_http_only_if_so_wished(server: RegistrySimulator) -> None:
    proxy = {"HTTPS_PROXY": server.address, "HTTP_PROXY": server.address}
    with pytest.raises(ImageError, match=r"https://registry.*no way through the proxy"):
        Client(server, host="registry.example:5000", environment=proxy, retries=0).manifest()
    assert server.seen == []
    for insecure in (("registry.example:5000",), ("registry.example",)):
        client = Client(server, host="registry.example:5000", environment=proxy, retries=0, insecure=insecure)
        assert client.manifest().digest == digest(BUILT.manifest)


def test_a_registry_that_is_not_there_is_told() -> None:
    with serving_registry() as server:
        client = Client(server, retries=0)
    found = refused(client)
    assert "Connection refused" in found.message
    assert found.hint == "check the network and the proxy"


def test_the_environment_is_not_looked_at(server: RegistrySimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"):
        monkeypatch.setitem(os.environ, name, "http://127.0.0.1:1")
    assert Client(server).manifest().digest == digest(BUILT.manifest)


# What real registries do


def test_a_registry_may_speak_http_of_1996(server: RegistrySimulator) -> None:
    server.answer(MANIFEST, Answer(200, BUILT.manifest, {"Content-Type": OCI_MANIFEST}, old=True))
    server.answer(BLOB, Answer(200, LAYER.blob, old=True))
    assert Client(server).manifest().content == BUILT.manifest
    assert Client(server).blob() == LAYER.blob


def test_a_manifest_of_100_mb_is_not_read(server: RegistrySimulator) -> None:
    server.answer(MANIFEST, Answer(200, b" " * 100_000_000, {"Content-Type": OCI_MANIFEST}))
    with pytest.raises(ImageError, match="answered with more than 4194304 bytes"):
        Client(server).manifest(limit=4 * 1024 * 1024)


def test_a_user_in_a_redirect_is_neither_sent_nor_shown(server: RegistrySimulator) -> None:
    with serving_registry() as storage:
        location = storage.address.replace("//", "//user:secret@") + "/blob"
        server.answer(BLOB, Answer(307, b"", {"Location": location}))
        message = refused(Client(server), "blob").message
        assert "secret" not in message
        storage.answer("/blob", Answer(200, LAYER.blob))
        assert Client(server).blob() == LAYER.blob
        assert not any("authorization" in it.headers for it in storage.seen)


def test_a_redirect_that_loops_ends(server: RegistrySimulator) -> None:
    server.answer(BLOB, Answer(307, b"", {"Location": BLOB}))
    assert "more than 8 redirects" in refused(Client(server), "blob").message


@pytest.mark.parametrize("status", [307, 302])
def test_the_login_at_the_token_server_does_not_follow_a_redirect(server: RegistrySimulator, status: int) -> None:
    with serving_registry() as other:
        other.answer("/token", Answer(200, b'{"token": "stolen"}'))
        server.authentication = "bearer"
        server.answer("/token", Answer(status, b"", {"Location": f"{other.address}/token"}))
        for login in (Login("user", "pass"), Login("<token>", "", "refresh")):
            assert "401" in refused(Client(server, login)).message or "30" in refused(Client(server, login)).message
        assert not any("authorization" in it.headers or it.body for it in other.seen)


def test_a_login_is_sent_to_the_token_server_that_the_registry_names(server: RegistrySimulator) -> None:
    with serving_registry(users={"user": "pass"}, anonymous_tokens=False) as tokens:
        server.authentication = f'Bearer realm="{tokens.address}/token",service="x"'
        with pytest.raises(ImageError):
            Client(server, Login("user", "pass")).manifest()
        assert [it.headers["authorization"] for it in tokens.seen] == ["Basic dXNlcjpwYXNz"]


@pytest.mark.parametrize("realm", ["http://tokens.example/token", "http://registry.example.evil.example/token"])
def test_a_token_server_elsewhere_is_not_spoken_to_in_plain_http(server: RegistrySimulator, realm: str) -> None:
    """The registry is on this machine, where nobody listens; the way to the other one is not."""
    server.authentication = f'Bearer realm="{realm}",service="x"'
    client = Client(server, Login("user", "pass"), environment={"HTTP_PROXY": server.address})
    assert "is not safe" in refused(client).message
    assert not any("authorization" in it.headers for it in server.seen)
    # The user may say that it is.
    client = Client(server, environment={"HTTP_PROXY": server.address}, insecure=("tokens.example",))
    if "evil" in realm:
        assert "is not safe" in refused(client).message
    else:
        assert client.manifest().digest == digest(BUILT.manifest)


def test_many_threads_share_a_token(server: RegistrySimulator) -> None:
    contents = [bytes([number]) * 300_000 for number in range(24)]
    for content in contents:
        server.content[f"/v2/team/app/blobs/{digest(content)}"] = content, ""
    server.authentication, server.users, server.anonymous_tokens = "bearer", {"user": "pass"}, False
    client = Client(server, Login("user", "pass"))

    def read(content: bytes) -> bytes:
        with client.registry.stream(digest(content)) as chunks:
            return b"".join(chunks)

    with client.http, ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, contents)) == contents
        assert len([path for path in server.paths() if path.startswith("/token")]) == 1
        assert [it.path for it in server.seen].count("/v2/") == 1
        # All tokens expire at the same time; each thread that is refused uses the one that another has got.
        server._uses.update(dict.fromkeys(server._uses, 0))
        assert list(pool.map(read, contents)) == contents
    assert len([path for path in server.paths() if path.startswith("/token")]) == 2


def test_blobs_are_open_at_the_same_time_and_may_be_left(server: RegistrySimulator) -> None:
    contents = [bytes([number]) * 2_000_000 for number in range(4)]
    for content in contents:
        server.content[f"/v2/team/app/blobs/{digest(content)}"] = content, ""
    client = Client(server)
    with client.http, ExitStack() as opened:
        streams = [opened.enter_context(client.registry.stream(digest(content))) for content in contents]
        firsts = [next(stream) for stream in streams]
        assert [first[:1] for first in firsts] == [content[:1] for content in contents]
    assert client.blob() == LAYER.blob
