"""Engines that speak the Docker Engine API, and the way to each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import SplitResult, urlsplit

from hullcheck.net.endpoint import Endpoint, OwnCertificates
from hullcheck.net.proxy import is_loopback
from hullcheck.sources.engines.addresses import Addresses, docker_addresses, podman_addresses
from hullcheck.sources.engines.faults import EngineUnavailable
from hullcheck.sources.providers import DOCKER, PODMAN

_PLAIN_PORT = 2375
_TLS_PORT = 2376


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine: `title` is its name for people, `variable` says where it is, the hints say how to get at it."""

    title: str
    variable: str
    addresses: Callable[[Mapping[str, str], str], Addresses]
    absent: str
    denied: str


ENGINES: Mapping[str, Engine] = MappingProxyType(
    {
        DOCKER: Engine(
            "Docker",
            "DOCKER_HOST",
            docker_addresses,
            "start Docker, or name its socket in DOCKER_HOST; an image of a registry is called registry:NAME",
            "join the group docker (`sudo usermod -aG docker USER`, then log in again), run with sudo, "
            "or use rootless Docker",
        ),
        PODMAN: Engine(
            "Podman",
            "CONTAINER_HOST",
            podman_addresses,
            "start its service (`systemctl --user start podman.socket`), or name its socket in CONTAINER_HOST",
            "start the service of your own user (`systemctl --user start podman.socket`), or run with sudo",
        ),
    }
)


def endpoints(engine: Engine, addresses: Addresses, insecure: Sequence[str]) -> tuple[Endpoint, ...]:
    """Return where `engine` listens; `insecure` are hosts that may be asked in plain HTTP, as loopback hosts may."""
    return tuple(_endpoint(text, engine, addresses, insecure) for text in addresses.texts)


def _endpoint(text: str, engine: Engine, addresses: Addresses, insecure: Sequence[str]) -> Endpoint:
    scheme, separator, rest = text.partition("://")
    if separator and scheme == "unix" and rest.startswith("/"):
        return Endpoint(path=rest)
    if scheme == "ssh":
        hint = (
            f"forward its socket (`ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock USER@HOST`), and set "
            f"{engine.variable}=unix:///tmp/engine.sock"
        )
        raise EngineUnavailable(f"{engine.title}: ssh:// in {addresses.stated_by} is not spoken", hint=hint)
    parts = _parts(text)
    if parts is None or scheme not in {"tcp", "http", "https"}:
        problem = f"{engine.title}: {text[:200]!r} in {addresses.stated_by} is no address of an engine"
        raise EngineUnavailable(problem, hint="write it as unix:///PATH or tcp://HOST:PORT")
    certificates = _certificates(scheme, addresses)
    if certificates is None:
        _check_plain(engine, addresses, parts, insecure)
    return Endpoint(
        host=parts.hostname or "",
        port=parts.port or (_TLS_PORT if certificates else _PLAIN_PORT),
        certificates=certificates,
    )


def _parts(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        usable = parts.hostname and parts.port != 0 and not parts.path.strip("/")
    except ValueError:
        return None
    return parts if usable and "@" not in parts.netloc and not parts.query else None


def _certificates(scheme: str, addresses: Addresses) -> OwnCertificates | None:
    if addresses.certificates or scheme == "https":
        return OwnCertificates(addresses.certificates, addresses.verify)
    return None


def _check_plain(engine: Engine, addresses: Addresses, parts: SplitResult, insecure: Sequence[str]) -> None:
    host = parts.hostname or ""
    if is_loopback(host) or host in insecure or parts.netloc in insecure:
        return
    raise EngineUnavailable(
        f"{engine.title}: {parts.netloc} of {addresses.stated_by} would be asked in plain HTTP",
        hint="use TLS (DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH), or allow the host with --insecure-registries",
    )
