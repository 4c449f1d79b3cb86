"""Alpine's versions: `digits{.digits}[letter]{_suffix[digits]}[~hash][-r digits]`.

https://gitlab.alpinelinux.org/alpine/apk-tools/-/blob/master/doc/apk-package.5.scd
"""

import re

from hullcheck.versions.encoding import NUMBERS, NumberCodes, number, text
from hullcheck.versions.scheme import Scheme

_SUFFIXES = {
    "alpha": b"\x01",
    "beta": b"\x02",
    "pre": b"\x03",
    "rc": b"\x04",
    "cvs": b"\x0a",
    "svn": b"\x0b",
    "git": b"\x0c",
    "hg": b"\x0d",
    "p": b"\x0e",
}
_INVALID = b"\x05"
_END = b"\x06"
_REVISION = b"\x07"
_HASH = b"\x08"
_ABOVE_REVISIONS = b"\x08"
_SUFFIX_NUMBER = b"\x09"
_LETTER = b"\x10"
_ZERO = b"\x11"
_LEADING_ZERO = b"\x12"

_version = re.compile(
    r"""
    ([0-9]++)
    ((?:\.[0-9]++)*+)
    ([a-z][0-9]*+)?+
    ((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)(?![a-z])[0-9]*+)*+)
    (?:~([0-9a-f]++))?+
    (?:-r([0-9]++|\Z))?+
    """,
    re.VERBOSE,
).match
_suffixes = re.compile(r"_([a-z]+)([0-9]*)").findall


class _ComponentCodes(NumberCodes):
    """The codes of the numbers after the first, which compare as text if one of them begins with a zero."""

    __slots__ = ()

    def __missing__(self, token: str) -> bytes:
        return _LEADING_ZERO + text(token[1:]) if token.startswith("0") else number(token)


_COMPONENTS = _ComponentCodes(NUMBERS | {"0": _ZERO})


def key(version: str) -> bytes | None:
    """Return the key of `version`, None where it does not begin with a number.

    What follows a valid beginning is below its end: apk-tools takes all such versions as equal.
    """
    version = version.strip()
    parts = _version(version)
    if not parts:
        return None
    rest = version[parts.end() :]
    return _codes(parts) + (_INVALID + _rest(rest) if rest else _END)


def successor(version: str) -> bytes | None:
    """Return the smallest bound above `version`, and above all its revisions where it names none."""
    own = key(version)
    if own is None:
        return None
    return own[:-1] + _ABOVE_REVISIONS if _is_whole_without_revision(version.strip()) else own + b"\0"


def _codes(parts: re.Match[str]) -> bytes:
    first, components, letter, suffixes, commit, revision = parts.groups()
    codes = [NUMBERS[first]]
    if components:
        codes += map(_COMPONENTS.__getitem__, components[1:].split("."))
    if letter:
        # apk-tools 2 allowed a number behind the letter, and sudo had 1.9.5p1.
        codes += (_LETTER, letter[0].encode("ascii"), NUMBERS[letter[1:]] if letter[1:] else b"")
    codes += (
        _SUFFIXES[word] + (_SUFFIX_NUMBER + NUMBERS[count] if count else b"") for word, count in _suffixes(suffixes)
    )
    if commit:
        codes += (_HASH, text(commit))
    if revision is not None:
        codes += (_REVISION, NUMBERS[revision])
    return b"".join(codes)


def _rest(rest: str) -> bytes:
    return rest.encode("utf-8", "surrogatepass")


def _is_whole_without_revision(version: str) -> bool:
    parts = _version(version)
    return parts is not None and parts.end() == len(version) and parts[6] is None


APK = Scheme("apk", 1, key, successor)
