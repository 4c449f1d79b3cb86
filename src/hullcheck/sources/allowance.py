"""What all layers of an image may have together, because it is remembered until the last of them is read."""

from threading import Lock

from hullcheck.errors import LimitExceeded
from hullcheck.formats.tar import TarLimits

# The layers of real images have hardly more members together than the largest one is allowed.
_LAYERS = 2


class Allowance:
    """How many members, and how many bytes of their names and directories, are still allowed.

    Layers may be read by several threads, in any order: the error is the same whichever of them has too much.
    """

    def __init__(self, limits: TarLimits) -> None:
        self._most = self._members = _LAYERS * limits.members
        self._names = _LAYERS * limits.names
        self._lock = Lock()

    def take(self, members: int, names: int) -> None:
        """Note what a layer has; raise `LimitExceeded` where it is more than there was."""
        with self._lock:
            self._members -= members
            self._names -= names
            exceeded = self._members < 0 or self._names < 0
        if exceeded:
            problem = f"together more than {self._most} members, or names that are too long"
            raise LimitExceeded("the layers of the image", problem, limit="entries")
