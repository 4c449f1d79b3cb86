"""HTTP at a socket and at a host, with and without TLS."""

import socket
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hullcheck.errors import NetworkError
from hullcheck.net.endpoint import Endpoint, NotListening, NotPermitted, OwnCertificates, get

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


@contextmanager
def listening(server: socket.socket, *pieces: bytes, context: ssl.SSLContext | None = None) -> Iterator[list[bytes]]:
    """Answer the next connection with `pieces`; what it asked is in the list."""
    asked: list[bytes] = []
    server.settimeout(5)
    server.listen()

    def serve() -> None:
        connection, _ = server.accept()
        try:
            with context.wrap_socket(connection, server_side=True) if context else connection as stream:
                asked.append(stream.recv(65536))
                for piece in pieces:
                    stream.sendall(piece)
        except OSError:
            return

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield asked
    finally:
        thread.join()
        server.close()


def unix(path: Path) -> socket.socket:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    return server


def text(endpoint: Endpoint, timeout: float = 5.0) -> bytes:
    with get(endpoint, "/version", timeout) as response:
        return response.read(100)


def test_a_socket_is_asked(tmp_path: Path) -> None:
    with listening(unix(tmp_path / "s"), ANSWER) as asked:
        assert text(Endpoint(path=str(tmp_path / "s"))) == b"hello"
    assert asked[0].startswith(b"GET /version HTTP/1.1\r\nHost: localhost\r\n")
    assert b"User-Agent: hullcheck/" in asked[0]


def test_a_host_is_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, listening(server, ANSWER):
        assert text(Endpoint(host="127.0.0.1", port=server.getsockname()[1])) == b"hello"


@pytest.mark.parametrize(
    "answer", [ANSWER[:-1], b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"]
)
def test_an_answer_that_is_cut_is_noticed(tmp_path: Path, answer: bytes) -> None:
    with listening(unix(tmp_path / "s"), answer), pytest.raises(NetworkError):
        text(Endpoint(path=str(tmp_path / "s")))


def test_an_answer_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + bytes(101)
    with listening(unix(tmp_path / "s"), answer), pytest.raises(NetworkError, match="more than 100 bytes"):
        text(Endpoint(path=str(tmp_path / "s")))


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """Return a directory with a certificate for 127.0.0.1, which is authority, server and client in one."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subject = ["-subj", "/CN=engine", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    files = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    subprocess.run([*command, *subject, *files], check=True, capture_output=True)
    (tmp_path / "ca.pem").write_bytes((tmp_path / "cert.pem").read_bytes())
    return tmp_path


def server_context(certificates: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "cert.pem", certificates / "key.pem")
    context.load_verify_locations(certificates / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def test_both_sides_show_their_certificates(certificates: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        listening(server, ANSWER, context=server_context(certificates)),
    ):
        port = server.getsockname()[1]
        assert text(Endpoint(host="127.0.0.1", port=port, certificates=OwnCertificates(str(certificates)))) == b"hello"


def test_a_certificate_that_nobody_vouches_for_is_refused(certificates: Path) -> None:
    (certificates / "ca.pem").unlink()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "cert.pem", certificates / "key.pem")
    for verify in (True, False):
        with socket.create_server(("127.0.0.1", 0)) as server, listening(server, ANSWER, context=context):
            own = OwnCertificates(str(certificates), verify=verify)
            endpoint = Endpoint(host="127.0.0.1", port=server.getsockname()[1], certificates=own)
            if not verify:
                assert text(endpoint) == b"hello"
                continue
            with pytest.raises(NetworkError, match="certificate verify failed"):
                text(endpoint)


@pytest.mark.parametrize("name", ["ca.pem", "cert.pem"])
def test_what_is_no_certificate_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("none")
    with pytest.raises(NetworkError, match="no usable certificates"):
        text(Endpoint(host="127.0.0.1", port=1, certificates=OwnCertificates(str(tmp_path))))


def test_nobody_who_listens_is_told(tmp_path: Path) -> None:
    for endpoint in (
        Endpoint(path=str(tmp_path / "gone")),
        Endpoint(path=str(tmp_path / "gone" / "s")),
        Endpoint(host="127.0.0.1", port=1),
    ):
        with pytest.raises(NotListening):
            text(endpoint)


# Root may do everything: it asks as nobody.
ASKING = """
import os, sys
from hullcheck.errors import NetworkError
from hullcheck.net.endpoint import Endpoint, get
if os.getuid() == 0:
    os.setuid(65534)
try:
    with get(Endpoint(path=sys.argv[1]), "/version", 5):
        print("answered")
except NetworkError as error:
    print(type(error).__name__)
"""


def told(path: Path) -> str:
    command = [sys.executable, "-c", ASKING, str(path)]
    environment = {"PYTHONPATH": ":".join(sys.path)}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.strip()


def test_a_socket_that_is_for_others_is_told_from_one_that_is_not_there() -> None:
    """What others keep for themselves may as well not be there."""
    with tempfile.TemporaryDirectory() as root:
        Path(root).chmod(0o711)
        directory = Path(root, "directory")
        directory.mkdir()
        path = directory / "socket"
        with unix(path) as server:
            server.listen()
            path.chmod(0)
            assert told(path) == NotPermitted.__name__
            directory.chmod(0)
            assert told(path) == NotListening.__name__
            directory.chmod(0o700)
