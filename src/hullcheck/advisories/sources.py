"""Where feeds are fetched from: a folder, or a server, in the layout of OSV.dev's public bucket."""

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, assert_never
from urllib.parse import quote, unquote

from hullcheck.advisories.origin import FileVersion
from hullcheck.advisories.placement import writing
from hullcheck.errors import DatabaseError, NetworkError
from hullcheck.model.progress import Progress
from hullcheck.net.address import shown
from hullcheck.net.http import Http, Response

OSV_BUCKET = "https://osv-vulnerabilities.storage.googleapis.com"

_LIST = "ecosystems.txt"
_ARCHIVE = "all.zip"
_OK, _NOT_MODIFIED, _NOT_FOUND = 200, 304, 404
# OSV.dev's largest archive has 300 MB.
_LARGEST_DOWNLOAD = 4 << 30
_LARGEST_LIST = 1 << 20
_PIECE = 256 << 10
_LONGEST_NUMBER = 16
_HINT = "name a folder with ECOSYSTEM/all.zip in it, or an address of http or https"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file of a source, to be read at `path`."""

    path: Path
    version: FileVersion


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The version of a file that is known is the newest."""


@dataclass(frozen=True, slots=True)
class Absent:
    """The source has no such file."""


Answer = Fetched | Unchanged | Absent


def archive_of(feed: str) -> str:
    """Return the name of the archive of `feed` in a source."""
    return f"{feed}/{_ARCHIVE}"


class Folder:
    """A folder with a folder for each ecosystem."""

    def __init__(self, path: Path) -> None:
        try:
            mode = path.stat().st_mode
        except OSError as error:
            raise DatabaseError(f"{path}: no such folder: {error.strerror}", hint=_HINT) from error
        if not stat.S_ISDIR(mode):
            raise DatabaseError(f"{path}: not a folder", hint=_HINT)
        # It is written down as where the database comes from, to be found again from any working directory.
        self._path = path.absolute()

    @property
    def address(self) -> str:
        """Return the path of the folder."""
        return str(self._path)

    def ecosystems(self) -> tuple[str, ...]:
        """Return the folders that hold an archive."""
        return tuple(sorted(archive.parent.name for archive in self._path.glob(f"*/{_ARCHIVE}")))

    def file(self, name: str) -> Fetched | Absent:
        """Return the file `name` where it is."""
        path = self._path / name
        return Fetched(path, FileVersion(name)) if path.is_file() else Absent()


class Server:
    """A web server or object store."""

    def __init__(self, address: str, http: Http) -> None:
        address, mark, query = address.partition("?")
        self._base = address.rstrip("/")
        self._query = f"{mark}{query}"
        self._http = http

    @property
    def address(self) -> str:
        """Return the address without credentials."""
        return shown(self._base)

    def ecosystems(self) -> tuple[str, ...] | None:
        """Return what the server lists; one need not have a list."""
        try:
            with self._http.open("GET", self._url(_LIST)) as response:
                lines = response.read(_LARGEST_LIST).decode("utf-8", "replace").splitlines()
        except NetworkError as error:
            if error.status == _NOT_FOUND:
                return None
            raise DatabaseError(error.message, hint=error.hint) from error
        return tuple(sorted({line.strip() for line in lines} - {""}))

    def download(self, name: str, into: Path, known: FileVersion | None, progress: Progress) -> Answer:
        """Write the file `name` to `into`, unless the server says that `known` is the newest version of it."""
        condition = _condition(known)
        accepted = frozenset({_OK, _NOT_MODIFIED} if condition else {_OK})
        try:
            with self._http.open("GET", self._url(name), headers=condition, accept=accepted) as response:
                if response.status == _NOT_MODIFIED:
                    return Unchanged()
                progress.start(f"downloading {name}", _length(response))
                with writing(into), into.open("wb") as file:
                    for size in _copied(response, file):
                        progress.advance(size)
                headers = response.headers
                version = FileVersion(name, headers.get("etag", ""), headers.get("last-modified", ""))
                return Fetched(into, version)
        except NetworkError as error:
            if error.status == _NOT_FOUND:
                return Absent()
            raise

    def _url(self, name: str) -> str:
        return f"{self._base}/{quote(name)}{self._query}"


Source = Folder | Server


def source_at(place: str, http: Http) -> Source:
    """Return the source at `place`: an address of http or https, or of a folder, or the path of one."""
    scheme, mark, rest = place.partition("://")
    match scheme.lower() if mark else "":
        case "http" | "https":
            return Server(f"{scheme.lower()}://{rest}", http)
        case "file" if rest.startswith(("/", "localhost/")):
            return Folder(Path(unquote(rest.removeprefix("localhost"))))
        case "":
            return Folder(Path(place))
        case _:
            raise DatabaseError(f"{shown(place)}: cannot be read from there", hint=_HINT)


def fetch(source: Source, name: str, into: Path, known: FileVersion | None, progress: Progress) -> Answer:
    """Return the file `name` of `source`, at `into` if it cannot be read where it is.

    `known` is the version of it that is at hand: a server need not send it again. Whether a folder has changed is not
    asked.
    """
    match source:
        case Folder():
            return source.file(name)
        case Server():
            return source.download(name, into, known, progress)
        case _:
            assert_never(source)


def _condition(known: FileVersion | None) -> Mapping[str, str]:
    """Return the headers of a conditional request (RFC 9110, 13.1)."""
    if known is None:
        return {}
    named = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {header: value for header, value in named.items() if value}


def _length(response: Response) -> int:
    stated = response.headers.get("content-length", "")
    return int(stated) if stated.isascii() and stated.isdigit() and len(stated) < _LONGEST_NUMBER else 0


def _copied(response: Response, file: BinaryIO) -> Iterator[int]:
    """Write the body of `response` to `file`, and yield the number of bytes of each piece that is written."""
    done = 0
    for piece in response.chunks(_PIECE):
        done += len(piece)
        if done > _LARGEST_DOWNLOAD:
            raise NetworkError(f"{shown(response.url)} answered with more than {_LARGEST_DOWNLOAD} bytes")
        file.write(piece)
        yield len(piece)
