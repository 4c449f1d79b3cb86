"""Where the data of a shard comes from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileVersion:
    """A file of a source, and by what the server recognises this version of it (RFC 9110, 8.8), "" where by nothing."""

    name: str
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """The source that a shard was made from, the files of it, and when they were fetched (RFC 3339)."""

    source: str
    fetched: str
    files: tuple[FileVersion, ...] = ()
