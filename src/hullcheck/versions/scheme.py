"""What a version scheme is."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scheme:
    """The order of versions in some ecosystems, as bytes.

    `key` returns bytes that sort like the versions, None for a version that cannot be ordered, which must match nothing
    and be reported. `successor` returns the smallest bound above every package version that `last_affected: text`
    means. `number` counts the changes of the encoding: keys of different numbers must not be compared.
    """

    name: str
    number: int
    key: Callable[[str], bytes | None]
    successor: Callable[[str], bytes | None]
