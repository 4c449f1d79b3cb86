"""The tar reader against Go's, with which container engines unpack layers: what differs would hide."""

import hashlib
import itertools
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from tests.simulators.go_tar import MOST, GoMember, GoTar, running_go_tar
from tests.unit.formats.tar_blocks import archives

from hullcheck.errors import MalformedFile
from hullcheck.formats.byte_stream import ByteStream
from hullcheck.formats.tar import TarReader
from hullcheck.formats.tar_header import KINDS, Kind, Member

Seen = tuple[bytes, bytes, Kind, int, str]


@pytest.fixture(scope="module")
def go(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GoTar]:
    with running_go_tar(tmp_path_factory.mktemp("go")) as running:
        yield running


def ours(content: bytes, size: int = 700) -> tuple[list[Seen], str]:
    """Return the members that are read in `content`, and why there are no more."""
    archive = TarReader(ByteStream((content[at : at + size] for at in range(0, len(content), size)), "a.tar"))
    found: list[Seen] = []
    try:
        for member in archive:
            pending = seen(member, beginning(archive, member))
            found.append(pending)
    except MalformedFile as error:
        return found, str(error)
    return found, ""


def beginning(archive: TarReader, member: Member) -> bytes:
    content = b""
    for piece in archive.content() if member.kind in {Kind.FILE, Kind.UNKNOWN} else ():
        content += piece
        if len(content) >= MOST:
            break
    return content[:MOST]


def seen(member: Member, content: bytes) -> Seen:
    path, target = (text.encode("utf-8", "surrogateescape") for text in (member.path, member.target))
    return path, target, member.kind, member.size, hashlib.sha256(content).hexdigest()


def theirs(member: GoMember) -> Seen:
    kind = KINDS.get(ord(member.flag), Kind.UNKNOWN)
    size = member.size if kind in {Kind.FILE, Kind.UNKNOWN} else 0
    return member.name, member.target, kind, size, member.content


def comparable(members: list[Seen]) -> list[Seen]:
    """Return `members` with the targets of links only: others have none that matters."""
    links = {Kind.SYMLINK, Kind.HARD_LINK}
    return [(path, target if kind in links else b"", kind, size, data) for path, target, kind, size, data in members]


def compare(go: GoTar, content: bytes) -> None:
    found, error = ours(content)
    reading = go.read(content)
    whole = list(itertools.takewhile(lambda it: not it.error, reading.members))
    expected = comparable([theirs(it) for it in whole if it.flag != "g"])
    refused = reading.error or len(whole) < len(reading.members)
    if refused:
        assert comparable(found)[: len(expected)] == expected[: len(found)]
    else:
        assert (comparable(found), error) == (expected, "")


@given(archives())
@settings(
    max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_what_go_reads_is_read_alike(go: GoTar, content: bytes) -> None:
    compare(go, content)
