"""A registry in memory on a loopback port, which misbehaves as a test wants it to."""

import base64
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.simulators.images import BuiltImage, digest


@dataclass(frozen=True)
class Seen:
    """A request: its method, path with query, and the headers that matter, by lower-case name."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What a path is answered with, once or, if it is `lasting`, always.

    Of the body, `cut` bytes are sent and the connection is closed; or it stalls for `stall` seconds after them. With
    `drip`, the body comes byte by byte, with so many seconds between, and so does a head with X-Drip; with `old`, in
    the way of HTTP/1.0.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    stall: float = 0.0
    chunked: bool = False
    drip: float = 0.0
    old: bool = False
    lasting: bool = True


@dataclass
class RegistrySimulator:
    """The content of a registry, how it authenticates, and what was asked of it.

    `authentication` is "" (none), "basic", "bearer" or a WWW-Authenticate header; `users` are those whose logins and
    tokens count. `answers` go before everything else, by path without query.

    `cuts` are after how many bytes of content the connection breaks, once for each of the next answers with content.
    Ranges are honoured; `partial` changes the answers to those that ask for one.
    """

    address: str = ""
    content: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    authentication: str = ""
    anonymous_tokens: bool = True
    users: dict[str, str] = field(default_factory=dict)
    refresh_tokens: set[str] = field(default_factory=set)
    token_lifetime: int = 1_000_000  # How many requests a token is good for.
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    digest_header: Callable[[bytes], str] = digest
    seen: list[Seen] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    etag: Callable[[bytes], str] = lambda content: f'"{digest(content)}"'
    partial: Callable[[Answer], Answer] = lambda answer: answer
    _uses: dict[str, int] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    def add(self, repository: str, tag: str, built: BuiltImage) -> None:
        """Publish `built` as `repository:tag`."""
        manifests = f"/v2/{repository}/manifests"
        for name in (tag, digest(built.manifest)):
            self.content[f"{manifests}/{name}"] = built.manifest, built.media_type
        for name, blob in built.blobs.items():
            self.content[f"/v2/{repository}/blobs/{name}"] = blob, "application/octet-stream"

    def add_manifest(self, repository: str, name: str, content: bytes, media_type: str) -> None:
        """Publish an index or anything else as a manifest."""
        for it in (name, digest(content)):
            self.content[f"/v2/{repository}/manifests/{it}"] = content, media_type

    def answer(self, path: str, *answers: Answer) -> None:
        """Answer `path` with `answers`, one after the other; the last stays if it is lasting."""
        self.answers[path] = list(answers)

    def paths(self) -> list[str]:
        """Return what was asked for, but for pings."""
        return [it.path for it in self.seen if it.path != "/v2/"]

    def respond(self, request: Seen) -> Answer:
        """Return the answer to `request`."""
        self.seen.append(request)
        path = urlsplit(request.path).path
        if prepared := self.answers.get(path):
            return prepared[0] if prepared[0].lasting and len(prepared) == 1 else prepared.pop(0)
        if path == "/token":
            return self._token(request)
        if self.authentication and not self._authorized(request):
            return self._refusal()
        if path == "/v2/":
            return Answer(200, b"{}")
        if path not in self.content:
            return error(404, "MANIFEST_UNKNOWN" if "/manifests/" in path else "BLOB_UNKNOWN")
        body, media_type = self.content[path]
        headers = {"Content-Type": media_type, "Docker-Content-Digest": self.digest_header(body)}
        headers |= {"ETag": self.etag(body)} if self.etag(body) else {}
        answer = self._in_part(request, Answer(200, body, headers))
        cut = self.cuts.pop(0) if self.cuts and "/blobs/" in path else None
        return replace(answer, cut=cut) if cut is not None else answer

    def _in_part(self, request: Seen, whole: Answer) -> Answer:
        """Return what is asked for of `whole` (RFC 9110, section 14.2)."""
        wanted = request.headers.get("range", "").removeprefix("bytes=").removesuffix("-")
        if not wanted:
            return whole
        tag = whole.headers.get("ETag", "")
        if request.headers.get("if-range", tag) != tag:
            return whole
        first, length = int(wanted), len(whole.body)
        if first >= length:
            return self.partial(Answer(416, b"", {"Content-Range": f"bytes */{length}"}))
        ranged = {**whole.headers, "Content-Range": f"bytes {first}-{length - 1}/{length}"}
        return self.partial(Answer(206, whole.body[first:], ranged))

    def _token(self, request: Seen) -> Answer:
        query = parse_qs(urlsplit(request.path).query)
        form = parse_qs(request.body.decode())
        user = self._basic_user(request.headers.get("authorization", ""))
        if request.method == "POST":
            if form.get("grant_type") != ["refresh_token"] or form["refresh_token"][0] not in self.refresh_tokens:
                return error(401, "UNAUTHORIZED")
            return Answer(200, json.dumps({"access_token": self._issue(form["scope"])}).encode())
        if user is None and ("authorization" in request.headers or not self.anonymous_tokens):
            return error(401, "UNAUTHORIZED")
        return Answer(200, json.dumps({"token": self._issue(query["scope"])}).encode())

    def _issue(self, scopes: list[str]) -> str:
        token = f"token-{len(self._uses)}-{','.join(scopes)}"
        self._uses[token] = self.token_lifetime
        return token

    def _authorized(self, request: Seen) -> bool:
        value = request.headers.get("authorization", "")
        if self.authentication == "basic":
            return self._basic_user(value) is not None
        token = value.removeprefix("Bearer ")
        self._uses[token] = self._uses.get(token, 0) - 1
        return self._uses[token] >= 0

    def _basic_user(self, value: str) -> str | None:
        if not value.startswith("Basic "):
            return None
        user, _, password = base64.b64decode(value.removeprefix("Basic ")).decode().partition(":")
        return user if self.users.get(user) == password else None

    def _refusal(self) -> Answer:
        challenge = {
            "basic": 'Basic realm="simulator"',
            "bearer": f'Bearer realm="{self.address}/token",service="simulator"',
        }.get(self.authentication, self.authentication)
        refused = error(401, "UNAUTHORIZED")
        return Answer(401, refused.body, {**refused.headers, "WWW-Authenticate": challenge})


def error(status: int, code: str, message: str = "as the test wants it", **headers: str) -> Answer:
    body = json.dumps({"errors": [{"code": code, "message": message}]}).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, body, {"Content-Type": "application/json", **named})


@contextmanager
def serving_registry(
    certificate: Path | None = None, clients: Path | None = None, **options: Any
) -> Iterator[RegistrySimulator]:
    """Run a registry until the block ends, with TLS if there is a file with a certificate and its key.

    `clients` is a file of authorities, one of which must vouch for whoever asks.
    """
    registry = RegistrySimulator(**options)
    released = threading.Event()
    server = _Server(("127.0.0.1", 0), _handler(registry, released))
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        if clients:
            context.load_verify_locations(clients)
            context.verify_mode = ssl.CERT_REQUIRED
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    registry.address = f"http{'s' if certificate else ''}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield registry
    finally:
        released.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that leave."""


