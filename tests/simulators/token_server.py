"""A server of tokens on a loopback port that a real registry believes: distribution's "Token Authentication"."""

import base64
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class TokenServer:
    """Who gets tokens, for anything that is asked for, and how often some were asked for.

    `certificate` is a PEM file with the key that signs them.
    """

    certificate: Path
    users: dict[str, str]
    refresh_tokens: set[str]
    realm: str = ""
    lifetime: int = 300  # Seconds; registries allow their clock to differ by a minute.
    issued: list[list[str]] = field(default_factory=list)

    def answer(self, query: dict[str, list[str]], authorization: str) -> tuple[int, dict[str, Any]]:
        """Return the answer to a question of form or query `query`."""
        if not self._knows(query, authorization):
            return 401, {"errors": [{"code": "UNAUTHORIZED", "message": "who are you"}]}
        scopes = [scope for text in query.get("scope", ()) for scope in text.split()]
        self.issued.append(scopes)
        return 200, {"token": self._token(scopes), "access_token": self._token(scopes)}

    def _knows(self, query: dict[str, list[str]], authorization: str) -> bool:
        if "refresh_token" in query:
            return query["refresh_token"][0] in self.refresh_tokens
        user, _, password = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        return self.users.get(user) == password

    def _token(self, scopes: list[str]) -> str:
        pem = self.certificate.read_text()
        der = pem.partition("-----BEGIN CERTIFICATE-----")[2].partition("-----END CERTIFICATE-----")[0]
        now = int(time.time())
        claims = {
            "iss": "issuer",
            "sub": "",
            "aud": "registry",
            "jti": str(now),
            "exp": now + self.lifetime,
            "nbf": now - 60,
            "iat": now,
            "access": [_access(scope) for scope in scopes],
        }
        header = {"typ": "JWT", "alg": "RS256", "x5c": ["".join(der.split())]}
        signed = f"{_encoded(json.dumps(header).encode())}.{_encoded(json.dumps(claims).encode())}"
        command = ["openssl", "dgst", "-sha256", "-sign", str(self.certificate)]
        signature = subprocess.run(command, input=signed.encode(), capture_output=True, check=True).stdout
        return f"{signed}.{_encoded(signature)}"


def _access(scope: str) -> dict[str, Any]:
    kind, _, rest = scope.partition(":")
    name, _, actions = rest.rpartition(":")
    return {"type": kind, "name": name, "actions": actions.split(",")}


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@contextmanager
def serving_tokens(
    certificate: Path, users: dict[str, str], refresh_tokens: frozenset[str] = frozenset()
) -> Iterator[TokenServer]:
    """Run a server of tokens until the block ends."""
    tokens = TokenServer(certificate, users, set(refresh_tokens))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(parse_qs(urlsplit(self.path).query))

        def do_POST(self) -> None:
            self._send(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))

        def _send(self, query: dict[str, list[str]]) -> None:
            status, body = tokens.answer(query, self.headers.get("Authorization", ""))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    tokens.realm = f"http://127.0.0.1:{server.server_port}/token"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield tokens
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
