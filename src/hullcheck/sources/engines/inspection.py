"""What an engine tells of an image (Docker Engine API 1.41, "Inspect an image" and "Get the history of an image")."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from hullcheck.errors import InvalidParameter, MalformedFile
from hullcheck.net.digest import SHA256, is_digest
from hullcheck.net.reference import DOCKER_HUB, Reference, parse_reference
from hullcheck.sources.platforms import Platform

# Beginnings of ids are taken for names where they are shorter: "cafe" is an image, too.
_SHORT_ID = 12

_IDENTIFIER = re.compile(r"(?:sha256:)?([0-9a-f]{1,64})")

# Instructions that change the configuration and never make a layer. The classic builder writes "#(nop)" before them.
_SETTING = re.compile(
    r"(?:/bin/sh -c #\(nop\)\s+)?"
    r"(?:ARG|CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|SHELL|STOPSIGNAL|USER|VOLUME)\b"
)

# Of engines that do not know.
_NO_TIME = "0001-01-01T00:00:00Z"

_NULL = msgspec.Raw(b"null")

_Kind = TypeVar("_Kind")


class _Root(msgspec.Struct):
    layers: list[str] | None = msgspec.field(name="Layers", default=None)


class _Inspected(msgspec.Struct, rename="pascal"):
    id: str
    repo_tags: list[str] | None = None
    repo_digests: list[str] | None = None
    created: str | None = None
    author: str | None = None
    architecture: str | None = None
    variant: str | None = None
    os: str | None = None
    os_version: str | None = None
    config: msgspec.Raw = _NULL
    descriptor: msgspec.Raw = _NULL
    root: _Root | None = msgspec.field(name="RootFS", default=None)


class _Step(msgspec.Struct, rename="pascal"):
    created: int = 0
    created_by: str | None = None
    comment: str | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class Inspected:
    """An image as its engine describes it: `id` is the digest of its configuration, or of its manifest or index.

    The latter is so where Docker has its images in containerd's store; only an export tells the configuration then.
    """

    id: str
    tags: tuple[str, ...]
    digests: tuple[str, ...]
    platform: Platform
    diff_ids: tuple[str, ...]
    has_config_id: bool
    _document: _Inspected

    def configuration(self, history: bytes, name: str) -> bytes | None:
        """Return the image's configuration in the form of OCI, None where `history` does not tell of which layers."""
        steps = list(reversed(_decoded(history, list[_Step], f"{name}, history")))
        layers = _layers([(step.created_by or "", step.size) for step in steps], len(self.diff_ids))
        if layers is None:
            return None
        document = self._document
        told = {
            "created": document.created if document.created != _NO_TIME else None,
            "author": document.author or None,
            "architecture": document.architecture,
            "variant": document.variant or None,
            "os": document.os,
            "os.version": document.os_version or None,
            "config": document.config,
            "rootfs": {"type": "layers", "diff_ids": list(self.diff_ids)},
            "history": [_step(step, empty=not layer) for step, layer in zip(steps, layers, strict=True)],
        }
        return msgspec.json.encode({key: value for key, value in told.items() if value is not None})

    def is_called(self, name: str) -> bool:
        """Say whether `name` means this image wherever it is looked for.

        Podman also gives `quay.io/team/app` to who asks for `app`, and each engine an image whose id begins so.
        """
        identifier = _IDENTIFIER.fullmatch(name)
        if identifier and len(identifier[1]) >= _SHORT_ID and self.id.removeprefix(SHA256).startswith(identifier[1]):
            return True
        asked = _reference(name)
        if asked is None:
            return False
        if asked.digest:
            return asked.digest == self.id or any(known.endswith(f"@{asked.digest}") for known in self.digests)
        return any(_same(asked, _reference(tag)) for tag in self.tags)


def check_name(name: str) -> None:
    """Raise `InvalidParameter` where `name` is neither a name nor an id of an image."""
    if not _IDENTIFIER.fullmatch(name):
        parse_reference(name)


def read_inspected(content: bytes, name: str) -> Inspected:
    """Return the image that `content` describes."""
    found = _decoded(content, _Inspected, name)
    identifier = found.id if ":" in found.id else f"{SHA256}{found.id}"
    diff_ids = tuple(found.root.layers or ()) if found.root else ()
    for digest in (identifier, *diff_ids):
        if not is_digest(digest):
            raise MalformedFile(name, f"{digest[:80]!r} is no digest")
    digests = _names(found.repo_digests)
    return Inspected(
        identifier,
        _names(found.repo_tags),
        digests,
        Platform(found.os or "", found.architecture or "", found.variant or ""),
        diff_ids,
        bytes(found.descriptor) == b"null" and not any(known.endswith(f"@{identifier}") for known in digests),
        found,
    )


def _names(names: Sequence[str] | None) -> tuple[str, ...]:
    """Return `names` but for "<none>:<none>", as old engines call what has none."""
    return tuple(name for name in names or () if not name.startswith("<none>"))


def _decoded(content: bytes, kind: type[_Kind], name: str) -> _Kind:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedFile(name, f"is not what the Engine API says: {error}") from error


def _layers(steps: Sequence[tuple[str, int]], layers: int) -> tuple[bool, ...] | None:
    """Return which of `steps` (command and size) made one of the `layers`, None where that cannot be told.

    A step that has a size did; one without may have: `RUN rm` makes a layer of no size, `ENV` makes none.
    """
    surely = tuple(size > 0 for _, size in steps)
    perhaps = tuple(size > 0 or not _SETTING.match(command) for command, size in steps)
    return next((made for made in (surely, perhaps) if sum(made) == layers), None)


def _step(step: _Step, *, empty: bool) -> dict[str, object]:
    told = {"created": _time(step.created), "created_by": step.created_by, "comment": step.comment}
    return {**{key: value for key, value in told.items() if value}, "empty_layer": empty}


def _time(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z") if seconds > 0 else ""
    except (ValueError, OverflowError, OSError):
        return ""


def _reference(text: str) -> Reference | None:
    try:
        return parse_reference(text)
    except InvalidParameter:
        return None


def _same(asked: Reference, known: Reference | None) -> bool:
    """Say whether `known` is `asked`, or what Podman calls an image of that name that was built here."""
    if known is None or asked.tag != known.tag:
        return False
    meant = {(asked.host, asked.repository)}
    if asked.host == DOCKER_HUB:
        meant.add(("localhost", asked.repository.removeprefix("library/")))
    return (known.host, known.repository) in meant
