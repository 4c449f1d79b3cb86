"""How long work tells how far it is."""

from dataclasses import dataclass
from typing import Protocol


class Progress(Protocol):
    """Somebody who watches: may be called from several threads."""

    def start(self, what: str, total: int) -> None:
        """Begin `what` ("layers"), which has `total` units: bytes, or records; 0 where that is not known."""

    def advance(self, count: int) -> None:
        """Count `count` more units of what was started last as done."""


@dataclass(frozen=True, slots=True)
class Unwatched:
    """Nobody watches."""

    def start(self, what: str, total: int) -> None:
        """Begin `what`."""

    def advance(self, count: int) -> None:
        """Go on by `count` units."""
