"""Registries that have copies of what others have, and are asked first."""

from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from threading import Lock
from typing import TypeVar

from hullcheck.errors import ImageError, InvalidParameter, MalformedFile
from hullcheck.net.credentials import host_key
from hullcheck.net.digest import verified
from hullcheck.net.foreign import foreign
from hullcheck.net.http import Http
from hullcheck.net.reference import Reference, parse_reference
from hullcheck.net.registry import NotThere, Received, Registry

_T = TypeVar("_T")

_FORM = "write it as HOST=MIRROR[/PREFIX], such as docker.io=mirror.example/hub"


@dataclass(frozen=True, slots=True)
class Mirror:
    """`mirror` ("host[:port]") has what the registry `host` has, below the path `prefix` ("" for none)."""

    host: str
    mirror: str
    prefix: str = ""


def parse_mirror(text: str) -> Mirror:
    """Return the mirror that `text`, "HOST=MIRROR[/PREFIX]", tells of."""
    host, _, place = text.partition("=")
    mirror, slash, prefix = place.removesuffix("/").partition("/")
    # What is no host, a reference takes for the beginning of a name in Docker Hub.
    hosts_read = (_host(f"{host}/x"), _host(f"{mirror}/{prefix}/x" if slash else f"{mirror}/x"))
    if "/" in host or "" in hosts_read or hosts_read != (host_key(host), host_key(mirror)):
        raise InvalidParameter(f"mirror {text[:200]!r}: not a host and its mirror", hint=_FORM)
    return Mirror(host_key(host), mirror, prefix)


def _host(name: str) -> str:
    try:
        return host_key(parse_reference(name).host)
    except InvalidParameter:
        return ""


def places(reference: Reference, mirrors: Sequence[Mirror]) -> tuple[Reference, ...]:
    """Return where `reference` can be had: from the mirrors of its registry, in their order, and last from itself."""
    copies = (
        replace(
            reference,
            host=mirror.mirror,
            repository=f"{mirror.prefix}/{reference.repository}" if mirror.prefix else reference.repository,
        )
        for mirror in mirrors
        if mirror.host == host_key(reference.host)
    )
    return (*copies, reference)


class Mirrored:
    """An image in `registries`, the last of which is its own: each is asked where the one before fails.

    What is named by digest is the same everywhere, and a mirror that has something else is passed over. What a tag
    means, the first says that knows it. `note` is told once of each mirror that gave something, and of each that did
    not. Several threads may use it at the same time.
    """

    def __init__(
        self, http: Http, registries: Sequence[Registry], note: Callable[[str], None] = lambda _: None
    ) -> None:
        self._http = http
        self._registries = tuple(registries)
        self._note = note
        self._lock = Lock()
        self._told: set[tuple[str, bool]] = set()

    def manifest(self, wanted: str, accept: Collection[str], limit: int) -> Received:
        """Return the manifest or index of tag or digest `wanted`: see `Registry.manifest`."""
        return self._first(lambda registry: registry.manifest(wanted, accept, limit))

    def blob(self, digest: str, limit: int) -> bytes:
        """Return the blob with `digest`, of up to `limit` bytes; from a mirror only if it has that digest."""
        own = self._registries[-1]

        def get(registry: Registry) -> bytes:
            content = registry.blob(digest, limit)
            return content if registry is own else _verified(content, digest, registry)

        return self._first(get)

    @contextmanager
    def stream(self, digest: str, urls: Sequence[str] = ()) -> Iterator[Iterator[bytes]]:
        """Open the blob with `digest` and give its bytes in chunks, not verified; see `Registry.stream`.

        `urls` are where else it is, for one that registries may not have.
        """
        with closing(self._chunks(digest, urls)) as chunks:
            yield chunks

    def _chunks(self, digest: str, urls: Sequence[str]) -> Generator[bytes]:
        at = 0
        failures: list[ImageError] = []
        for registry in self._registries:
            try:
                with registry.stream(digest, at) as chunks:
                    for chunk in chunks:
                        at += len(chunk)
                        yield chunk
            except ImageError as error:
                failures.append(error)
                self._tell(registry, error)
            else:
                self._tell(registry)
                return
        if not at and urls and isinstance(failures[-1], NotThere):
            yield from foreign(self._http, urls, f"{self._registries[-1].reference}, layer {digest}", self._note)
            return
        raise _all_failed(failures)

    def _first(self, get: Callable[[Registry], _T]) -> _T:
        failures: list[ImageError] = []
        for registry in self._registries:
            try:
                found = get(registry)
            except ImageError as error:
                failures.append(error)
                self._tell(registry, error)
            else:
                self._tell(registry)
                return found
        raise _all_failed(failures)

    def _tell(self, registry: Registry, error: ImageError | None = None) -> None:
        """Say once for each mirror what came of asking it."""
        if registry is self._registries[-1]:
            return
        host = registry.reference.host
        with self._lock:
            news = (host, error is None) not in self._told
            self._told.add((host, error is None))
        if news and error:
            self._note(f"mirror {host}: {error.message}: the next place is asked")
        elif news:
            self._note(f"{self._registries[-1].reference} is read from the mirror {host}")


def _verified(content: bytes, digest: str, registry: Registry) -> bytes:
    try:
        return verified(content, digest, f"{registry.reference}, blob {digest}")
    except MalformedFile as error:
        raise ImageError(error.message) from error


def _all_failed(failures: Sequence[ImageError]) -> ImageError:
    """Return the error of the registry itself, which comes last and counts; mirrors are told of beside it."""
    *mirrors, last = failures
    if not mirrors:
        return last
    also = "; ".join(f"and of its mirror {error.message}" for error in mirrors)
    return type(last)(f"{last.message}; {also}", hint=last.hint)
