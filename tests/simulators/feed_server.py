"""A web server on a loopback port that serves a folder as an object store does, with entity tags and times."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote


class FeedServer:
    """What a test sees of the server, and how it makes it misbehave.

    `requests` lists path and status of each answer, `queries` what followed a question mark. `failing` gives paths
    another status; the bodies of those in `cut` end after so many bytes. `validators` are the headers by which versions
    of a file are known.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = ""
        self.requests: list[tuple[str, int]] = []
        self.queries: list[str] = []
        self.failing: dict[str, int] = {}
        self.cut: dict[str, int] = {}
        self.validators = {"ETag", "Last-Modified"}


@contextmanager
def serving(folder: Path) -> Iterator[FeedServer]:
    """Serve `folder` until the block ends."""
    feeds = FeedServer(folder)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            feeds.queries.append(query)
            name = unquote(path).lstrip("/")
            file = feeds.folder / name
            status = feeds.failing.get(name) or (200 if file.is_file() else 404)
            content, known = b"", {}
            if status == 200:
                content = file.read_bytes()
                tag = f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
                known = {"ETag": tag, "Last-Modified": formatdate(file.stat().st_mtime, usegmt=True)}
                known = {header: value for header, value in known.items() if header in feeds.validators}
                status = 304 if self._is_known(known) else 200
            self._answer(name, status, content, known)

        def _is_known(self, known: dict[str, str]) -> bool:
            """RFC 9110, 13.2.2: the tag counts where there is one."""
            if tag := self.headers["If-None-Match"]:
                return tag == known.get("ETag")
            since = self.headers["If-Modified-Since"]
            changed = known.get("Last-Modified")
            return bool(since and changed and parsedate_to_datetime(changed) <= parsedate_to_datetime(since))

        def _answer(self, name: str, status: int, content: bytes, known: dict[str, str]) -> None:
            feeds.requests.append((name, status))
            self.send_response(status)
            for header, value in known.items():
                self.send_header(header, value)
            body = content if status == 200 else b""
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: feeds.cut.get(name)])
            self.close_connection = self.close_connection or name in feeds.cut

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    feeds.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield feeds
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
