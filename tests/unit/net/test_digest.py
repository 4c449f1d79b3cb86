"""Digests of content."""

import hashlib

import pytest

from hullcheck.errors import MalformedFile
from hullcheck.net.digest import digest_of, is_digest, verified, watched

CONTENT = b"content"
SHA256 = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
SHA512 = f"sha512:{hashlib.sha512(CONTENT).hexdigest()}"


@pytest.mark.parametrize("digest", [SHA256, SHA512])
def test_digests_of_both_algorithms_are_verified(digest: str) -> None:
    assert is_digest(digest)
    assert digest_of(CONTENT, digest) == digest
    assert verified(CONTENT, digest, "x") == CONTENT
    assert list(watched([b"con", b"tent"], digest, "x")) == [b"con", b"tent"]
    with pytest.raises(MalformedFile, match="x: has digest"):
        verified(b"other", digest, "x")
    with pytest.raises(MalformedFile, match="x: has digest"):
        list(watched([b"con"], digest, "x"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sha256",
        "sha256:",
        SHA256[:-1],
        SHA256 + "0",
        SHA256.upper(),
        SHA256 + "\n",
        SHA512.replace("512", "256"),
        "md5:" + "0" * 32,
        "sha256:" + "g" * 64,
        "sha256:../" + "0" * 61,
    ],
)
def test_anything_else_is_no_digest(text: str) -> None:
    assert not is_digest(text)


def test_all_is_given_before_the_end_is_verified() -> None:
    chunks = watched([b"con", b"tent", b"!"], SHA256, "x")
    assert [next(chunks), next(chunks), next(chunks)] == [b"con", b"tent", b"!"]
    with pytest.raises(MalformedFile):
        next(chunks)
