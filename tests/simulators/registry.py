"""A registry in memory on a loopback port, which misbehaves as a test wants it to."""

import base64
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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

    Of the body, `cut` bytes are sent and the connection is closed; or it stalls for `stall` seconds after them.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    stall: float = 0.0
    chunked: bool = False
    lasting: bool = True


@dataclass
class RegistrySimulator:
    """The content of a registry, how it authenticates, and what was asked of it.

    `authentication` is "" (none), "basic", "bearer" or a WWW-Authenticate header; `users` are those whose logins and
    tokens count. `answers` go before everything else, by path without query.
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
        return Answer(200, body, headers)

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
def serving_registry(certificate: Path | None = None, **options: Any) -> Iterator[RegistrySimulator]:
    """Run a registry until the block ends, with TLS if there is a file with a certificate and its key."""
    registry = RegistrySimulator(**options)
    released = threading.Event()
    server = _Server(("127.0.0.1", 0), _handler(registry, released))
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
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
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            framing = ("Transfer-Encoding", "chunked") if answer.chunked else ("Content-Length", str(len(answer.body)))
            self.send_header(*framing)
            self.end_headers()
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(answer.body), answer.body) if answer.chunked else answer.body
            self.wfile.write(body[: answer.cut])
            self.wfile.flush()
            released.wait(answer.stall)
            self.close_connection = self.close_connection or answer.cut is not None

        def log_error(self, *args: object) -> None:
            """Say nothing of TLS that is spoken to a server without."""

    return Handler


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for `condition`, and fail where it does not come."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
