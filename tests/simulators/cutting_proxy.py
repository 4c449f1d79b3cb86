"""What is between client and server, and breaks connections."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class CuttingProxy:
    """Passes bytes on to `upstream`, and cuts the next connections after so many bytes of the server as `cuts` say."""

    upstream: tuple[str, int]
    cuts: list[int]
    host: str = ""
    made: list[int] = field(default_factory=list)

    def serve(self, client: socket.socket) -> None:
        """Pass on what is said in one connection, until one side is silent or the bytes of the server are used up."""
        budget = self.cuts.pop(0) if self.cuts else None
        with client, socket.create_connection(self.upstream) as server:
            back = threading.Thread(target=_pass_and_end, args=(client, server))
            back.start()
            self.made.append(_pass(server, client, budget))
            for end in (client, server):
                _shut(end)
            back.join()


def _pass(source: socket.socket, target: socket.socket, budget: int | None = None) -> int:
    passed = 0
    try:
        while budget is None or passed < budget:
            chunk = source.recv(65536 if budget is None else min(65536, budget - passed))
            if not chunk:
                break
            target.sendall(chunk)
            passed += len(chunk)
    except OSError:
        return passed
    return passed


def _pass_and_end(source: socket.socket, target: socket.socket) -> None:
    _pass(source, target)
    # Who has no more to say has gone; a server would wait for the next request.
    _shut(target)


def _shut(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


@contextmanager
def cutting(host: str, *cuts: int) -> Iterator[CuttingProxy]:
    """Run a proxy before `host` until the block ends."""
    name, _, port = host.partition(":")
    listener = socket.create_server(("127.0.0.1", 0))
    proxy = CuttingProxy((name, int(port)), list(cuts), f"127.0.0.1:{listener.getsockname()[1]}")
    serving: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            serving.append(threading.Thread(target=proxy.serve, args=(client,)))
            serving[-1].start()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield proxy
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for one in (thread, *serving):
            one.join()
