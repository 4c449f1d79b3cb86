"""`hullcheck convert`: a saved result as other reports."""

import os
import sys
from pathlib import Path

from hullcheck.cli.delivery import deliver, plan
from hullcheck.cli.messages import Messages
from hullcheck.codec import decode
from hullcheck.config.settings import Settings
from hullcheck.errors import InvalidParameter, MalformedFile


def convert(file: str, settings: Settings) -> int:
    """Write the result in `file` in the formats that `settings` ask for. The verdict is not taken again."""
    wanted = plan(settings)
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise InvalidParameter(f"{file}: cannot be read: {error.strerror}") from error
    try:
        result = decode(content, file)
    except MalformedFile as error:
        raise InvalidParameter(error.message, hint="name a JSON result that Hullcheck has written") from error
    deliver(wanted, result, os.environ, Messages(sys.stderr, quiet=settings.flag("quiet")))
    return 0
