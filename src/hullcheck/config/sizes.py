"""Sizes as people write them: "64GiB", "500 MB", "4096"."""

import re

_SIZE = re.compile(r"([0-9]{1,18})\s*([kKmMgGtT]?)(i?)[bB]?")
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def size(text: str) -> int:
    """Return the bytes that `text` means: "KiB" counts 1024, "kB" 1000, and "K" alone 1024, as with other tools.

    Raises `ValueError`.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None or (match[3] and not match[2]):
        raise ValueError(f"not a size: {text!r}")
    binary = match[3] or not text.strip().lower().endswith("b")
    factor: int = (1024 if binary else 1000) ** _POWERS[match[2].lower()]
    return int(match[1]) * factor


def shown(count: int) -> str:
    """Return `count` bytes as `size` reads it, in the largest unit that leaves a whole number."""
    for power, unit in ((4, "TiB"), (3, "GiB"), (2, "MiB"), (1, "KiB")):
        if count and count % 1024**power == 0:
            return f"{count // 1024**power}{unit}"
    return str(count)
