"""Why an engine could not be asked."""

from hullcheck.errors import ImageError


class EngineUnavailable(ImageError):
    """The engine could not be asked: it may not be, or where it is said to be nobody answers."""


class EngineAbsent(EngineUnavailable):
    """Nobody said that there is such an engine, and nobody listens where one usually does."""
