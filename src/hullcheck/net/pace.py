"""The least speed at which a server must send."""

from collections.abc import Callable, Iterator
from time import monotonic

# Seconds over which the speed is averaged: passing congestion is shorter.
WINDOW = 60.0


class TooSlow(Exception):
    """For the length of a window less was sent than is accepted."""


def paced(
    read: Callable[[], bytes], least: float, window: float = WINDOW, clock: Callable[[], float] = monotonic
) -> Iterator[bytes]:
    """Yield what `read` returns until that is b""; raise `TooSlow` below `least` bytes a second, 0 for never.

    Only the time in `read` counts: what the caller does with the bytes takes as long as it takes.
    """
    waited, got = 0.0, 0
    while True:
        begun = clock()
        piece = read()
        waited += clock() - begun
        got += len(piece)
        if not piece:
            return
        if waited >= window:
            if got < least * waited:
                raise TooSlow
            waited, got = 0.0, 0
        yield piece