def _handler(registry: RegistrySimulator, released: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._send(registry.respond(Seen(self.command, self.path, headers, self.rfile.read(length))))

        do_POST = do_GET  # noqa: N815 (the name that http.server looks for)

        def _send(self, answer: Answer) -> None:
            if answer.drip:
                self._drip(answer)
                return
            self.protocol_version = "HTTP/1.0" if answer.old else "HTTP/1.1"
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            framing = ("Transfer-Encoding", "chunked") if answer.chunked else ("Content-Length", str(len(answer.body)))
            if not answer.old:
                self.send_header(*framing)
            self.end_headers()
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(answer.body), answer.body) if answer.chunked else answer.body
            self.wfile.write(body[: answer.cut])
            self.wfile.flush()
            released.wait(answer.stall)
            self.close_connection = self.close_connection or answer.old or answer.cut is not None

        def _drip(self, answer: Answer) -> None:
            head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
            head = f"HTTP/1.1 {answer.status} OK\r\n{head}Content-Length: {len(answer.body)}\r\n\r\n"
            content = head.encode() + answer.body
            whole = 0 if "X-Drip" in answer.headers else len(head)
            self.wfile.write(content[:whole])
            for byte in content[whole:]:
                self.wfile.write(bytes([byte]))
                if released.wait(answer.drip):
                    break
            self.close_connection = True

        def log_error(self, *args: object) -> None:
            """Say nothing of TLS that is spoken to a server without."""

    return Handler


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for `condition`, and fail where it does not come."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
