"""Platforms of images: "os/architecture[/variant]" (OCI image specification, image-index.md)."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from hullcheck.errors import InvalidParameter

T = TypeVar("T")

# What the user says who wants each platform that there is.
ALL = "all"

# What kernels and people call the architectures that images know by Go's names.
_ARCHITECTURES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "aarch64": ("arm64", ""),
        "arm64": ("arm64", ""),
        "armhf": ("arm", "v7"),
        "armel": ("arm", "v6"),
        "armv6l": ("arm", "v6"),
        "armv7l": ("arm", "v7"),
        "armv8l": ("arm", "v7"),
        "i386": ("386", ""),
        "i486": ("386", ""),
        "i586": ("386", ""),
        "i686": ("386", ""),
        "x86": ("386", ""),
        "x86_64": ("amd64", ""),
        "x64": ("amd64", ""),
    }
)

# Variants that say nothing more than the architecture does.
_PLAIN = frozenset({("arm64", "v8"), ("amd64", "v1"), ("arm", "v7")})


@dataclass(frozen=True, slots=True)
class Platform:
    """An operating system and an architecture in Go's names; "" is not known."""

    os: str
    architecture: str
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)

    def is_same(self, other: "Platform") -> bool:
        """Say whether `other` is written for the same platform, if in other words."""
        return _plain(self) == _plain(other)

    def runs(self, other: "Platform") -> bool:
        """Say whether `other` is this platform, whose variant, if it has one, is meant exactly."""
        mine, theirs = _plain(self), _plain(other)
        return mine == theirs or (not self.variant and (mine.os, mine.architecture) == (theirs.os, theirs.architecture))


def parse_platform(text: str) -> Platform:
    """Return what the user means by `text`: "linux/arm64/v8", "arm64", "linux/x86_64"."""
    parts = text.strip().lower().split("/")
    if len(parts) == 1:
        parts = ["linux", *parts]
    if len(parts) > 3 or not all(parts):  # noqa: PLR2004
        raise InvalidParameter(f"platform {text!r}", hint="write it as os/architecture, such as linux/arm64")
    os, architecture, *variant = parts
    known, usual = _ARCHITECTURES.get(architecture, (architecture, ""))
    return Platform(os, known, variant[0] if variant else usual)


def written(text: str) -> Platform:
    """Return the platform that is written as `text`, in the form of `str`."""
    os, _, rest = text.partition("/")
    architecture, _, variant = rest.partition("/")
    return Platform(os, architecture, variant)


def is_several(asked: str) -> bool:
    """Say whether all platforms are `asked` for ("all"), or a list of them ("linux/amd64,linux/arm64")."""
    return _is_all(asked) or "," in asked


def each_asked(asked: str) -> tuple[str, ...]:
    """Return the platforms that `asked` lists, () where it is all of them or any."""
    if _is_all(asked) or not asked:
        return ()
    parts = tuple(part.strip() for part in asked.split(",") if part.strip())
    if not parts:
        raise InvalidParameter(f"platform {asked!r}", hint="list platforms with commas, or say all")
    return parts


def check_asked(asked: str, offered: Platform, name: str) -> None:
    """Raise where `asked` lists a platform that the image `name` is not for; it is for `offered` and no other."""
    if not offered.os:
        return
    for wanted in map(parse_platform, each_asked(asked)):
        if not wanted.runs(offered):
            raise InvalidParameter(
                f"{name}: the image is for {offered} and not for {wanted}",
                hint=f"leave out --platform, or say --platform {offered}",
            )


def this_machine() -> Platform:
    """Return the platform of the images that this machine runs: Linux on its architecture."""
    return parse_platform(platform.machine() or "amd64")


def choose(offers: Sequence[tuple[Platform, T]], asked: str) -> T | None:
    """Return what is offered for the platform that is `asked` for, None where there is nothing.

    When none is asked for, that is this machine's, else the only one there is.
    """
    wanted = parse_platform(asked) if asked else this_machine()
    fitting = [(offer, what) for offer, what in offers if wanted.runs(offer)]
    if fitting:
        # Among variants the plain one, then the newest.
        return max(fitting, key=lambda pair: (_plain(pair[0]) == _plain(wanted), pair[0].variant))[1]
    return offers[0][1] if not asked and len(offers) == 1 else None


def _plain(it: Platform) -> Platform:
    return Platform(it.os, it.architecture) if (it.architecture, it.variant) in _PLAIN else it


def _is_all(asked: str) -> bool:
    return asked.strip().lower() == ALL
