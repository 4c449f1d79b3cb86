"""Servers that drip."""

import time
from collections.abc import Iterator

import pytest
from tests.simulators.registry import Answer, RegistrySimulator, serving_registry

from hullcheck.errors import NetworkError
from hullcheck.net.http import Http, HttpOptions, Unmendable
from hullcheck.net.pace import TooSlow, paced


class Server:
    """Sends `pieces`, each after some seconds of a clock of its own."""

    def __init__(self, *pieces: tuple[float, bytes]) -> None:
        self.now = 0.0
        self._pieces = iter(pieces)

    def read(self) -> bytes:
        seconds, piece = next(self._pieces, (0.0, b""))
        self.now += seconds
        return piece

    def all(self, least: float = 10.0, pause: float = 0.0) -> list[bytes]:
        got = []
        for piece in paced(self.read, least, 60.0, lambda: self.now):
            got.append(piece)
            self.now += pause
        return got


def test_what_comes_fast_enough_is_passed_on() -> None:
    assert Server(*[(10.0, bytes(100))] * 60).all() == [bytes(100)] * 60


def test_what_comes_slower_on_the_average_of_a_window_is_not_waited_for() -> None:
    with pytest.raises(TooSlow):
        Server(*[(10.0, bytes(99))] * 60).all()


def test_a_pause_within_a_window_is_no_matter() -> None:
    assert len(Server((0.0, bytes(600)), (59.0, b"x"), (0.5, bytes(600)), (59.5, b"x")).all()) == 4


def test_a_fast_beginning_does_not_excuse_a_drip_for_ever() -> None:
    with pytest.raises(TooSlow):
        Server((0.0, bytes(1_000_000)), *[(20.0, b"x")] * 10).all()


def test_the_time_that_the_reader_takes_does_not_count() -> None:
    assert len(Server(*[(0.1, b"x")] * 10).all(pause=1000.0)) == 10


def test_a_server_may_be_waited_for_for_ever() -> None:
    assert len(Server(*[(29.0, b"x")] * 100).all(least=0.0)) == 100


@pytest.fixture
def server() -> Iterator[RegistrySimulator]:
    with serving_registry() as simulator:
        yield simulator


@pytest.mark.parametrize("headers", [{}, {"X-Drip": "1"}])
def test_a_server_that_drips_is_an_error(server: RegistrySimulator, headers: dict[str, str]) -> None:
    server.answer("/a", Answer(200, bytes(10_000), headers, drip=0.05))
    options = HttpOptions(timeout=0.5, retries=0, rate_window=0.5, least_rate=1000)
    begun = time.monotonic()
    with (
        Http(options) as http,
        pytest.raises(NetworkError) as raised,
        http.open("GET", f"{server.address}/a") as answer,
    ):
        answer.read(10_000)
    assert time.monotonic() - begun < 5
    if headers:
        assert "no answer from" in raised.value.message
    else:
        assert isinstance(raised.value, Unmendable)
        assert "sends less than 1000 bytes a second" in raised.value.message
        assert "--min-download-rate" in raised.value.hint


def test_a_slow_server_is_waited_for_if_so_wished(server: RegistrySimulator) -> None:
    server.answer("/a", Answer(200, bytes(40), drip=0.02))
    with Http(HttpOptions(rate_window=0.1, least_rate=0)) as http, http.open("GET", f"{server.address}/a") as answer:
        assert answer.read(100) == bytes(40)


def test_who_says_go_on_again_and_again_is_an_error() -> None:
    import socket
    import threading

    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            try:
                while not done.wait(0.05):
                    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            except OSError:
                return

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        options = HttpOptions(timeout=0.3, retries=0, rate_window=0.3)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with Http(options) as http, pytest.raises(NetworkError, match="no answer from"), http.open("GET", address):
            raise AssertionError
    finally:
        done.set()
        thread.join()
        listener.close()
