"""HTTP with retries, checked redirects, proxies and bodies that are never cut short unnoticed.

`urllib3` is imported with the first request (`net/transport.py`), so that the option record costs nothing.
"""

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from threading import Lock
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Self

from hullcheck.errors import NetworkError
from hullcheck.net.address import check_address, origin, redirected, shown

if TYPE_CHECKING:
    from hullcheck.net.transport import Transport

OK = frozenset({200})
NOTHING: Mapping[str, str] = MappingProxyType({})

# A registry needs one redirect (to its storage) and a mirror two; curl gives up after 50, Go's client after 10.
MAX_REDIRECTS = 8

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_RETRIED = frozenset({429, 500, 502, 503, 504})
_FOLLOWED = frozenset({"GET", "HEAD"})
_BOUND_TO_ORIGIN = frozenset({"authorization", "cookie"})

_HINTS: Mapping[int, str] = MappingProxyType(
    {
        401: "log in, or check the credentials",
        403: "check that these credentials may read it",
        404: "check the address",
        407: "the proxy wants credentials: http://USER:PASSWORD@HOST:PORT",
        429: "the server limits requests: wait, or log in for a higher limit",
    }
)


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """How servers are talked to; times are seconds.

    `timeout` is for connecting and for each wait for data. A failed request is repeated `retries` times, after
    `wait_min` and then twice as long each time up to `wait_max`. `proxy` goes before the variables of the
    environment. `ca_bundle` is a PEM file of authorities that are trusted besides the system's.

    A body that comes slower than `least_rate` bytes a second, on the average of `rate_window`, is given up; 0 waits for
    ever. So is an answer whose head is not complete in the time of both, `timeout` and `rate_window`.

    `client_cert` and `client_key` are PEM files, shown to servers of `identified` requests only, the key may be in the
    same file as the certificate. `certificate_dirs` hold certificates of single hosts, in a directory for each.
    """

    timeout: float = 30.0
    retries: int = 3
    wait_min: float = 1.0
    wait_max: float = 30.0
    proxy: str = ""
    ca_bundle: str = ""
    verify_tls: bool = True
    least_rate: float = 1000.0
    rate_window: float = 60.0
    client_cert: str = ""
    client_key: str = ""
    certificate_dirs: tuple[str, ...] = ()


class Unmendable(NetworkError):
    """A failure that asking again does not mend: a certificate that is not trusted, an address that is none."""


class Untrusted(Unmendable):
    """The server speaks TLS, and nobody vouches for its certificate."""


class Unwelcome(Unmendable):
    """The server speaks TLS, and wants to know who asks, or to hear it from somebody whom it trusts."""


class Response:
    """An answer: its head, and its body to be read once.

    `headers` ignores the case of names. `url` is where the answer came from, after redirects.
    """

    __slots__ = ("_body", "_release", "headers", "status", "url")

    def __init__(
        self,
        status: int,
        headers: Mapping[str, str],
        url: str,
        body: Callable[[int], Iterable[bytes]],
        release: Callable[[], None],
    ) -> None:
        self.status = status
        self.headers = headers
        self.url = url
        self._body = body
        self._release = release

    def chunks(self, size: int) -> Iterator[bytes]:
        """Yield the body in pieces of at most `size` bytes; raise `NetworkError` where it ends too early."""
        yield from self._body(size)

    def read(self, limit: int) -> bytes:
        """Return the whole body, or raise `NetworkError` where it is longer than `limit` bytes."""
        pieces: list[bytes] = []
        left = limit
        for piece in self.chunks(64 * 1024):
            left -= len(piece)
            if left < 0:
                raise NetworkError(f"{shown(self.url)} answered with more than {limit} bytes", status=self.status)
            pieces.append(piece)
        return b"".join(pieces)

    def close(self) -> None:
        """Give the connection back."""
        self._release()


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent; `identified` says that the client certificate of the options may be shown."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    identified: bool

    def redirected(self, location: str) -> "Request":
        """Return the request that a redirect to `location` asks for, without what is meant for this origin only."""
        target = redirected(self.url, location)
        if origin(target) == origin(self.url):
            return replace(self, url=target)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _BOUND_TO_ORIGIN}
        return replace(self, url=target, headers=headers, identified=False)


