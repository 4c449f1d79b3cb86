"""HTTP, against a server that misbehaves."""

import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.simulators.registry import Answer, RegistrySimulator, serving_registry

from hullcheck import __version__
from hullcheck.errors import InvalidParameter, NetworkError
from hullcheck.net.address import shown
from hullcheck.net.http import Http, HttpOptions


@pytest.fixture
def server() -> Iterator[RegistrySimulator]:
    with serving_registry() as simulator:
        yield simulator


class Client:
    """A client that does not wait, and notes how long it would have."""

    def __init__(self, environment: Mapping[str, str] | None = None, **options: Any) -> None:
        self.waits: list[float] = []
        self._environment = environment or {}
        self._options = HttpOptions(**{"timeout": 5.0, **options})

    def get(self, url: str, limit: int = 1 << 20, **options: Any) -> bytes:
        with Http(self._options, self._environment, sleep=self.waits.append) as http:
            return self.answer(http, url, limit, **options)

    @staticmethod
    def answer(http: Http, url: str, limit: int = 1 << 20, **options: Any) -> bytes:
        with http.open("GET", url, **options) as response:
            return response.read(limit)

    def refused(self, url: str, **options: Any) -> NetworkError:
        with pytest.raises(NetworkError) as raised:
            self.get(url, **options)
        assert "\n" not in raised.value.message
        return raised.value


def test_an_answer_is_read(server: RegistrySimulator) -> None:
    server.answer("/a", Answer(200, b"content", {"X-Name": "value"}))
    with Http() as http, http.open("GET", f"{server.address}/a", headers={"X-Mine": "1"}) as response:
        assert (response.status, response.headers["x-NAME"], response.url) == (200, "value", f"{server.address}/a")
        assert list(response.chunks(3)) == [b"con", b"ten", b"t"]
    assert server.seen[0].headers["user-agent"] == f"hullcheck/{__version__}"
    assert server.seen[0].headers["x-mine"] == "1"


def test_a_body_is_sent(server: RegistrySimulator) -> None:
    server.answer("/a", Answer(200))
    with Http() as http, http.open("POST", f"{server.address}/a", body=b"a=1"):
        assert (server.seen[0].method, server.seen[0].body) == ("POST", b"a=1")


def test_a_connection_serves_many_requests(server: RegistrySimulator) -> None:
    server.answer("/a", Answer(200, b"x"))
    with Http() as http:
        for _ in range(5):
            assert Client.answer(http, f"{server.address}/a") == b"x"


def test_a_body_beyond_the_limit_is_an_error(server: RegistrySimulator) -> None:
    server.answer("/a", Answer(200, b"x" * 100))
    assert Client().get(f"{server.address}/a", 100) == b"x" * 100
    assert "more than 99 bytes" in Client().refused(f"{server.address}/a?secret=1", limit=99).message


def test_statuses_that_are_not_accepted_are_errors(server: RegistrySimulator) -> None:
    for status, word in ((400, "Bad Request"), (404, "Not Found"), (418, "I'm a Teapot"), (599, "unknown status")):
        server.answer("/a", Answer(status))
        error = Client(retries=0).refused(f"{server.address}/a")
        assert (error.status, error.message) == (status, f"GET {server.address}/a: {status} {word}")


def test_an_accepted_status_is_an_answer(server: RegistrySimulator) -> None:
    server.answer("/a", Answer(404, b"why"))
    assert Client().get(f"{server.address}/a", accept=frozenset({200, 404})) == b"why"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_passing_failures_are_tried_again(server: RegistrySimulator, status: int) -> None:
    bad = Answer(status, lasting=False)
    server.answer("/a", bad, bad, Answer(200, b"at last"))
    client = Client()
    assert client.get(f"{server.address}/a") == b"at last"
    assert client.waits == [1.0, 2.0]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 501])
def test_lasting_failures_are_not_tried_again(server: RegistrySimulator, status: int) -> None:
    server.answer("/a", Answer(status))
    client = Client()
    assert client.refused(f"{server.address}/a").status == status
    assert (len(server.seen), client.waits) == (1, [])


def test_retries_and_waits_are_as_the_options_say(server: RegistrySimulator) -> None:
    server.answer("/a", Answer(500))
    client = Client(retries=4, wait_min=0.5, wait_max=1.5)
    error = client.refused(f"{server.address}/a")
    assert (len(server.seen), client.waits, error.hint) == (5, [0.5, 1.0, 1.5, 1.5], "try again later")


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "0"}, 1.0),
        ({"Retry-After": "soon"}, 1.0),
        ({"Retry-After": "-5"}, 1.0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:10 GMT", "Date": "Wed, 21 Oct 2015 07:28:00 GMT"}, 10.0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT", "Date": "nonsense"}, 1.0),
    ],
)
def test_a_server_may_ask_for_a_wait(server: RegistrySimulator, headers: dict[str, str], waited: float) -> None:
    server.answer("/a", Answer(503, b"", headers, lasting=False), Answer(200, b"x"))
    client = Client()
    assert client.get(f"{server.address}/a") == b"x"
    assert client.waits == [waited]


