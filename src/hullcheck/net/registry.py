"""A client of registries: OCI distribution specification 1.1, and Docker's registry API version 2 before it."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from threading import Lock

import msgspec

from hullcheck.errors import ImageError, NetworkError
from hullcheck.net.address import origin
from hullcheck.net.authorization import authorization
from hullcheck.net.challenge import challenges
from hullcheck.net.digest import digest_of, is_digest
from hullcheck.net.http import NOTHING, Http, Response, Untrusted, Unwelcome
from hullcheck.net.keychain import Keychain
from hullcheck.net.proxy import may_be_plain
from hullcheck.net.reference import DOCKER_HUB, Reference
from hullcheck.net.resumption import resumed

_DOCKER_HUB_API = "registry-1.docker.io"

_LARGEST_ERROR = 64 * 1024

_ANSWERED = frozenset({200, 401, 403, 404})
_ANSWERED_IN_PART = _ANSWERED | {206, 416}


@dataclass(frozen=True, slots=True)
class Received:
    """A manifest or index: its bytes, what they are said to be, and their digest, which was computed."""

    content: bytes
    media_type: str
    digest: str


class NotThere(ImageError):
    """The registry has no such image, or no such blob of it."""


class _Error(msgspec.Struct):
    code: str = ""
    message: str = ""


class _Errors(msgspec.Struct):
    errors: list[_Error] | None = None


class Registry:
    """The registry of `reference`, asked for that image only. Several threads may use it at the same time.

    `insecure` are hosts that may be asked in plain HTTP where they do not speak TLS, as loopback hosts may. Whatever
    goes wrong is an `ImageError`.
    """

    def __init__(self, http: Http, reference: Reference, keychain: Keychain, insecure: Collection[str] = ()) -> None:
        self.reference = reference
        self._http = http
        self._keychain = keychain
        self._insecure = frozenset(insecure)
        host = _DOCKER_HUB_API if reference.host == DOCKER_HUB else reference.host
        self._base = f"https://{host}"
        self._plain = f"http://{host}" if may_be_plain(reference.host, self._insecure) else ""
        self._authorization = ""
        self._settling = Lock()
        self._authorizing = Lock()

    def manifest(self, wanted: str, accept: Collection[str], limit: int) -> Received:
        """Return the manifest or index of tag or digest `wanted`, of one of the media types `accept`."""
        with self._told(), self._get(f"manifests/{wanted}", {"Accept": ", ".join(sorted(accept))}) as response:
            content = response.read(limit)
            media_type = response.headers.get("content-type", "").partition(";")[0].strip()
            stated = response.headers.get("docker-content-digest", "")
        # A tag is believed to be what the registry says; what was asked for by digest is that or nothing.
        expected = wanted if is_digest(wanted) else stated if is_digest(stated) else ""
        digest = digest_of(content, expected) if expected else digest_of(content)
        if expected and digest != expected:
            raise ImageError(
                f"{self.reference}: the manifest has digest {digest} and not {expected}",
                hint="the registry, or a proxy before it, is broken or lies",
            )
        return Received(content, media_type, digest)

    def blob(self, digest: str, limit: int) -> bytes:
        """Return the blob with `digest`, of up to `limit` bytes, not verified."""
        with self._told(), self._get(f"blobs/{digest}") as response:
            return response.read(limit)

    @contextmanager
    def stream(self, digest: str, start: int = 0) -> Iterator[Iterator[bytes]]:
        """Open the blob with `digest` and give its bytes from `start` in chunks, not verified.

        Where the connection breaks, the rest is asked for.
        """

        def ask(headers: Mapping[str, str]) -> Iterator[Response]:
            with self._get(f"blobs/{digest}", headers) as response:
                yield response

        with self._told(), closing(resumed(contextmanager(ask), self._http, start)) as chunks:
            yield self._told_chunks(chunks)

    def _told_chunks(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        with self._told():
            yield from chunks

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except NetworkError as error:
            raise ImageError(f"{self.reference}: {error.message}", hint=error.hint) from error

    @contextmanager
    def _get(self, path: str, headers: Mapping[str, str] = NOTHING) -> Iterator[Response]:
        """Ask for `path` of the repository, and once more with an authorization where one is called for."""
        self._settle_scheme()
        used = self._authorization
        with self._open(path, headers, used) as response:
            if not self._challenges(response):
                yield self._accepted(response, path)
                return
            self._authorize(response, used)
        with self._open(path, headers, self._authorization) as response:
            yield self._accepted(response, path)

    @contextmanager
    def _open(self, path: str, headers: Mapping[str, str], authorized: str) -> Iterator[Response]:
        url = f"{self._base}/v2/{self.reference.repository}/{path}"
        accept = _ANSWERED_IN_PART if "Range" in headers else _ANSWERED
        if authorized:
            headers = {**headers, "Authorization": authorized}
        with self._http.open("GET", url, headers=headers, accept=accept, identified=True) as response:
            yield response

    def _settle_scheme(self) -> None:
        """Find out, where plain HTTP is allowed, whether it is needed."""
        with self._settling:
            if not self._plain:
                return
            try:
                self._ping(self._base)
            except (Untrusted, Unwelcome):
                raise
            except NetworkError as error:
                if not error.status:
                    self._ping_plain(error)
                    self._base = self._plain
            self._plain = ""

    def _ping_plain(self, without: NetworkError) -> None:
        try:
            self._ping(self._plain)
        except NetworkError as error:
            if error.status == 400:  # noqa: PLR2004
                # What TLS servers say to somebody who does not speak it.
                raise without from error
            raise

    def _ping(self, base: str) -> None:
        with self._http.open("GET", f"{base}/v2/", accept=_ANSWERED, identified=True):
            return

    def _challenges(self, response: Response) -> bool:
        """Say whether the registry itself wants to know who asks; where it redirects to has no right to."""
        return response.status == 401 and origin(response.url) == origin(self._base)  # noqa: PLR2004

    def _authorize(self, response: Response, used: str) -> None:
        """Get an authorization, unless another thread has while the one that was `used` was refused."""
        with self._authorizing:
            if self._authorization == used:
                self._authorization = self._new_authorization(response)

    def _new_authorization(self, response: Response) -> str:
        login = self._keychain.login(self.reference.host, self.reference.repository)
        offered = challenges(response.headers.get("www-authenticate", ""))
        scope = f"repository:{self.reference.repository}:pull"
        try:
            found = authorization(self._http, self._base, offered, scope, login, self._insecure)
        except NetworkError as error:
            if error.status not in {400, 401, 403}:
                raise
            raise self._unauthorized(f"no token: {error.message}") from error
        if not found:
            raise self._unauthorized(_detail(response))
        return found

    def _accepted(self, response: Response, path: str) -> Response:
        kind: type[ImageError] = ImageError
        match response.status:
            case 200 | 206 | 416:
                return response
            case 401:
                raise self._unauthorized(_detail(response))
            case 403:
                problem, hint = "may not be read", "log in as somebody who may"
            case _ if path.startswith("manifests/"):
                kind = NotThere
                problem, hint = "does not exist", "check name and tag; some registries deny what only needs a login"
            case _:
                kind = NotThere
                problem, hint = f"has no {path}", "the image is incomplete: push it again"
        raise kind(f"{self.reference}: {problem} ({response.status}{_detail(response)})", hint=hint)

    def _unauthorized(self, detail: str) -> ImageError:
        hint = self._keychain.advice(self.reference.host, self.reference.repository)
        return ImageError(f"{self.reference}: needs a login (401{detail})", hint=hint)


def _detail(response: Response) -> str:
    """Return what the registry says of an error (distribution specification, "Error Codes"), "" if nothing usable."""
    try:
        errors = msgspec.json.decode(response.read(_LARGEST_ERROR), type=_Errors).errors or []
    except (NetworkError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    said = "; ".join(": ".join(filter(None, (error.code, error.message))) for error in errors[:3])
    plain = "".join(character if character.isprintable() else " " for character in said[:200])
    return f", {plain}" if plain else ""