class Http:
    """A client whose connections are kept until it is closed.

    `environment` is where HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY (upper or lower case) are looked up. Several
    threads may use it at the same time.
    """

    def __init__(
        self,
        options: HttpOptions | None = None,
        environment: Mapping[str, str] = NOTHING,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.options = options or HttpOptions()
        self._environment = environment
        self._sleep = sleep
        self._opening = Lock()
        self._opened: Transport | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    @contextmanager
    def open(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = NOTHING,
        accept: frozenset[int] = OK,
        body: bytes = b"",
        identified: bool = False,
    ) -> Generator[Response]:
        """Send a request, follow redirects and hand out the answer if its status is one of `accept`.

        Headers that carry credentials are not sent to another origin after a redirect, nor is the client certificate
        of the options, which `identified` requests show, presented there.
        """
        check_address(url)
        response = self._answer(Request(method, url, headers, body, identified), accept)
        try:
            if response.status not in accept:
                raise refused(method, response)
            yield response
        finally:
            response.close()

    def wait(self, round_: int) -> None:
        """Wait before something is tried again for the `round_`th time, the first being 0."""
        self._sleep(min(self.options.wait_min * 2**round_, self.options.wait_max))

    def _answer(self, request: Request, accept: frozenset[int]) -> Response:
        for _ in range(MAX_REDIRECTS + 1):
            response = self._patient(request, accept)
            followed = response.status in _REDIRECTS and response.status not in accept
            if not followed or request.method not in _FOLLOWED or "location" not in response.headers:
                return response
            response.close()
            request = request.redirected(response.headers["location"])
        raise NetworkError(f"{shown(request.url)}: more than {MAX_REDIRECTS} redirects")

    def _patient(self, request: Request, accept: frozenset[int]) -> Response:
        """Send a request as often as the options allow, until an answer comes that waiting does not change."""
        wait = self.options.wait_min
        for left in range(self.options.retries, -1, -1):
            try:
                response = self._transport().exchange(request)
            except NetworkError as error:
                if not left or isinstance(error, Unmendable):
                    raise
                asked = 0.0
            else:
                asked = _retry_after(response.headers)
                lasting = response.status not in _RETRIED or response.status in accept
                if lasting or not left or asked > self.options.wait_max:
                    return response
                response.close()
            self._sleep(min(max(asked, wait), self.options.wait_max))
            wait *= 2
        raise AssertionError  # The last round has returned or raised.

    def _transport(self) -> "Transport":
        with self._opening:
            if self._opened is None:
                # 60 ms that a scan of a directory is spared.
                from hullcheck.net.transport import Transport

                self._opened = Transport(self.options, self._environment)
            return self._opened


def refused(method: str, response: Response) -> NetworkError:
    """Return the error that says what was asked, of whom, and the status that came instead."""
    status = response.status
    reason = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "unknown status"
    hint = _HINTS.get(status, "try again later" if status in _RETRIED else "")
    asked = _retry_after(response.headers)
    if status in _RETRIED and asked:
        hint = f"the server asks to wait {asked:.0f} seconds"
    return NetworkError(f"{method} {shown(response.url)}: {status} {reason}", hint=hint, status=status)


def _retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds of Retry-After (RFC 9110, 10.2.3), 0 where there is none or it is not understood.

    A date is compared with the server's own clock.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        then, now = (parsedate_to_datetime(text) for text in (value, headers.get("date", "")))
        return max(0.0, (then - now).total_seconds())
    except (ValueError, TypeError):
        return 0.0
