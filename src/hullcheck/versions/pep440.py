"""PEP 440, and the order that older tools gave to what does not follow it.

https://packaging.python.org/en/latest/specifications/version-specifiers/
"""

import re

from hullcheck.versions.encoding import NUMBERS, is_number, release, text
from hullcheck.versions.scheme import Scheme

_LEGACY = b"\x01"
_EPOCH_ZERO = NUMBERS["0"]
_DEVELOPMENT_ONLY = b"\x02"
_PRE_RELEASES = {
    "a": b"\x03",
    "alpha": b"\x03",
    "b": b"\x04",
    "beta": b"\x04",
    "c": b"\x05",
    "rc": b"\x05",
    "pre": b"\x05",
    "preview": b"\x05",
}
_NO_PRE_RELEASE = b"\x06"
_NO_POST_RELEASE = b"\x01"
_NO_DEVELOPMENT = b"\xfe"
_LOCAL_WORD = b"\x02"

_plain = re.compile(r"[0-9]+(?:\.[0-9]+)*").fullmatch
_version = re.compile(
    r"""
    v?+
    (?:([0-9]++)!)?+
    ([0-9]++(?:\.[0-9]++)*+)
    (?:[._-]?+(alpha|a|beta|b|preview|pre|c|rc)[._-]?+([0-9]*+))?+
    (?:(-)([0-9]++)|[._-]?+(post|rev|r)[._-]?+([0-9]*+))?+
    (?:[._-]?+(dev)[._-]?+([0-9]*+))?+
    (?:\+([a-z0-9]++(?:[._-][a-z0-9]++)*+))?+
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
).fullmatch
_local_parts = re.compile(r"[._-]").split
_legacy_parts = re.compile(r"([0-9]+|[a-z]+|\.|-)").split
_LEGACY_SPELLINGS = {"pre": "c", "preview": "c", "rc": "c", "dev": "@", "-": "final-"}
_LEGACY_ZERO = "00000000"
_LEGACY_END = "*final"


def key(version: str) -> bytes | None:
    """Return the key of `version`, None where it is blank."""
    if _plain(version):
        return b"".join((_EPOCH_ZERO, release(version.split(".")), _NO_PRE_RELEASE, _NO_POST_RELEASE, _NO_DEVELOPMENT))
    version = version.strip()
    parts = _version(version)
    if not parts:
        return _legacy_key(version) if version else None
    epoch, numbers, pre, pre_number, implicit, post_number, post, post_count, dev, dev_number, local = parts.groups("")
    return b"".join(
        (
            NUMBERS[epoch],
            release(numbers.split(".")),
            _pre_release(pre, pre_number, only_development=bool(dev) and not (post or implicit)),
            NUMBERS[post_number or post_count] if post or implicit else _NO_POST_RELEASE,
            NUMBERS[dev_number] if dev else _NO_DEVELOPMENT,
            _local(local),
        )
    )


def successor(version: str) -> bytes | None:
    """Return the smallest bound above `version`."""
    own = key(version)
    return None if own is None else own + b"\0"


def _pre_release(word: str, count: str, *, only_development: bool) -> bytes:
    if word:
        return _PRE_RELEASES[word.lower()] + NUMBERS[count]
    return _DEVELOPMENT_ONLY if only_development else _NO_PRE_RELEASE


def _local(local: str) -> bytes:
    if not local:
        return b""
    parts = _local_parts(local.lower())
    return b"".join(NUMBERS[part] if is_number(part) else _LOCAL_WORD + text(part) for part in parts)


def _legacy_key(version: str) -> bytes:
    """Return the key of a version as setuptools and `packaging` before 22 order it: below all valid ones."""
    parts: list[str] = []
    for token in _legacy_parts(version.lower()):
        part = _legacy_part(token)
        if part.startswith("*"):
            _drop_padding(parts, part)
        if part:
            parts.append(part)
    _drop_padding(parts, _LEGACY_END)
    return _LEGACY + b"".join(map(text, [*parts, _LEGACY_END]))


def _legacy_part(token: str) -> str:
    part = _LEGACY_SPELLINGS.get(token, token)
    if not part or part == ".":
        return ""
    return part.zfill(len(_LEGACY_ZERO)) if is_number(part) else f"*{part}"


def _drop_padding(parts: list[str], word: str) -> None:
    if word < _LEGACY_END:
        while parts and parts[-1] == "*final-":
            parts.pop()
    while parts and parts[-1] == _LEGACY_ZERO:
        parts.pop()


PEP440 = Scheme("pep440", 1, key, successor)
