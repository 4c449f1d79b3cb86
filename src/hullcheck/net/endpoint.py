"""HTTP to a service that listens at a socket of this machine, or at a host: without retries, redirects and proxies."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Final

from hullcheck import __version__
from hullcheck.errors import NetworkError
from hullcheck.net.http import Response

_USER_AGENT: Final = f"hullcheck/{__version__}"


@dataclass(frozen=True, slots=True)
class OwnCertificates:
    """PEM files of a client in `directory`, as Docker calls them: ca.pem, cert.pem and key.pem.

    What is not there is not used: without ca.pem the system's authorities are trusted.
    """

    directory: str
    verify: bool = True


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a service listens: at the socket `path`, else at `host` and `port`, with TLS if it has `certificates`."""

    path: str = ""
    host: str = ""
    port: int = 0
    certificates: OwnCertificates | None = None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"unix://{self.path}" if self.path else f"tcp://{host}:{self.port}"


class NoConnection(NetworkError):
    """The service cannot be reached."""


class NotListening(NoConnection):
    """There is no such socket that can be seen, or nobody listens at it."""


class NotPermitted(NoConnection):
    """The socket is there, and is not for this user."""


class _SocketConnection(HTTPConnection):
    """A connection to a socket of this machine."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(self.timeout)
        try:
            connection.connect(self._path)
        except OSError:
            connection.close()
            raise
        self.sock = connection


@contextmanager
def get(endpoint: Endpoint, path: str, timeout: float, patience: float = 0.0) -> Iterator[Response]:
    """Ask for `path` and hand out the answer, whatever its status.

    `timeout` is in seconds, for connecting and for each wait for data; where `patience` is longer, the beginning of the
    answer may take that long.
    """
    connection = _connection(endpoint, timeout)
    try:
        answer = _answer(connection, endpoint, path, timeout, patience)
        try:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            yield Response(answer.status, headers, f"{endpoint}{path}", _body(answer, endpoint), answer.close)
        finally:
            answer.close()
    finally:
        connection.close()


def _connection(endpoint: Endpoint, timeout: float) -> HTTPConnection:
    if endpoint.path:
        return _SocketConnection(endpoint.path, timeout)
    if endpoint.certificates is None:
        return HTTPConnection(endpoint.host, endpoint.port, timeout=timeout)
    trust = _trust(endpoint.certificates)
    return HTTPSConnection(endpoint.host, endpoint.port, timeout=timeout, context=trust)


def _trust(certificates: OwnCertificates) -> ssl.SSLContext:
    authority, own, key = (Path(certificates.directory, f"{name}.pem") for name in ("ca", "cert", "key"))
    try:
        context = ssl.create_default_context(cafile=str(authority) if authority.is_file() else None)
        if own.is_file():
            context.load_cert_chain(own, key)
    except OSError as error:
        problem = f"{certificates.directory}: no usable certificates: {_said(error)}"
        raise NoConnection(problem, hint="it has ca.pem, cert.pem and key.pem, which can be read") from error
    if not certificates.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _answer(connection: HTTPConnection, endpoint: Endpoint, path: str, timeout: float, patience: float) -> HTTPResponse:
    _connect(connection, endpoint)
    opened = connection.sock
    try:
        opened.settimeout(max(timeout, patience))
        connection.request("GET", path, headers={"User-Agent": _USER_AGENT, "Accept-Encoding": "identity"})
        answer = connection.getresponse()
        opened.settimeout(timeout)
    except TimeoutError as error:
        raise NetworkError(f"{endpoint}: no answer in time", hint="try again, or raise --timeout") from error
    except (OSError, HTTPException) as error:
        hint = "check what listens there"
        raise NetworkError(f"{endpoint}: does not speak HTTP: {_said(error)}", hint=hint) from error
    return answer


def _connect(connection: HTTPConnection, endpoint: Endpoint) -> None:
    try:
        connection.connect()
    except PermissionError as error:
        # A socket in a directory that is not for this user cannot be told from none.
        kind = NotPermitted if _is_visible(endpoint.path) else NotListening
        raise kind(f"{endpoint}: permission denied") from error
    except (ConnectionRefusedError, FileNotFoundError, NotADirectoryError) as error:
        raise NotListening(f"{endpoint}: nobody listens there: {_said(error)}") from error
    except OSError as error:
        raise NoConnection(f"{endpoint}: no connection: {_said(error)}", hint="check the address") from error


def _is_visible(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:
        return False


def _body(answer: HTTPResponse, endpoint: Endpoint) -> Callable[[int], Iterator[bytes]]:
    def read(size: int) -> Iterator[bytes]:
        try:
            while piece := answer.read(size):
                yield piece
        except TimeoutError as error:
            problem = f"{endpoint}: stopped sending"
            raise NetworkError(problem, hint="try again, or raise --timeout", status=answer.status) from error
        except (OSError, HTTPException) as error:
            raise _cut(endpoint, answer.status) from error
        # `read` returns less where the connection ends before what was announced.
        if answer.length:
            raise _cut(endpoint, answer.status)

    return read


def _cut(endpoint: Endpoint, status: int) -> NetworkError:
    return NetworkError(f"{endpoint}: the answer is cut short", hint="check its log, and try again", status=status)


def _said(error: BaseException) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(reason.split())[:200] or type(error).__name__
