"""One exchange of request and answer, on `urllib3`."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import unquote, urlsplit

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    InsecureRequestWarning,
    LocationValueError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from hullcheck import __version__
from hullcheck.errors import InvalidParameter, NetworkError
from hullcheck.net.http import HttpOptions, Response, Unmendable, Untrusted, origin, shown
from hullcheck.net.proxy import proxy_for

USER_AGENT = f"hullcheck/{__version__}"


class Transport:
    """Connections to servers, one pool for each proxy."""

    def __init__(self, options: HttpOptions, environment: Mapping[str, str]) -> None:
        self._options = options
        self._environment = environment
        self._pools: dict[str, urllib3.PoolManager] = {}
        self._context: ssl.SSLContext | None = None

    def close(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            pool.clear()

    def exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Send one request, without following or repeating anything, and return the answer with its body unread."""
        proxy = proxy_for(url, self._environment, self._options.proxy)
        try:
            answer = self._pool(proxy).urlopen(
                method,
                url,
                body=body or None,
                headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers},
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
        except HTTPError as error:
            raise _failure(method, url, error) from error
        return Response(answer.status, answer.headers, url, _body(answer, method, url), _release(answer))

    def _pool(self, proxy: str) -> urllib3.PoolManager:
        if proxy not in self._pools:
            self._pools[proxy] = self._new_pool(proxy)
        return self._pools[proxy]

    def _new_pool(self, proxy: str) -> urllib3.PoolManager:
        timeout = urllib3.Timeout(connect=self._options.timeout, read=self._options.timeout)
        if not proxy:
            return urllib3.PoolManager(maxsize=8, timeout=timeout, ssl_context=self._trust())
        try:
            scheme, host, _ = origin(proxy)
        except ValueError as error:
            raise InvalidParameter(f"proxy {shown(proxy)}: not an address", hint=_PROXY_HINT) from error
        if not host:
            raise InvalidParameter(f"proxy {shown(proxy)}: not an address", hint=_PROXY_HINT)
        parts = urlsplit(proxy)
        if scheme not in {"http", "https"}:
            raise InvalidParameter(f"proxy {shown(proxy)}: only http: and https: proxies can be used")
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
        return urllib3.ProxyManager(
            f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
            maxsize=8,
            timeout=timeout,
            ssl_context=self._trust(),
            proxy_ssl_context=self._trust(),
            proxy_headers=urllib3.make_headers(proxy_basic_auth=login) if login else None,
        )

    def _trust(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = _trust(self._options)
        return self._context


def _trust(options: HttpOptions) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if options.ca_bundle:
        try:
            context.load_verify_locations(options.ca_bundle)
        except (OSError, ssl.SSLError) as error:
            raise InvalidParameter(f"{options.ca_bundle}: not a file of PEM certificates: {error}") from error
    if not options.verify_tls:
        # The warning that the user needs is the program's, once, and not the library's for each request.
        urllib3.disable_warnings(InsecureRequestWarning)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _body(answer: urllib3.BaseHTTPResponse, method: str, url: str) -> Callable[[int], Iterator[bytes]]:
    def read(size: int) -> Iterator[bytes]:
        try:
            yield from answer.stream(size, decode_content=False)
        except HTTPError as error:
            raise _cut(method, url, error, answer.status) from error

    return read


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


def _innermost(error: BaseException) -> BaseException:
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return error


def _last(error: BaseException) -> str:
    """Return in one line what the innermost cause says."""
    error = _innermost(error)
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(reason.split())[:200] or type(error).__name__
