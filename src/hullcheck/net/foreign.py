"""Layers that an image has, and its registry may not: "Non-Distributable Layers" of the OCI image specification."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, closing

from hullcheck.errors import HullcheckError, ImageError
from hullcheck.net.address import shown
from hullcheck.net.http import Http, Response
from hullcheck.net.resumption import resumed

# The layers of Windows have two: one of a content network, one that redirects to it.
_MOST = 4

_HINT = "its makers keep it at addresses of their own; copy the image with this layer into a registry and scan it there"


def foreign(http: Http, urls: Sequence[str], name: str, note: Callable[[str], None]) -> Generator[bytes]:
    """Yield the bytes of the layer `name`, not verified, from the first of `urls` that has it.

    The image chose whom to ask: so it is asked over TLS only, without any login, and `note` is told.
    """
    at = 0
    problems: list[str] = []
    for url in urls[:_MOST]:
        if not url.lower().startswith("https://"):
            problems.append(f"{shown(url)[:200]}: not an https: address")
            continue
        note(f"{name} is not in the registry and read from {shown(url)}")
        try:
            with closing(resumed(_asking(http, url), http, at)) as chunks:
                for chunk in chunks:
                    at += len(chunk)
                    yield chunk
        except HullcheckError as error:
            problems.append(error.message)
        else:
            return
    raise ImageError(f"{name}: not in the registry, nor elsewhere: {'; '.join(problems)}", hint=_HINT)


def _asking(http: Http, url: str) -> Callable[[Mapping[str, str]], AbstractContextManager[Response]]:
    def ask(headers: Mapping[str, str]) -> AbstractContextManager[Response]:
        accept = frozenset({200, 206, 416}) if headers else frozenset({200})
        return http.open("GET", url, headers=headers, accept=accept)

    return ask
