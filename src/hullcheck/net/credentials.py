"""Logins for registries, as `docker login` and `podman login` leave them in their files."""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import msgspec

from hullcheck.errors import InvalidParameter
from hullcheck.net.reference import DOCKER_HUB

_DOCKER_HUB_KEYS = frozenset({"index.docker.io", "docker.io", "registry-1.docker.io"})

# Paths of the registry API, which Docker once wrote behind the host.
_API = re.compile(r"/v[12]/?|/?")

# Whose files these are is not always who runs the program: a container of a number without a name has HOME=/root.
_NOT_OURS = (FileNotFoundError, NotADirectoryError, PermissionError)


@dataclass(frozen=True, slots=True)
class Login:
    """What proves who asks: name and password, or a token that is exchanged for others. `source` says where from."""

    username: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)
    registry_token: str = field(default="", repr=False)
    source: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class LoginFile:
    """A file with logins: by "host[:port]", or by that and the beginning of a repository's path.

    `helpers` names credential helpers by host, `store` the one for all other hosts. `damaged` says what is wrong with
    entries that cannot be read, which is nobody's business but theirs who need them. containers-auth.json(5).
    """

    path: str = ""
    logins: Mapping[str, Login] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    helpers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    store: str = ""
    damaged: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def login(self, host: str, repository: str) -> Login | None:
        """Return the login for `repository` at `host` ("name[:port]"): the one of the longest path.

        Raises `InvalidParameter` where that is damaged.
        """
        for key in _keys(host_key(host), repository):
            if key in self.damaged:
                raise InvalidParameter(f"{self.path}: {self.damaged[key]}", hint="log in again")
            if key in self.logins:
                return self.logins[key]
        return None

    def helper(self, host: str) -> str:
        """Return the name of the credential helper that holds the login for `host`, "" if none does."""
        return self.helpers.get(host_key(host), self.store)


class _Auth(msgspec.Struct):
    auth: str | None = None
    username: str | None = None
    password: str | None = None
    identitytoken: str | None = None
    registrytoken: str | None = None


class _Config(msgspec.Struct):
    auths: dict[str, _Auth | None] | None = None
    credHelpers: dict[str, str] | None = None  # noqa: N815 (the name in the file)
    credsStore: str | None = None  # noqa: N815 (the name in the file)


def read_logins(path: str) -> LoginFile:
    """Return what the configuration of Docker or Podman at `path` holds, nothing if there is none for this user.

    An empty one, as /dev/null is, holds nothing, as with Docker.
    """
    try:
        content = Path(path).read_bytes()
    except _NOT_OURS:
        return LoginFile(path)
    except OSError as error:
        raise InvalidParameter(f"{path}: {error.strerror}", hint="make it readable, or name another one") from error
    if not content.strip():
        return LoginFile(path)
    try:
        config = msgspec.json.decode(content, type=_Config)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidParameter(f"{path}: {error}", hint="`docker login` writes a new one") from error
    # A key that is the host itself goes before an address with a scheme or path.
    auths = sorted((config.auths or {}).items(), key=lambda pair: pair[0] != login_key(pair[0]), reverse=True)
    logins: dict[str, Login] = {}
    damaged: dict[str, str] = {}
    for address, auth in auths:
        key = login_key(address)
        try:
            found = _login(auth, path) if auth else None
        except ValueError:
            logins.pop(key, None)
            damaged[key] = f"auths[{address!r}].auth: not Base64 of a user and password in UTF-8"
        else:
            damaged.pop(key, None)
            logins |= {key: found} if found else {}
    helpers = {host_key(address): name for address, name in (config.credHelpers or {}).items()}
    return LoginFile(path, logins, helpers, config.credsStore or "", damaged)


def host_key(address: str) -> str:
    """Return the host of an address as Docker compares them: without scheme and path; Docker Hub has one name."""
    host = _without_scheme(address).partition("/")[0].lower()
    return DOCKER_HUB if host in _DOCKER_HUB_KEYS else host


def login_key(address: str) -> str:
    """Return what an entry for `address` is for: a host, or with Podman also a path there ("host/team/app").

    What is behind the host of an address with a scheme, or is a path of the registry API, means nothing.
    """
    rest = _without_scheme(address)
    host, slash, path = rest.partition("/")
    if rest != address or _API.fullmatch(f"{slash}{path}"):
        return host_key(host)
    return f"{host_key(host)}/{path.rstrip('/')}"


def _without_scheme(address: str) -> str:
    return address.removeprefix("https://").removeprefix("http://")


def _keys(host: str, repository: str) -> Iterator[str]:
    path = repository
    while path:
        yield f"{host}/{path}"
        path = path.rpartition("/")[0]
    yield host


def _login(auth: _Auth, path: str) -> Login | None:
    """Return the login of an entry, None for one that holds none; raise `ValueError` where it is damaged."""
    username, password = auth.username or "", auth.password or ""
    if auth.auth:
        decoded = base64.b64decode("".join(auth.auth.split()), validate=True).decode()
        username, _, password = decoded.partition(":")
        password = password.strip("\0")
    found = Login(username, password, auth.identitytoken or "", auth.registrytoken or "", path)
    return found if found != Login() else None
