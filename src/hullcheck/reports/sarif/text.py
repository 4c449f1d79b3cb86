"""Texts of SARIF."""

import re

_SPECIAL = re.compile(r"[\\\[\]]")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def message(text: str) -> dict[str, object]:
    """Return a message that says `text` and holds no link (SARIF 2.1.0, section 3.11.6)."""
    return {"text": _SPECIAL.sub(r"\\\g<0>", text)}


def is_moment(text: str) -> bool:
    """Say whether `text` is a time as SARIF writes it (section 3.9)."""
    return _MOMENT.fullmatch(text) is not None