def test_a_wait_beyond_the_longest_is_told_instead(server: RegistrySimulator) -> None:
    server.answer("/a", Answer(429, b"", {"Retry-After": "3600"}))
    client = Client()
    error = client.refused(f"{server.address}/a")
    assert (client.waits, error.status, error.hint) == ([], 429, "the server asks to wait 3600 seconds")


# Bodies


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("cut", [0, 1, 50_000, 99_999])
def test_a_body_that_is_cut_short_is_an_error(server: RegistrySimulator, chunked: bool, cut: int) -> None:
    server.answer("/a", Answer(200, b"x" * 100_000, cut=cut, chunked=chunked))
    error = Client().refused(f"{server.address}/a")
    assert "the answer is cut short" in error.message


def test_a_body_that_stalls_is_an_error(server: RegistrySimulator) -> None:
    server.answer("/a", Answer(200, b"x" * 1000, cut=10, stall=10))
    assert "stopped sending" in Client(timeout=0.2).refused(f"{server.address}/a").message


def test_an_answer_that_does_not_come_is_an_error() -> None:
    with raw_server(b"", hold=True) as address:
        client = Client(timeout=0.1, retries=1)
        error = client.refused(address)
        assert "no answer from" in error.message
        assert (error.status, client.waits) == (0, [1.0])


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 999999 x\r\n\r\n",
        b"\0" * 100_000,
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000 + b"\r\n",
    ],
)
def test_an_answer_that_is_no_http_is_an_error(answer: bytes) -> None:
    with raw_server(answer) as address:
        assert "does not speak HTTP" in Client(retries=0).refused(address).message


