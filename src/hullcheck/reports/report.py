"""What a report is."""

from collections.abc import Callable
from dataclasses import dataclass

from hullcheck.model.result import ScanResult


@dataclass(frozen=True, slots=True)
class Report:
    """A format that a result can be written in.

    `suffix` follows the stem of the file's name, `media_type` is the registered type of the content. `render` reads the
    result and nothing else: the same result gives the same text.
    """

    name: str
    suffix: str
    media_type: str
    render: Callable[[ScanResult], str]
