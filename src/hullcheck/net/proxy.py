"""Which proxy a request goes through."""

from collections.abc import Collection, Mapping
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit


def proxy_for(url: str, environment: Mapping[str, str], override: str = "") -> str:
    """Return the proxy's URL for `url`, "" where it is asked directly.

    `override`, else HTTPS_PROXY or HTTP_PROXY by the scheme of `url`, else ALL_PROXY. Loopback hosts and those of
    NO_PROXY are asked directly. The variables are those of curl, in lower or upper case.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if is_loopback(host) or _excepted(host, parts.port, _variable(environment, "no_proxy")):
        return ""
    proxy = override or _variable(environment, f"{parts.scheme}_proxy") or _variable(environment, "all_proxy")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def is_loopback(host: str) -> bool:
    """Say whether `host` is this machine: "localhost", a name below it, or a loopback address (RFC 6761)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def may_be_plain(host: str, insecure: Collection[str]) -> bool:
    """Say whether `host` ("name[:port]") may be talked to in plain HTTP: this machine, and those that are named."""
    name = urlsplit(f"//{host}").hostname or ""
    return is_loopback(name) or host in insecure or name in insecure


def _variable(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name) or environment.get(name.upper(), "")


def _excepted(host: str, port: int | None, exceptions: str) -> bool:
    entries = [entry.strip().lower() for entry in exceptions.split(",")]
    return any(_covers(entry, host, port) for entry in entries if entry)


def _covers(entry: str, host: str, port: int | None) -> bool:
    if entry == "*":
        return True
    try:
        return ip_address(host) in ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        name, colon, wanted = entry.rpartition(":")
        if colon and wanted.isdigit():
            return int(wanted) == port and _covers(name, host, None)
    name = entry.removeprefix("*").removeprefix(".")
    return host == name or host.endswith(f".{name}")
