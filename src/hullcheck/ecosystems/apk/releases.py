"""The releases of distributions with apk as OSV names them."""

import re

_ALPINE = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})(?:\.[0-9]+)*(?:_rc[0-9]*)?")


def alpine_release(version: str) -> str | None:
    """Return "v3.15" for "3.15.0", None for edge, whose version is "3.21.0_alpha20240923"."""
    numbers = _ALPINE.fullmatch(version)
    return f"v{numbers[1]}.{numbers[2]}" if numbers else None


def rolling_release(_version: str) -> str:
    """Return "": there is one release only."""
    return ""
