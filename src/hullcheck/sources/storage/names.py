"""Which of an engine's images is meant: by a name, a name and digest, or an id."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from hullcheck.errors import InvalidParameter, StorageError
from hullcheck.net.digest import SHA256
from hullcheck.net.reference import Reference, parse_reference
from hullcheck.sources.oci_layout import is_called

T = TypeVar("T")

_ID = re.compile(r"(?:sha256:)?([0-9a-f]{4,64})")

# Of the names that an error lists.
_SHOWN = 10


class NotStored(StorageError):
    """The engine has no such image."""


@dataclass(frozen=True, slots=True)
class Stored(Generic[T]):
    """An image as its engine lists it: images with the same `key` are the same one.

    `id` is the digest of its configuration, "" where the list does not tell it, `digests` are those of its manifest and
    index, and `choice` is the option that tells it from others of its name.
    """

    key: str
    what: T
    names: tuple[str, ...]
    id: str = ""
    digests: tuple[str, ...] = ()
    choice: str = ""

    @property
    def shown(self) -> str:
        """Return what a user can say to mean this one."""
        return f"{self.names[0] if self.names else self.key}{self.choice and ' with '}{self.choice}"


def find(
    reference: str, images: Sequence[Stored[T]], where: str, *, ids: bool = True, ends: bool = False
) -> tuple[Stored[T], ...]:
    """Return the image that `reference` means, as often as it is listed; `where` is what errors call the storage.

    A whole name goes before an id, which does not count without `ids`; with `ends`, the end of a name ("app:1" of
    "localhost/app:1") comes last.
    """
    name = _parsed(reference)
    tests: list[Callable[[Stored[T]], bool]] = [
        lambda it: reference in it.names,
        lambda it: name is not None and _is_named(it, name),
    ]
    if ids:
        tests.append(lambda it: _has_id(it, reference))
    if ends and name is not None and not name.digest:
        tests.append(lambda it: any(is_called(known, f"{_short(reference)}:{name.tag}") for known in it.names))
    for test in tests:
        fitting = tuple(filter(test, images))
        if len({it.key for it in fitting}) > 1:
            choice = _listed(it.shown for it in fitting)
            raise StorageError(f"{where}: several images are meant by {reference!r}", hint=f"name one of {choice}")
        if fitting:
            return fitting
    names = _listed(known for it in images for known in it.names)
    raise NotStored(f"{where}: has no image {reference!r}", hint=f"it has {names}" if names else "it has none")


def _parsed(text: str) -> Reference | None:
    try:
        return parse_reference(text)
    except InvalidParameter:
        return None


def _is_named(image: Stored[T], asked: Reference) -> bool:
    known = [name for name in map(_parsed, image.names) if name is not None]
    if not asked.digest:
        return asked in known
    return asked.digest in image.digests and any(
        (name.host, name.repository) == (asked.host, asked.repository) for name in known
    )


def _has_id(image: Stored[T], text: str) -> bool:
    match = _ID.fullmatch(text)
    if match is None:
        return False
    wanted = SHA256 + match[1]
    return image.id.startswith(wanted) or wanted in image.digests or any(it.startswith(wanted) for it in image.names)


def _short(reference: str) -> str:
    """Return the name in `reference`, without a tag."""
    head, colon, tag = reference.rpartition(":")
    return head if colon and "/" not in tag else reference


def _listed(names: Iterable[str]) -> str:
    every = sorted(set(names))
    more = f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return ", ".join(every[:_SHOWN]) + more
