"""What all layers of an image may have together, because it is remembered until the last of them is read."""

from hullcheck.errors import LimitExceeded
from hullcheck.formats.tar import TarLimits

# The layers of real images have hardly more members together than the largest one is allowed.
_LAYERS = 2


class Allowance:
    """How many members, and how many bytes of their names and directories, are still allowed.

    Layers may be read by several threads.
    """

    def __init__(self, limits: TarLimits) -> None:
        self._most = self._members = _LAYERS * limits.members
        self._names = _LAYERS * limits.names

    def take(self, members: int, names: int, path: str) -> None:
        """Note what was read of the layer called `path`; raise `LimitExceeded` where it is more than there was."""
        self._members -= members
        self._names -= names
        if self._members < 0 or self._names < 0:
            problem = f"with the layers below it, more than {self._most} members, or names that are too long"
            raise LimitExceeded(path, problem, limit="entries")
