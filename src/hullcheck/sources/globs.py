"""Globs by which users leave out files and directories."""

import re
from collections.abc import Iterable

_PARTS = re.compile(r"(\*\*/|\*\*|\*|\?)")
_MEANINGS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


class Globs:
    """Paths that one of `patterns` means: see `SourceOptions` for how they are written."""

    def __init__(self, patterns: Iterable[str]) -> None:
        rules = [_regex(pattern) for pattern in patterns if pattern.strip("/. ")]
        self._match = re.compile("|".join(rules), re.DOTALL).fullmatch if rules else None

    def match(self, path: str) -> bool:
        """Say whether `path`, relative to the root of the target, is meant."""
        return self._match is not None and self._match(path) is not None


def _regex(pattern: str) -> str:
    text = pattern.strip().removeprefix("./").rstrip("/")
    anchored = "/" in text
    text = text.lstrip("/")
    body = "".join(_MEANINGS.get(part, re.escape(part)) for part in _PARTS.split(text))
    return f"(?:{body})" if anchored else f"(?:(?:.*/)?{body})"
