"""Requests of the Docker Engine API, in the newest version that the engine has: what is asked is in all of them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

import msgspec

from hullcheck.errors import NetworkError
from hullcheck.net.endpoint import Endpoint, get
from hullcheck.net.http import Response

_CHUNK = 256 * 1024
_LARGEST_ERROR = 64 * 1024

# What Docker (400) and Podman (500) say of a name that is none to them, such as one with an IPv6 address: they cannot
# have such an image.
_NO_NAMES = ("invalid reference format", "normalizing name")

_VERSION = re.compile(r"[0-9]{1,4}\.[0-9]{1,4}")

# An engine writes the whole image to its own disk before it sends the first byte of an export: 20 times the time-out,
# by default 10 minutes, are enough for 20 GB at 35 MB/s.
_PATIENCE = 20


class NoSuchImage(NetworkError):
    """The engine does not have the image."""


class _Complaint(msgspec.Struct):
    message: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class EngineApi:
    """The engine at `endpoint`; `timeout` is in seconds, `version` the beginning of paths ("/v1.41" or "").

    Whatever goes wrong is a `NetworkError`.
    """

    endpoint: Endpoint
    timeout: float
    version: str = ""

    def inspect(self, image: str, limit: int) -> bytes:
        """Return what the engine knows of `image`, a name or id."""
        return self._read(f"/images/{_quoted(image)}/json", limit)

    def history(self, image: str, limit: int) -> bytes:
        """Return how `image` was built, the last step first."""
        return self._read(f"/images/{_quoted(image)}/history", limit)

    @contextmanager
    def export(self, image: str) -> Iterator[Iterator[bytes]]:
        """Open the archive that the engine makes of `image`, and give its bytes in chunks."""
        path = f"/images/{_quoted(image)}/get"
        with get(self.endpoint, f"{self.version}{path}", self.timeout, self.timeout * _PATIENCE) as response:
            yield self._accepted(response, path).chunks(_CHUNK)

    def _read(self, path: str, limit: int) -> bytes:
        with get(self.endpoint, f"{self.version}{path}", self.timeout) as response:
            return self._accepted(response, path).read(limit)

    def _accepted(self, response: Response, path: str) -> Response:
        if response.status == 200:  # noqa: PLR2004
            return response
        said = complaint(response.read(_LARGEST_ERROR))
        absent = bool(said) if response.status == 404 else any(text in said for text in _NO_NAMES)  # noqa: PLR2004
        kind = NoSuchImage if absent else NetworkError
        detail = f", {said}" if said else ""
        raise kind(f"GET {path[:300]} of {self.endpoint}: {response.status}{detail}", status=response.status)


def connected(endpoint: Endpoint, timeout: float) -> EngineApi:
    """Return the engine at `endpoint`, which tells its version; paths without one are deprecated (API 1.41)."""
    with get(endpoint, "/_ping", timeout) as response:
        version = response.headers.get("api-version", "")
    return EngineApi(endpoint, timeout, f"/v{version}" if _VERSION.fullmatch(version) else "")


def complaint(content: bytes) -> str:
    """Return the error that `content` tells, "" where it tells none."""
    try:
        said = msgspec.json.decode(content, type=_Complaint)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    text = said.message or said.error
    return "".join(character if character.isprintable() else " " for character in text[:300]).strip()


def _quoted(image: str) -> str:
    return quote(image, safe="/:@")
