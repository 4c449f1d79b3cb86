"""Logins for registries, as `docker login` leaves them in its configuration file."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import msgspec

from hullcheck.errors import InvalidParameter
from hullcheck.net.reference import DOCKER_HUB

_DOCKER_HUB_KEYS = frozenset({"index.docker.io", "docker.io", "registry-1.docker.io"})


@dataclass(frozen=True, slots=True)
class Login:
    """What proves who asks: name and password, or a token that is exchanged for others."""

    username: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)
    registry_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Keychain:
    """Logins and names of credential helpers by host; `store` is the helper for all other hosts."""

    path: str = ""
    logins: Mapping[str, Login] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    helpers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    store: str = ""

    def login(self, host: str) -> Login | None:
        """Return the login for `host` ("name[:port]"), and for no other one."""
        return self.logins.get(host_key(host))

    def helper(self, host: str) -> str:
        """Return the name of the program that holds the login for `host`, "" if none does."""
        return self.helpers.get(host_key(host), self.store)


class _Auth(msgspec.Struct):
    auth: str = ""
    username: str = ""
    password: str = ""
    identitytoken: str = ""
    registrytoken: str = ""


class _Config(msgspec.Struct):
    auths: dict[str, _Auth] | None = None
    credHelpers: dict[str, str] | None = None  # noqa: N815 (the name in the file)
    credsStore: str | None = None  # noqa: N815 (the name in the file)


def read_keychain(path: str) -> Keychain:
    """Return the logins of Docker's configuration file at `path`, none if there is no such file."""
    if not path:
        return Keychain()
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        return Keychain(path)
    except OSError as error:
        raise InvalidParameter(f"{path}: {error.strerror}", hint="make it readable, or name another one") from error
    try:
        config = msgspec.json.decode(content, type=_Config)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidParameter(f"{path}: {error}", hint="`docker login` writes a new one") from error
    # An address that is the host itself goes before one with a scheme or path.
    auths = sorted((config.auths or {}).items(), key=lambda pair: pair[0] != host_key(pair[0]), reverse=True)
    logins = {host_key(address): login for address, auth in auths if (login := _login(auth, path, address))}
    helpers = {host_key(address): name for address, name in (config.credHelpers or {}).items()}
    return Keychain(path, logins, helpers, config.credsStore or "")


def host_key(address: str) -> str:
    """Return the host of an address as Docker compares them: without scheme and path; Docker Hub has one name."""
    host = address.removeprefix("https://").removeprefix("http://").partition("/")[0].lower()
    return DOCKER_HUB if host in _DOCKER_HUB_KEYS else host


def _login(auth: _Auth, path: str, address: str) -> Login | None:
    username, password = auth.username, auth.password
    if auth.auth:
        try:
            decoded = base64.b64decode(auth.auth, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise InvalidParameter(f"{path}: auths[{address!r}].auth: not Base64", hint="log in again") from error
        username, _, password = decoded.partition(":")
        password = password.strip("\0")
    found = Login(username, password, auth.identitytoken, auth.registrytoken)
    return found if found != Login() else None
