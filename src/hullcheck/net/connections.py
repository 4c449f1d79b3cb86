"""Connections that do not wait for ever for the head of an answer."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Timer

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.response import HTTPResponse

# The most connections of one kind to one host that are kept. Scans use a few threads.
_KEPT = 16

_LATE = "the head of the answer is not complete"


def bounded(manager: urllib3.PoolManager, longest: float) -> urllib3.PoolManager:
    """Return `manager`, whose connections give up an answer whose head is not complete after `longest` seconds.

    The time-out of a socket is for each wait for data: who sends a header's byte now and then is never caught by it,
    nor is who says "100 Continue" again and again.
    """
    manager.pool_classes_by_scheme = {"http": _plain_pool(longest), "https": _tls_pool(longest)}
    manager.connection_pool_kw["maxsize"] = _KEPT
    return manager


def _plain_pool(longest: float) -> type[HTTPConnectionPool]:
    class Connection(HTTPConnection):
        def getresponse(self) -> HTTPResponse:  # type: ignore[override] # As in the class above.
            with _in_time(self.sock, longest):
                return super().getresponse()

    class Pool(HTTPConnectionPool):
        ConnectionCls = Connection

    return Pool


def _tls_pool(longest: float) -> type[HTTPSConnectionPool]:
    class Connection(HTTPSConnection):
        def send(self, data: object) -> None:
            connected = self.sock is not None
            try:
                super().send(data)  # type: ignore[arg-type] # Whatever it takes.
            except (ssl.SSLEOFError, ConnectionError):
                if not connected:
                    raise
                # Why the other side has hung up is still to be read: it may not like our certificate.
                return

        def getresponse(self) -> HTTPResponse:  # type: ignore[override] # As in the class above.
            try:
                with _in_time(self.sock, longest):
                    return super().getresponse()
            except ssl.SSLEOFError as error:
                # As without TLS: it may go better with the next connection.
                raise ConnectionResetError("the connection broke") from error

    class Pool(HTTPSConnectionPool):
        ConnectionCls = Connection

    return Pool


@contextmanager
def _in_time(connected: object, longest: float) -> Iterator[None]:
    """Raise `TimeoutError` where the block has not ended after `longest` seconds, in which the socket is shut."""
    late = Event()

    def give_up() -> None:
        late.set()
        if isinstance(connected, socket.socket):
            # Not the method of TLS sockets, which takes from the reader what it reads with.
            socket.socket.shutdown(connected, socket.SHUT_RDWR)

    timer = Timer(longest, give_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, ValueError) as error:
        if late.is_set():
            raise TimeoutError(_LATE) from error
        raise
    finally:
        timer.cancel()
    if late.is_set():
        raise TimeoutError(_LATE)
