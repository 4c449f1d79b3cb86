"""Bodies that are asked for again from where they broke off (RFC 9110, section 14)."""

import re
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager

from hullcheck.errors import NetworkError
from hullcheck.net.address import shown
from hullcheck.net.http import Http, Response, Unmendable

_CHUNK = 256 * 1024

# Bytes after which a connection was worth having, and what went wrong before is forgotten.
_PROGRESS = 1024 * 1024

_CONTENT_RANGE = re.compile(r"bytes (?:([0-9]{1,18})-[0-9]{1,18}|\*)/([0-9]{1,18}|\*)")

Ask = Callable[[Mapping[str, str]], AbstractContextManager[Response]]


def resumed(ask: Ask, http: Http, start: int = 0) -> Generator[bytes]:
    """Yield a body from byte `start`; `ask` sends the request with headers of ours.

    When it breaks off, the rest is asked for, as often in a row without much progress as `http` repeats requests. That
    the parts are of one whole, its digest must say.
    """
    at, tag, failures = start, "", 0
    while True:
        with ask(_headers(at, tag)) as response:
            tag = response.headers.get("etag", "")
            begun = at
            try:
                for chunk in _from(response, at):
                    at += len(chunk)
                    yield chunk
            except Unmendable:
                raise
            except NetworkError:
                failures = 0 if at - begun >= _PROGRESS else failures + 1
                if failures > http.options.retries or not http.options.retries:
                    raise
            else:
                return
        http.wait(max(failures - 1, 0))


def _headers(at: int, tag: str) -> dict[str, str]:
    """Return what asks for the bytes from `at`; a weak tag says nothing about bytes."""
    if not at:
        return {}
    matched = {"If-Range": tag} if tag.startswith('"') else {}
    return {"Range": f"bytes={at}-", **matched}


def _from(response: Response, at: int) -> Iterator[bytes]:
    """Yield what an answer holds of the body from byte `at`."""
    match response.status:
        case 206:
            _check(response, at)
            yield from response.chunks(_CHUNK)
        case 416:
            # The connection broke behind the last byte.
            if _content_range(response)[1] != str(at):
                raise _wrong(response, f"says that there is nothing behind byte {at}")
        case _:
            yield from _behind(response.chunks(_CHUNK), at)


def _check(response: Response, at: int) -> None:
    first = _content_range(response)[0]
    if first != str(at):
        raise _wrong(response, f"sends bytes from {first or 'somewhere'} and not from {at}")


def _content_range(response: Response) -> tuple[str, str]:
    """Return the first byte and the length that an answer tells of, as text."""
    match = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", "").strip())
    return (match[1] or "", match[2]) if match else ("", "")


def _behind(chunks: Iterator[bytes], at: int) -> Iterator[bytes]:
    """Yield what is behind the first `at` bytes, for a server that sends all of them again."""
    for chunk in chunks:
        skipped = min(at, len(chunk))
        at -= skipped
        if rest := chunk[skipped:]:
            yield rest


def _wrong(response: Response, problem: str) -> Unmendable:
    return Unmendable(
        f"{shown(response.url)}: {problem}", hint="a proxy before the server may be broken", status=response.status
    )
