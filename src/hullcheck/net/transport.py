"""One exchange of request and answer, on `urllib3`."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from threading import Lock
from urllib.parse import unquote, urlsplit

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from hullcheck import __version__
from hullcheck.errors import InvalidParameter, NetworkError
from hullcheck.net.address import origin, shown
from hullcheck.net.connections import bounded
from hullcheck.net.http import HttpOptions, Request, Response, Unmendable, Untrusted, Unwelcome
from hullcheck.net.pace import TooSlow, paced
from hullcheck.net.proxy import proxy_for
from hullcheck.net.tls import Certificates, Contexts

USER_AGENT = f"hullcheck/{__version__}"


class Transport:
    """Connections to servers, a pool for each proxy and way to speak TLS. Several threads may use it."""

    def __init__(self, options: HttpOptions, environment: Mapping[str, str]) -> None:
        self._options = options
        self._environment = environment
        self._contexts = Contexts(options)
        self._lock = Lock()
        self._pools: dict[tuple[str, Certificates], urllib3.PoolManager] = {}

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for pool in self._pools.values():
                pool.clear()

    def exchange(self, request: Request) -> Response:
        """Send one request, without following or repeating anything, and return the answer with its body unread."""
        method, url = request.method, request.url
        try:
            answer = self._pool(request).urlopen(
                method,
                url,
                body=request.body or None,
                headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **request.headers},
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
        except HTTPError as error:
            raise _failure(method, url, error) from error
        body = _body(answer, method, url, self._options)
        return Response(answer.status, answer.headers, url, body, _release(answer))

    def _pool(self, request: Request) -> urllib3.PoolManager:
        proxy = proxy_for(request.url, self._environment, self._options.proxy)
        host = urlsplit(request.url).netloc.rpartition("@")[2].lower()
        certificates = self._contexts.key(host, identified=request.identified)
        with self._lock:
            if (proxy, certificates) not in self._pools:
                self._pools[proxy, certificates] = self._new_pool(proxy, certificates)
            return self._pools[proxy, certificates]

    def _new_pool(self, proxy: str, certificates: Certificates) -> urllib3.PoolManager:
        timeout = urllib3.Timeout(connect=self._options.timeout, read=self._options.timeout)
        longest = self._options.timeout + self._options.rate_window
        context = self._contexts.get(certificates)
        if not proxy:
            return bounded(urllib3.PoolManager(timeout=timeout, ssl_context=context), longest)
        login = _checked_login(proxy)
        manager = urllib3.ProxyManager(
            f"{urlsplit(proxy).scheme}://{urlsplit(proxy).netloc.rpartition('@')[2]}",
            timeout=timeout,
            ssl_context=context,
            # The certificate of ours is for the registry, and none of the proxy's business.
            proxy_ssl_context=self._contexts.get(Certificates()),
            proxy_headers=urllib3.make_headers(proxy_basic_auth=login) if login else None,
        )
        return bounded(manager, longest)


def _checked_login(proxy: str) -> str:
    """Return the login in the address of a proxy, "" if there is none; raise where it is not an address of one."""
    try:
        scheme, host, _ = origin(proxy)
    except ValueError as error:
        raise InvalidParameter(f"proxy {shown(proxy)}: not an address", hint=_PROXY_HINT) from error
    if not host:
        raise InvalidParameter(f"proxy {shown(proxy)}: not an address", hint=_PROXY_HINT)
    if scheme not in {"http", "https"}:
        raise InvalidParameter(f"proxy {shown(proxy)}: only http: and https: proxies can be used")
    parts = urlsplit(proxy)
    return f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""


def _body(
    answer: urllib3.BaseHTTPResponse, method: str, url: str, options: HttpOptions
) -> Callable[[int], Iterator[bytes]]:
    def read(size: int) -> Iterator[bytes]:
        try:
            yield from _filled(answer, size, options)
        except HTTPError as error:
            raise _cut(method, url, error, answer.status) from error
        except TooSlow as error:
            raise Unmendable(
                f"{method} {shown(url)}: the server sends less than {options.least_rate:g} bytes a second",
                hint="try again later, or accept that with a lower --min-download-rate",
                status=answer.status,
            ) from error

    return read


def _filled(answer: urllib3.BaseHTTPResponse, size: int, options: HttpOptions) -> Iterator[bytes]:
    """Yield a body in pieces of `size` bytes, but for the last one, and for what has come when it breaks off.

    What is there is taken at once, as a whole piece of a server that drips would be waited for in vain; and put
    together, as with TLS only 16 KiB come at once.
    """
    waiting: list[bytes] = []
    room = size

    def read() -> bytes:
        return answer.read1(room)

    try:
        for piece in paced(read, options.least_rate, options.rate_window):
            waiting.append(piece)
            room -= len(piece)
            if not room:
                yield b"".join(waiting)
                waiting, room = [], size
    except (HTTPError, TooSlow):
        if waiting:
            yield b"".join(waiting)
        raise
    if waiting:
        yield b"".join(waiting)


def _release(answer: urllib3.BaseHTTPResponse) -> Callable[[], None]:
    """Return what ends the exchange: an answer that was not read to its end cannot give its connection back."""

    def release() -> None:
        answer.close()
        answer.release_conn()

    return release


def _cut(method: str, url: str, error: HTTPError, status: int) -> NetworkError:
    if isinstance(error, ReadTimeoutError):
        return NetworkError(f"{method} {shown(url)}: the server stopped sending", hint="try again", status=status)
    return NetworkError(f"{method} {shown(url)}: the answer is cut short", hint="try again", status=status)


def _failure(method: str, url: str, error: HTTPError) -> NetworkError:
    """Return what `error` means to a user; the most special class first."""
    host = urlsplit(url).netloc.rpartition("@")[2]
    kind = NetworkError
    match error:
        case SSLError() if isinstance(_innermost(error), ssl.SSLCertVerificationError):
            kind, problem, hint = Untrusted, f"the certificate of {host} is not trusted: {_last(error)}", _TLS_HINT
        case SSLError() if _said_by_server(_innermost(error)):
            kind, problem, hint = Unwelcome, f"{host} refuses TLS with us: {_last(error)}", _CLIENT_HINT
        case SSLError():
            kind, problem, hint = Unmendable, f"no TLS with {host}: {_last(error)}", "check the address and its scheme"
        case LocationValueError():
            kind, problem, hint = Unmendable, "not an address", "check the address"
        case ProxyError():
            problem, hint = f"no way through the proxy: {_last(error)}", "check --proxy and HTTPS_PROXY"
        case NameResolutionError():
            problem, hint = f"no host {host}", "check the name, the network and the proxy"
        case ConnectTimeoutError() | NewConnectionError():
            problem, hint = f"no connection to {host}: {_last(error)}", "check the network and the proxy"
        case ReadTimeoutError():
            problem, hint = f"no answer from {host} in time", "try again, or raise the time-out"
        case _:
            problem, hint = f"{host} does not speak HTTP: {_last(error)}", "check the address and its scheme"
    return kind(f"{method} {shown(url)}: {problem}", hint=hint)


_PROXY_HINT = "write it as http://[USER:PASSWORD@]HOST:PORT"
_TLS_HINT = "name the authority's certificate with --ca-bundle if the registry has its own"


_CLIENT_HINT = "it may want a certificate of yours: --client-cert and --client-key, or certs.d"


def _said_by_server(error: BaseException) -> bool:
    """Say whether TLS failed because the other side said so: it speaks TLS, then."""
    return isinstance(error, ssl.SSLError) and "_ALERT_" in (error.reason or "")


def _innermost(error: BaseException) -> BaseException:
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return error


def _last(error: BaseException) -> str:
    """Return in one line what the innermost cause says."""
    error = _innermost(error)
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(reason.split())[:200] or type(error).__name__
