"""A client of registries: OCI distribution specification 1.1, and Docker's registry API version 2 before it."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

from hullcheck.errors import ImageError, NetworkError
from hullcheck.net.authorization import authorization
from hullcheck.net.challenge import challenges
from hullcheck.net.credentials import Keychain, host_key
from hullcheck.net.digest import digest_of, is_digest
from hullcheck.net.http import NOTHING, Http, Response, Untrusted, origin
from hullcheck.net.proxy import is_loopback
from hullcheck.net.reference import DOCKER_HUB, Reference

_DOCKER_HUB_API = "registry-1.docker.io"

_CHUNK = 256 * 1024
_LARGEST_ERROR = 64 * 1024

_ANSWERED = frozenset({200, 401, 403, 404})


@dataclass(frozen=True, slots=True)
class Received:
    """A manifest or index: its bytes, what they are said to be, and their digest, which was computed."""

    content: bytes
    media_type: str
    digest: str


class _Error(msgspec.Struct):
    code: str = ""
    message: str = ""


class _Errors(msgspec.Struct):
    errors: list[_Error] | None = None


class Registry:
    """The registry of `reference`, asked for that image only.

    `insecure` are hosts that may be asked in plain HTTP where they do not speak TLS, as loopback hosts may. Whatever
    goes wrong is an `ImageError`.
    """

    def __init__(self, http: Http, reference: Reference, keychain: Keychain, insecure: Collection[str] = ()) -> None:
        self._http = http
        self._reference = reference
        self._keychain = keychain
        host = _DOCKER_HUB_API if reference.host == DOCKER_HUB else reference.host
        self._base = f"https://{host}"
        self._plain = f"http://{host}" if _may_be_plain(reference.host, insecure) else ""
        self._authorization = ""

    def manifest(self, wanted: str, accept: Collection[str], limit: int) -> Received:
        """Return the manifest or index of tag or digest `wanted`, of one of the media types `accept`."""
        with self._get(f"manifests/{wanted}", {"Accept": ", ".join(sorted(accept))}) as response:
            content = response.read(limit)
            media_type = response.headers.get("content-type", "").partition(";")[0].strip()
            stated = response.headers.get("docker-content-digest", "")
        # A tag is believed to be what the registry says; what was asked for by digest is that or nothing.
        expected = wanted if is_digest(wanted) else stated if is_digest(stated) else ""
        digest = digest_of(content, expected) if expected else digest_of(content)
        if expected and digest != expected:
            raise ImageError(
                f"{self._reference}: the manifest has digest {digest} and not {expected}",
                hint="the registry, or a proxy before it, is broken or lies",
            )
        return Received(content, media_type, digest)

    def blob(self, digest: str, limit: int) -> bytes:
        """Return the blob with `digest`, of up to `limit` bytes, not verified."""
        with self._get(f"blobs/{digest}") as response:
            return response.read(limit)

    @contextmanager
    def stream(self, digest: str) -> Iterator[Iterator[bytes]]:
        """Open the blob with `digest` and give its bytes in chunks, not verified."""
        with self._get(f"blobs/{digest}") as response:
            yield response.chunks(_CHUNK)

    @contextmanager
    def _get(self, path: str, headers: Mapping[str, str] = NOTHING) -> Iterator[Response]:
        """Ask for `path` of the repository, and once more with an authorization where one is called for."""
        try:
            with self._open(path, headers) as response:
                if not self._challenges(response):
                    yield self._accepted(response, path)
                    return
                self._authorize(response)
            with self._open(path, headers) as response:
                yield self._accepted(response, path)
        except NetworkError as error:
            raise ImageError(f"{self._reference}: {error.message}", hint=error.hint) from error

    @contextmanager
    def _open(self, path: str, headers: Mapping[str, str]) -> Iterator[Response]:
        self._settle_scheme()
        url = f"{self._base}/v2/{self._reference.repository}/{path}"
        if self._authorization:
            headers = {**headers, "Authorization": self._authorization}
        with self._http.open("GET", url, headers=headers, accept=_ANSWERED) as response:
            yield response

    def _settle_scheme(self) -> None:
        """Find out, where plain HTTP is allowed, whether it is needed."""
        plain, self._plain = self._plain, ""
        if not plain:
            return
        try:
            self._ping(self._base)
        except Untrusted:
            raise
        except NetworkError as error:
            if not error.status:
                self._ping(plain)
                self._base = plain

    def _ping(self, base: str) -> None:
        with self._http.open("GET", f"{base}/v2/", accept=_ANSWERED):
            return

    def _challenges(self, response: Response) -> bool:
        """Say whether the registry itself wants to know who asks; where it redirects to has no right to."""
        return response.status == 401 and origin(response.url) == origin(self._base)  # noqa: PLR2004

    def _authorize(self, response: Response) -> None:
        login = self._keychain.login(self._reference.host)
        offered = challenges(response.headers.get("www-authenticate", ""))
        scope = f"repository:{self._reference.repository}:pull"
        try:
            self._authorization = authorization(self._http, self._base, offered, scope, login)
        except NetworkError as error:
            if error.status not in {400, 401, 403}:
                raise
            raise self._unauthorized(f"no token: {error.message}") from error
        if not self._authorization:
            raise self._unauthorized(_detail(response))

    def _accepted(self, response: Response, path: str) -> Response:
        match response.status:
            case 200:
                return response
            case 401:
                raise self._unauthorized(_detail(response))
            case 403:
                problem, hint = "may not be read", "log in as somebody who may"
            case _ if path.startswith("manifests/"):
                problem, hint = "does not exist", "check name and tag; some registries deny what only needs a login"
            case _:
                problem, hint = f"has no {path}", "the image is incomplete: push it again"
        raise ImageError(f"{self._reference}: {problem} ({response.status}{_detail(response)})", hint=hint)

    def _unauthorized(self, detail: str) -> ImageError:
        host = host_key(self._reference.host)
        helper = self._keychain.helper(self._reference.host)
        if self._keychain.login(self._reference.host):
            hint = f"the login for {host} in {self._keychain.path} is not accepted: log in again"
        elif helper:
            hint = (
                f"{self._keychain.path} leaves logins to docker-credential-{helper}, which is not run yet: "
                f"log in with a file that names no credential helper (DOCKER_CONFIG=DIR docker login {host})"
            )
        else:
            hint = f"log in first: docker login {host}"
        return ImageError(f"{self._reference}: needs a login (401{detail})", hint=hint)


def _may_be_plain(host: str, insecure: Collection[str]) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    return is_loopback(name) or host in insecure or name in insecure


def _detail(response: Response) -> str:
    """Return what the registry says of an error (distribution specification, "Error Codes"), "" if nothing usable."""
    try:
        errors = msgspec.json.decode(response.read(_LARGEST_ERROR), type=_Errors).errors or []
    except (NetworkError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    said = "; ".join(": ".join(filter(None, (error.code, error.message))) for error in errors[:3])
    plain = "".join(character if character.isprintable() else " " for character in said[:200])
    return f", {plain}" if plain else ""
