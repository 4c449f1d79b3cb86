"""How a client shows a registry who it is: distribution specification, "Token Authentication"."""

import base64
import re
from collections.abc import Collection, Sequence
from urllib.parse import urlencode, urlsplit

import msgspec

from hullcheck.errors import NetworkError
from hullcheck.net.address import origin, shown
from hullcheck.net.challenge import Challenge
from hullcheck.net.credentials import Login
from hullcheck.net.http import Http
from hullcheck.net.proxy import may_be_plain

_CLIENT = "hullcheck"
_LARGEST_ANSWER = 1024 * 1024

# What a header can hold (RFC 6750, section 2.1, is stricter).
_TOKEN = re.compile(r"[!-~]+")


class _Answer(msgspec.Struct):
    token: str | None = None
    access_token: str | None = None


def authorization(
    http: Http,
    registry: str,
    offered: Sequence[Challenge],
    scope: str,
    login: Login | None,
    insecure: Collection[str] = (),
) -> str:
    """Return the value of Authorization with which `registry` (a URL) is to be asked again, "" if there is none.

    Tokens are for `scope` unless the registry asks for another one. `login` goes to the registry, and to the server of
    tokens that it names: over TLS, or in plain HTTP where the registry is asked so, too, and the server is the same
    host, this machine, or one of `insecure`.
    """
    if login and login.registry_token:
        return f"Bearer {login.registry_token}"
    for challenge in offered:
        if challenge.scheme == "bearer" and challenge.parameters.get("realm"):
            realm = _realm(registry, challenge.parameters["realm"], insecure)
            return f"Bearer {_token(http, realm, challenge, scope, login)}"
    if login and login.username and any(challenge.scheme == "basic" for challenge in offered):
        return _basic(login)
    return ""


def _token(http: Http, realm: str, challenge: Challenge, scope: str, login: Login | None) -> str:
    service = challenge.parameters.get("service", "")
    scope = challenge.parameters.get("scope", scope)
    asked = [("service", service)] if service else []
    if login and login.identity_token:
        form = [*asked, ("scope", scope), ("grant_type", "refresh_token"), ("refresh_token", login.identity_token)]
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode([*form, ("client_id", _CLIENT)]).encode()
        exchange = http.open("POST", realm, headers=headers, body=body, identified=True)
    else:
        query = urlencode([*asked, *(("scope", part) for part in scope.split())])
        headers = {"Authorization": _basic(login)} if login else {}
        address = f"{realm}{'&' if urlsplit(realm).query else '?'}{query}"
        exchange = http.open("GET", address, headers=headers, identified=True)
    with exchange as response:
        content = response.read(_LARGEST_ANSWER)
    return _read_token(content, realm)


def _realm(registry: str, realm: str, insecure: Collection[str]) -> str:
    """Return the address of the server of tokens, if what is sent there cannot be read where the registry's cannot."""
    try:
        scheme, host, _ = origin(realm)
        asked, own, _ = origin(registry)
    except ValueError:
        scheme = host = asked = own = ""
    plain = scheme == asked == "http" and (host == own or may_be_plain(urlsplit(realm).netloc, insecure))
    if not host or not (scheme == "https" or plain):
        raise NetworkError(
            f"{shown(registry)}: sends logins to {realm[:200]!r}, which is not safe",
            hint="ask who runs the registry: its realm must be an https: address",
        )
    return realm


def _read_token(content: bytes, realm: str) -> str:
    try:
        answer = msgspec.json.decode(content, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NetworkError(f"{shown(realm)}: answered with something that is no token: {error}") from error
    token = answer.token or answer.access_token or ""
    if not _TOKEN.fullmatch(token):
        raise NetworkError(f"{shown(realm)}: answered without a token")
    return token


def _basic(login: Login) -> str:
    # What came on the command line and is not UTF-8 is sent as it came.
    told = f"{login.username}:{login.password}".encode("utf-8", "surrogateescape")
    return f"Basic {base64.b64encode(told).decode('ascii')}"
