"""Digests of content (OCI image specification, descriptor.md, "Digests")."""

import hashlib
import re
from collections.abc import Generator, Iterable
from queue import SimpleQueue
from threading import Thread

from hullcheck.errors import MalformedFile

_LENGTHS = {"sha256": 64, "sha512": 128}
_DIGEST = re.compile(r"(sha256|sha512):([0-9a-f]+)")

SHA256 = "sha256:"

# Chunks that wait for their digest: of half a megabyte, when they come from a layer.
_AHEAD = 8


def is_digest(text: str) -> bool:
    """Say whether `text` is a digest of an algorithm that is known, written in full and in lower case."""
    match = _DIGEST.fullmatch(text)
    return match is not None and len(match[2]) == _LENGTHS[match[1]]


def digest_of(content: bytes, like: str = SHA256) -> str:
    """Return the digest of `content`, by the algorithm of the digest `like`."""
    algorithm = like.partition(":")[0]
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"


def verified(content: bytes, digest: str, name: str) -> bytes:
    """Return `content` if it has `digest`; `name` is its name in the error."""
    found = digest_of(content, digest)
    if found != digest:
        raise mismatch(name, digest, found)
    return content


def watched(chunks: Iterable[bytes], digest: str, name: str) -> Generator[bytes]:
    """Yield `chunks` as they come; raise `MalformedFile` after the last if they do not have `digest` together.

    The digest is computed by a thread of its own, at most `_AHEAD` chunks behind, which ends when the generator does:
    who does not take all has to close it.
    """
    algorithm = digest.partition(":")[0]
    state = hashlib.new(algorithm)
    ahead = _Ahead(state)
    try:
        for chunk in chunks:
            ahead.add(chunk)
            yield chunk
    finally:
        ahead.finish()
    found = f"{algorithm}:{state.hexdigest()}"
    if found != digest:
        raise mismatch(name, digest, found)


class _Ahead:
    """A thread that adds to a digest what it is given."""

    def __init__(self, state: "hashlib._Hash") -> None:
        self._state = state
        # A `Queue` with a size costs ten times as much for each chunk.
        self._waiting: SimpleQueue[bytes | None] = SimpleQueue()
        self._room: SimpleQueue[None] = SimpleQueue()
        for _ in range(_AHEAD):
            self._room.put(None)
        self._thread = Thread(target=self._update, name="digest", daemon=True)
        self._thread.start()

    def add(self, chunk: bytes) -> None:
        self._room.get()
        self._waiting.put(chunk)

    def finish(self) -> None:
        self._waiting.put(None)
        self._thread.join()

    def _update(self) -> None:
        while (chunk := self._waiting.get()) is not None:
            self._state.update(chunk)
            self._room.put(None)


def mismatch(name: str, digest: str, found: str) -> MalformedFile:
    """Return the error that `name` is not what its digest says."""
    return MalformedFile(name, f"has digest {found} and not {digest}")
