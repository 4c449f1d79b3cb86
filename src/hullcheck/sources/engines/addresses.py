"""Where engines listen: what the environment says, else the places where they do when nobody says anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec

from hullcheck.sources.engines.faults import EngineUnavailable

_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses ("unix:///PATH", "tcp://HOST:PORT"), of which the first with the image counts.

    `stated_by` is who says so, "" where these are the usual places. `certificates` is the directory with the client's
    for TLS, "" where the connection is plain.
    """

    texts: tuple[str, ...]
    stated_by: str = ""
    certificates: str = ""
    verify: bool = True


class _Endpoint(msgspec.Struct):
    host: str = msgspec.field(name="Host", default="")
    skip_tls_verify: bool = msgspec.field(name="SkipTLSVerify", default=False)


class _Context(msgspec.Struct):
    name: str = msgspec.field(name="Name", default="")
    endpoints: dict[str, _Endpoint] | None = msgspec.field(name="Endpoints", default=None)


class _Config(msgspec.Struct):
    current: str | None = msgspec.field(name="currentContext", default=None)


def docker_addresses(environment: Mapping[str, str], config: str) -> Addresses:
    """Return where Docker listens, whose client has its configuration in the file `config`.

    DOCKER_HOST goes before DOCKER_CONTEXT, and that before the context that `docker context use` chose.
    """
    home = str(Path(config).parent) if config else ""
    if host := environment.get("DOCKER_HOST"):
        verify = bool(environment.get("DOCKER_TLS_VERIFY"))
        return Addresses((host,), "DOCKER_HOST", environment.get("DOCKER_CERT_PATH") or home if verify else "")
    context = environment.get("DOCKER_CONTEXT") or _current_context(config)
    if context not in {"", "default"}:
        return _of_context(home, context)
    return Addresses(("unix:///var/run/docker.sock", *_of_user(environment, "docker.sock")))


def podman_addresses(environment: Mapping[str, str], _config: str) -> Addresses:
    """Return where Podman listens: CONTAINER_HOST, else the user's socket, else root's."""
    if host := environment.get("CONTAINER_HOST"):
        return Addresses((host,), "CONTAINER_HOST")
    return Addresses((*_of_user(environment, "podman/podman.sock"), "unix:///run/podman/podman.sock"))


def _of_user(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    directory = environment.get("XDG_RUNTIME_DIR", "")
    return (f"unix://{directory}/{name}",) if directory.startswith("/") else ()


def _current_context(config: str) -> str:
    if not config:
        return ""
    try:
        return _read(Path(config), _Config).current or ""
    except FileNotFoundError:
        return ""


def _of_context(home: str, name: str) -> Addresses:
    """Return what the context called `name` says; Docker's client calls its directory by the digest of its name."""
    identity = sha256(name.encode()).hexdigest()
    file = Path(home, "contexts", "meta", identity, "meta.json")
    try:
        endpoint = (_read(file, _Context).endpoints or {}).get("docker", _Endpoint())
    except FileNotFoundError as error:
        hint = "`docker context ls` lists those that there are"
        raise EngineUnavailable(f"there is no Docker context {name[:100]!r}", hint=hint) from error
    tls = Path(home, "contexts", "tls", identity, "docker")
    certificates = str(tls) if endpoint.skip_tls_verify or tls.is_dir() else ""
    return Addresses((endpoint.host,), f"Docker context {name!r}", certificates, not endpoint.skip_tls_verify)


def _read(file: Path, kind: type[_Read]) -> _Read:
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileNotFoundError(str(file)) from error
    except OSError as error:
        raise EngineUnavailable(f"{file}: {error.strerror}", hint="make it readable, or set DOCKER_HOST") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise EngineUnavailable(f"{file}: {error}", hint="write it anew, or set DOCKER_HOST") from error
