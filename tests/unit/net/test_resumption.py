"""Blobs whose transfer breaks off."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.simulators.images import digest, file, image, layer
from tests.simulators.registry import Answer, RegistrySimulator, serving_registry

from hullcheck.errors import ImageError
from hullcheck.net.http import Http, HttpOptions
from hullcheck.net.keychain import Keychain
from hullcheck.net.reference import parse_reference
from hullcheck.net.registry import Registry

BLOB = random.Random(1).randbytes(3_000_000)
NAME = digest(BLOB)
PATH = f"/v2/team/app/blobs/{NAME}"


@pytest.fixture
def server() -> Iterator[RegistrySimulator]:
    with serving_registry() as simulator:
        simulator.add("team/app", "1.0", image(layer(file("status"))))
        simulator.content[PATH] = BLOB, "application/octet-stream"
        yield simulator


class Client:
    def __init__(self, server: RegistrySimulator, **options: object) -> None:
        self.waits: list[float] = []
        self._server = server
        self._options = replace(HttpOptions(timeout=5.0, retries=2), **options)  # type: ignore[arg-type]

    def blob(self, start: int = 0) -> bytes:
        with Http(self._options, sleep=self.waits.append) as http:
            reference = parse_reference(f"{self._server.host}/team/app:1.0")
            with Registry(http, reference, Keychain()).stream(NAME, start) as chunks:
                return b"".join(chunks)

    def refused(self) -> ImageError:
        with pytest.raises(ImageError) as raised:
            self.blob()
        return raised.value


def ranges(server: RegistrySimulator) -> list[str]:
    return [it.headers.get("range", "") for it in server.seen if "/blobs/" in it.path]


@pytest.mark.parametrize("cut", [1, 50_000, 2_999_999])
def test_the_rest_is_asked_for_where_a_blob_breaks_off(server: RegistrySimulator, cut: int) -> None:
    server.cuts = [cut]
    client = Client(server)
    assert client.blob() == BLOB
    assert ranges(server) == ["", f"bytes={cut}-"]
    assert server.seen[-1].headers["if-range"] == f'"{NAME}"'
    assert client.waits == [1.0]


def test_the_beginning_is_asked_for_without_a_range(server: RegistrySimulator) -> None:
    server.cuts = [0]
    assert Client(server).blob() == BLOB
    assert ranges(server) == ["", ""]


@pytest.mark.parametrize("tag", ["", 'W/"weak"'])
def test_a_tag_that_says_nothing_of_bytes_is_not_sent(server: RegistrySimulator, tag: str) -> None:
    server.etag = lambda _: tag
    server.cuts = [1000]
    assert Client(server).blob() == BLOB
    assert "if-range" not in server.seen[-1].headers
    assert ranges(server) == ["", "bytes=1000-"]


def test_a_blob_may_break_off_as_often_as_something_comes(server: RegistrySimulator) -> None:
    server.cuts = [1_100_000] * 2 + [400_000]
    client = Client(server, retries=1)
    assert client.blob() == BLOB
    assert len(ranges(server)) == 4


def test_a_server_that_cuts_again_and_again_is_given_up(server: RegistrySimulator) -> None:
    server.cuts = [1000] * 10
    client = Client(server)
    assert "cut short" in client.refused().message
    assert ranges(server) == ["", "bytes=1000-", "bytes=2000-"]
    assert client.waits == [1.0, 2.0]


def test_without_retries_nothing_is_resumed(server: RegistrySimulator) -> None:
    server.cuts = [2_000_000]
    assert "cut short" in Client(server, retries=0).refused().message
    assert len(ranges(server)) == 1


def test_a_server_that_knows_no_ranges_is_read_from_the_start_again(server: RegistrySimulator) -> None:
    server.cuts = [700_000]
    server.partial = lambda _: Answer(200, BLOB)
    assert Client(server).blob() == BLOB


def test_other_data_on_resume_are_handed_on_for_the_digest_to_tell(server: RegistrySimulator) -> None:
    server.cuts = [700_000]
    server.partial = lambda answer: replace(answer, body=bytes(len(answer.body)))
    assert Client(server).blob() == BLOB[:700_000] + bytes(2_300_000)


@pytest.mark.parametrize(
    "told",
    ["bytes 0-2999999/3000000", "bytes 700001-2999999/3000000", "bytes */3000000", "nonsense", "", "bytes -1-5/9"],
)
def test_bytes_from_elsewhere_are_refused(server: RegistrySimulator, told: str) -> None:
    server.cuts = [700_000]
    server.partial = lambda answer: replace(answer, headers={"Content-Range": told})
    client = Client(server)
    assert "and not from 700000" in client.refused().message
    assert len(ranges(server)) == 2


def test_a_connection_that_broke_behind_the_last_byte_lost_nothing(server: RegistrySimulator) -> None:
    server.answer(PATH, Answer(200, BLOB + b"x", cut=len(BLOB)), Answer(416, b"", {"Content-Range": "bytes */3000000"}))
    assert Client(server).blob() == BLOB


@pytest.mark.parametrize("told", ["bytes */2999999", "bytes */*", ""])
def test_a_blob_that_is_shorter_now_is_refused(server: RegistrySimulator, told: str) -> None:
    server.answer(PATH, Answer(200, BLOB, cut=1000), Answer(416, b"", {"Content-Range": told}))
    assert "nothing behind byte 1000" in Client(server).refused().message


def test_a_part_that_was_not_asked_for_is_refused(server: RegistrySimulator) -> None:
    server.answer(PATH, Answer(206, BLOB[5:], {"Content-Range": "bytes 5-2999999/3000000"}))
    assert "206" in Client(server).refused().message


def test_a_server_that_stalls_is_asked_again(server: RegistrySimulator) -> None:
    server.answer(
        PATH,
        Answer(200, BLOB, cut=5000, stall=5),
        Answer(206, BLOB[5000:], {"Content-Range": "bytes 5000-2999999/3000000"}),
    )
    assert Client(server, timeout=0.3).blob() == BLOB


def test_a_server_that_fails_meanwhile_is_waited_for(server: RegistrySimulator) -> None:
    rest = Answer(206, BLOB[5000:], {"Content-Range": "bytes 5000-2999999/3000000"})
    server.answer(PATH, Answer(200, BLOB, cut=5000), Answer(503, lasting=False), rest)
    assert Client(server).blob() == BLOB


def test_a_token_that_expires_meanwhile_is_renewed(server: RegistrySimulator) -> None:
    server.authentication, server.token_lifetime, server.cuts = "bearer", 1, [1000]
    assert Client(server).blob() == BLOB
    assert len([path for path in server.paths() if path.startswith("/token")]) == 2


def test_the_login_does_not_follow_a_redirect_on_resume(server: RegistrySimulator) -> None:
    server.authentication = "bearer"
    with serving_registry() as storage:
        storage.content["/data/blobs/x"] = BLOB, "application/octet-stream"
        storage.cuts = [1000]
        server.answer("/v2/", Answer(200))
        redirect = Answer(307, b"", {"Location": f"{storage.address}/data/blobs/x?sig=1"})
        refusal = server._refusal()
        server.answer(PATH, refusal, redirect)
        assert Client(server).blob() == BLOB
        assert server.seen[-1].headers["authorization"].startswith("Bearer token-")
        assert [it.headers.get("range", "") for it in storage.seen] == ["", "bytes=1000-"]
        assert not any("authorization" in it.headers for it in storage.seen)


def test_a_blob_is_had_from_a_byte_on(server: RegistrySimulator) -> None:
    assert Client(server).blob(1234) == BLOB[1234:]
    assert ranges(server) == ["bytes=1234-"]
