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

    What goes on as no version does is below what ends there; apk-tools takes all such versions as equal.
    """
    parts = _version(version.strip())
    return _codes(parts) + _ending(parts) if parts else None


def successor(version: str) -> bytes | None:
    """Return the smallest bound above `version`, and above all its revisions where it names none."""
    parts = _version(version.strip())
    if not parts:
        return None
    ending = _ending(parts)
    names_revision = parts[6] is not None
    return _codes(parts) + (_ABOVE_REVISIONS if ending == _END and not names_revision else ending + b"\0")


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


def _ending(parts: re.Match[str]) -> bytes:
    rest = parts.string[parts.end() :]
    return _INVALID + rest.encode("utf-8", "surrogatepass") if rest else _END


APK = Scheme("apk", 1, key, successor)
