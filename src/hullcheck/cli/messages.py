"""What the user is told on stderr: one line each, safe for a terminal."""

import re
from dataclasses import dataclass
from typing import TextIO

from hullcheck.errors import HullcheckError

# Escape sequences, bidirectional overrides and the like, which a hostile name in a target could carry.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def one_line(text: str) -> str:
    """Return `text` as one line without characters that a terminal would obey."""
    return _UNSAFE.sub(lambda found: " " if found[0] in "\n\t" else "\ufffd", text)


@dataclass(frozen=True, slots=True)
class Messages:
    """Writes to `stream`; `quiet` leaves errors and warnings only."""

    stream: TextIO
    quiet: bool = False

    def note(self, text: str) -> None:
        """Tell what was done."""
        if not self.quiet:
            self._write(text)

    def warn(self, text: str) -> None:
        """Tell what the user should know before relying on the result."""
        self._write(f"warning: {text}")

    def error(self, error: HullcheckError) -> None:
        """Tell what happened, to what, and what to do next."""
        self._write(f"error: {error.message}" + (f" ({error.hint})" if error.hint else ""))

    def _write(self, text: str) -> None:
        self.stream.write(f"hullcheck: {one_line(text)}\n")
        self.stream.flush()
