"""A container engine in memory at a socket, which speaks the Docker Engine API and misbehaves as a test wants it to."""

import json
import socketserver
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.simulators.images import LayerFile, archive_files, config, digest, docker_archive_files, encoded


@dataclass(frozen=True)
class Answer:
    """What a path is answered with: `body` in chunks, then nothing more for `stall` seconds, then a proper end.

    Where it is `cut`, the connection ends without that. `raw` is sent in place of all of it.
    """

    status: int = 200
    body: Iterable[bytes] = ()
    stall: float = 0.0
    cut: bool = False
    sized: bool = False
    raw: bytes = b""


def answer(document: Any, status: int = 200) -> Answer:
    return Answer(status, [encoded(document)])


@dataclass
class EngineSimulator:
    """What an engine knows, by the paths that it is asked for, and what it was asked."""

    path: Path
    version: str = "1.41"
    answers: dict[str, Answer] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"unix://{self.path}"

    def add(
        self,
        layers: Sequence[LayerFile],
        tags: Sequence[str] = (),
        digests: Sequence[str] = (),
        steps: Sequence[tuple[str, int]] | None = None,
        **more: Any,
    ) -> str:
        """Have an image, built by `steps` (command and size, first to last), by its names and id; return its id."""
        configuration = config(layers, **more)
        identity = digest(encoded(configuration))
        told = {
            "Id": identity,
            "RepoTags": list(tags),
            "RepoDigests": list(digests),
            "Created": configuration.get("created", "0001-01-01T00:00:00Z"),
            "Architecture": configuration["architecture"],
            "Os": configuration["os"],
            "Config": configuration.get("config"),
            "Size": 1,
            "RootFS": {"Type": "layers", "Layers": configuration["rootfs"]["diff_ids"]},
        }
        made = steps if steps is not None else [(f"RUN {number}", 1) for number in range(len(layers))]
        history = [
            {"Id": "<missing>", "Created": 1700000000, "CreatedBy": by, "Size": size, "Comment": "", "Tags": None}
            for by, size in reversed(made)
        ]
        for name in (*tags, *digests, identity, *(identity.removeprefix("sha256:")[:length] for length in (12, 64))):
            self.answers[f"/images/{name}/json"] = answer(told)
        self.answers[f"/images/{identity}/history"] = answer(history)
        archive = archive_files(docker_archive_files([(layers, ())], **more))
        self.answers[f"/images/{identity}/get"] = Answer(200, [archive])
        return identity

    def exports(self) -> int:
        """Return how often an image was exported."""
        return sum(path.endswith("/get") for path in self.seen)

    def respond(self, path: str) -> Answer:
        """Return the answer for `path`, as asked in the engine's version of the API."""
        if path == "/_ping":
            return self.answers.get(path, Answer(200, [b"OK"]))
        version = f"/v{self.version}" if self.version else ""
        if not path.startswith(f"{version}/images/"):
            return Answer(404, [b"page not found"])
        path = path.removeprefix(version)
        self.seen.append(path)
        missing = path.removeprefix("/images/").rpartition("/")[0]
        return self.answers.get(path, answer({"message": f"No such image: {missing}"}, 404))


@contextmanager
def serving_engine(path: Path) -> Iterator[EngineSimulator]:
    """Run an engine at the socket `path` until the block ends."""
    engine = EngineSimulator(path)
    released = threading.Event()
    server = _Server(str(path), _handler(engine, released))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield engine
    finally:
        released.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that leave."""


def _handler(engine: EngineSimulator, released: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            given = engine.respond(unquote(self.path))
            if given.raw:
                self.wfile.write(given.raw)
                return
            # What has a length is known before its head is sent.
            whole = b"".join(given.body) if given.sized else b""
            length = ("Content-Length", str(len(whole) + given.cut))
            self.send_response_only(given.status)
            self.send_header(*(length if given.sized else ("Transfer-Encoding", "chunked")))
            if engine.version:
                self.send_header("Api-Version", engine.version)
            self.end_headers()
            self._send([whole] if given.sized else given.body, given)

        def _send(self, body: Iterable[bytes], given: Answer) -> None:
            for piece in body:
                if released.is_set():
                    return
                # A chunk of nothing would be the end.
                if piece:
                    self.wfile.write(piece if given.sized else b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
            released.wait(given.stall)
            if not given.cut and not given.sized:
                self.wfile.write(b"0\r\n\r\n")

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    return Handler


def tell(engine: EngineSimulator, path: str, **changes: Any) -> None:
    """Have `engine` tell something else at `path` than it would."""
    told = json.loads(b"".join(engine.answers[path].body))
    engine.answers[path] = answer({**told, **changes})
