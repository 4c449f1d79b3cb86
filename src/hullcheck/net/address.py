"""Addresses of HTTP: what they are, what of them may be shown, and where a redirect leads."""

import re
from urllib.parse import urljoin, urlsplit

from hullcheck.errors import InvalidParameter, NetworkError

# User, host and port.
_AUTHORITY = re.compile(r"(?:.*@)?(?:[^:@\[\]]*|\[[^@\[\]]*\])(?::[0-9]*)?", re.DOTALL)


def check_address(url: str) -> None:
    """Raise `InvalidParameter` where `url` is not an address of HTTP."""
    try:
        scheme, host, _ = origin(url)
    except ValueError as error:
        raise InvalidParameter(f"{shown(url)}: not an address") from error
    if scheme not in {"http", "https"} or not host:
        raise InvalidParameter(f"{shown(url)}: not an address of http or https")


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of `url`: who credentials are meant for (RFC 6454)."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), port


def shown(url: str) -> str:
    """Return `url`, which need not be one, without what may be secret in it: user, password, query and fragment."""
    scheme, slashes, rest = url.partition("//") if "//" in url else ("", "", url)
    place = re.split(r"[?#]", rest, maxsplit=1)[0]
    authority, slash, path = place.partition("/")
    if _AUTHORITY.fullmatch(authority) is None:
        # Where the password has a slash in it, the path begins behind the last "@".
        authority, slash, path = place.rpartition("@")[2].partition("/")
    return f"{scheme}{slashes}{authority.rpartition('@')[2]}{slash}{path}"


def redirected(url: str, location: str) -> str:
    """Return where `location` leads from `url`, or raise where it leads out of HTTP or from HTTPS to HTTP."""
    try:
        target = urljoin(url, location)
        scheme, host, _ = origin(target)
    except ValueError as error:
        raise NetworkError(f"{shown(url)} redirects to something that is not an address") from error
    safe = scheme == "https" or (scheme == "http" and urlsplit(url).scheme == "http")
    if not safe or not host:
        raise NetworkError(
            f"{shown(url)} redirects to {scheme or 'an unknown'}: address, which is not followed",
            hint="only https: (and from http: also http:) is followed; ask for the final address directly",
        )
    return target