@contextmanager
def raw_server(answer: bytes, *, hold: bool = False) -> Iterator[str]:
    """Answer every connection with `answer`, or with nothing at all."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)
    held: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            held.append(connection)
            if not hold:
                connection.recv(65536)
                try:
                    connection.sendall(answer)
                except OSError:
                    continue
                finally:
                    connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for connection in held:
            connection.close()


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(server: RegistrySimulator, status: int) -> None:
    server.answer("/a", Answer(status, b"", {"Location": "/b?x=1"}))
    server.answer("/b", Answer(200, b"there"))
    with Http() as http, http.open("GET", f"{server.address}/a", headers={"Authorization": "Basic x"}) as response:
        assert (response.read(10), response.url) == (b"there", f"{server.address}/b?x=1")
    assert server.seen[1].headers["authorization"] == "Basic x"


def test_credentials_are_not_sent_to_another_host(server: RegistrySimulator) -> None:
    with serving_registry() as other:
        server.answer("/a", Answer(307, b"", {"Location": f"{other.address}/b"}))
        other.answer("/b", Answer(307, b"", {"Location": f"{server.address}/c"}))
        server.answer("/c", Answer(200, b"x"))
        headers = {"Authorization": "Bearer t", "cookie": "c=1", "Accept": "text/plain"}
        assert Client().get(f"{server.address}/a", headers=headers) == b"x"
        sent = other.seen[0].headers
        assert ("authorization" in sent, "cookie" in sent, sent["accept"]) == (False, False, "text/plain")
        # Once lost, they do not come back.
        assert "authorization" not in server.seen[-1].headers


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://127.0.0.1/x", "javascript:x", "http://[::1", "https:"]
)
def test_redirects_out_of_http_are_errors(server: RegistrySimulator, location: str) -> None:
    server.answer("/a", Answer(302, b"", {"Location": location}))
    assert "redirects to" in Client().refused(f"{server.address}/a").message


def test_redirects_end(server: RegistrySimulator) -> None:
    server.answer("/a", Answer(302, b"", {"Location": "/a"}))
    assert "more than 8 redirects" in Client().refused(f"{server.address}/a").message
    assert len(server.seen) == 9


def test_a_redirect_that_leads_nowhere_is_an_error(server: RegistrySimulator) -> None:
    server.answer("/a", Answer(302))
    assert Client().refused(f"{server.address}/a").status == 302


def test_what_was_posted_is_not_posted_elsewhere(server: RegistrySimulator) -> None:
    server.answer("/a", Answer(307, b"", {"Location": "/b"}))
    with (
        Http() as http,
        pytest.raises(NetworkError, match="307"),
        http.open("POST", f"{server.address}/a", body=b"secret"),
    ):
        raise AssertionError
    assert len(server.seen) == 1


def test_a_redirect_may_be_an_answer(server: RegistrySimulator) -> None:
    server.answer("/a", Answer(302, b"", {"Location": "/b"}))
    assert Client().get(f"{server.address}/a", accept=frozenset({302})) == b""


# Addresses and connections


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://host/",
        "host/path",
        "",
        "http://",
        "http://[::1",
        "https:///x",
        "http://host:99999/",
    ],
)
def test_what_is_no_address_is_an_invalid_parameter(url: str) -> None:
    with pytest.raises(InvalidParameter, match="not an address"):
        Client().get(url)


def test_an_error_tells_no_secret_of_the_address(server: RegistrySimulator) -> None:
    server.answer("/a", Answer(404))
    url = server.address.replace("//", "//user:password@") + "/a?token=secret#x"
    assert Client().refused(url).message == f"GET {server.address}/a: 404 Not Found"


@pytest.mark.parametrize(
    "url",
    [
        "http://user:secret@/x",
        "http://user:secret@host:99999/x",
        "http://user:sec/ret@host/x",
        "http://user:secret@[::1/x",
        "ftp://user:secret@host/x",
        "//user:secret@host",
        "user:secret@host:1/x",
        "http://us@er:secret@host:x",
        "http://host:x/?secret#secret",
    ],
)
def test_what_is_no_address_tells_no_secret(url: str) -> None:
    with pytest.raises(InvalidParameter, match="not an address") as raised:
        Client().get(url)
    assert not re.search("sec|ret", raised.value.message)


@pytest.mark.parametrize(
    "url", ["http://host:80/a@b/c:d@e", "https://[::1]:5000/v2/", "https://host", "x", "", "http://host/v2/@a"]
)
def test_what_is_no_secret_is_shown(url: str) -> None:
    assert shown(url) == url


def test_a_closed_port_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    client = Client(retries=2)
    error = client.refused(f"http://127.0.0.1:{port}/")
    assert f"no connection to 127.0.0.1:{port}: Connection refused" in error.message
    assert (error.status, len(client.waits)) == (0, 2)


def test_a_host_that_is_none_is_an_error() -> None:
    assert "no host registry.invalid" in Client(retries=0).refused("http://registry.invalid/x").message


# TLS


def test_a_certificate_that_nobody_vouches_for_is_refused_at_once(certificate: Path) -> None:
    with serving_registry(certificate) as server:
        client = Client()
        error = client.refused(f"{server.address}/v2/")
        assert "the certificate of 127.0.0.1" in error.message
        assert ("--ca-bundle" in error.hint, client.waits) == (True, [])


def test_an_authority_of_ones_own_is_trusted(certificate: Path) -> None:
    with serving_registry(certificate) as server:
        server.answer("/a", Answer(200, b"x"))
        assert Client(ca_bundle=str(certificate)).get(f"{server.address}/a") == b"x"


def test_certificates_are_not_looked_at_if_so_wished(certificate: Path) -> None:
    with serving_registry(certificate) as server:
        server.answer("/a", Answer(200, b"x"))
        assert Client(verify_tls=False).get(f"{server.address}/a") == b"x"


def test_a_file_without_certificates_is_an_invalid_parameter(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    for name in ("empty.pem", "gone.pem"):
        with pytest.raises(InvalidParameter, match="not a file of PEM certificates"):
            Client(ca_bundle=str(tmp_path / name)).get("https://127.0.0.1:1/")


def test_tls_to_a_server_without_is_an_error(server: RegistrySimulator) -> None:
    client = Client()
    error = client.refused(server.address.replace("http:", "https:"))
    assert ("no TLS with" in error.message, client.waits) == (True, [])


def test_a_redirect_from_https_to_http_is_an_error(certificate: Path, server: RegistrySimulator) -> None:
    with serving_registry(certificate) as secure:
        secure.answer("/a", Answer(302, b"", {"Location": f"{server.address}/b"}))
        assert "redirects to http:" in Client(ca_bundle=str(certificate)).refused(f"{secure.address}/a").message
    assert server.seen == []


# Proxies


def test_requests_go_through_the_proxy(server: RegistrySimulator) -> None:
    server.answer("http://registry.example/a", Answer(200, b"by proxy"))
    server.answer("/a", Answer(200, b"by proxy"))
    proxy = server.address.replace("//", "//user:p%40ss@")
    for client in (Client(proxy=proxy), Client({"http_proxy": proxy}), Client({"HTTP_PROXY": proxy})):
        assert client.get("http://registry.example/a") == b"by proxy"
        assert server.seen[-1].path == "http://registry.example/a"
        assert server.seen[-1].headers["proxy-authorization"] == "Basic dXNlcjpwQHNz"


def test_a_proxy_that_refuses_is_an_error(server: RegistrySimulator) -> None:
    server.answer("/a", Answer(407))
    error = Client(proxy=server.address).refused("http://registry.example/a")
    assert (error.status, "the proxy wants credentials" in error.hint) == (407, True)


def test_a_proxy_that_is_not_there_is_an_error() -> None:
    for url in ("http://registry.example/", "https://registry.example/"):
        error = Client(proxy="http://127.0.0.1:1", retries=0).refused(url)
        assert "no way through the proxy" in error.message


@pytest.mark.parametrize("proxy", ["http://user:secret@[::1", "http://user:secret@host:x", "user:secret@:1"])
def test_what_is_no_address_is_no_proxy(proxy: str) -> None:
    with pytest.raises(InvalidParameter, match=r"proxy .*: not an address") as raised:
        Client(proxy=proxy).get("http://registry.example/")
    assert "secret" not in raised.value.message


def test_other_kinds_of_proxies_are_invalid_parameters() -> None:
    with pytest.raises(InvalidParameter, match="only http: and https: proxies"):
        Client(proxy="socks5://user:password@127.0.0.1:1").get("http://registry.example/")
