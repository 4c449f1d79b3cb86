"""Maven's versions, in the order of `ComparableVersion` of Maven 3.

https://maven.apache.org/pom.html#version-order-specification. Maven's order has cycles (1-alpha < 1 < 1.sp.1 <
1-alpha); here, what Maven says about a part against nothing counts, and all else is Maven's where that has an order.
"""

import re
from itertools import pairwise

from hullcheck.versions.encoding import NUMBERS, NumberCodes, is_number, number, text
from hullcheck.versions.scheme import Scheme

_END = b"\x09"
_PRE_RELEASES = {
    "alpha": b"\x01",
    "beta": b"\x02",
    "milestone": b"\x03",
    "rc": b"\x04",
    "snapshot": b"\x05",
}
_ZERO_ABOVE = b"\x0e"
# By what follows: below nothing (-1), nothing (0), or above it (1).
_NOTHINGS = {-1: b"\x06", 0: b"\x06", 1: b"\x0a"}
_OPENINGS = {-1: b"\x07", 0: b"", 1: b"\x0d"}
_ZEROS = {-1: b"\x08", 0: b"\x08", 1: _ZERO_ABOVE}
_SERVICE_PACK = b"\x0b"
_WORD = b"\x0c"

_plain = re.compile(r"[0-9]+(?:\.[0-9]+)*").fullmatch
_pieces = re.compile(r"[0-9]+|[^0-9.-]+|[.-]").findall
_SEPARATORS = frozenset(".-")
_BEFORE_A_NUMBER = {"a": "alpha", "b": "beta", "m": "milestone"}
_SPELLINGS = {"cr": "rc", "ga": "", "final": "", "release": ""}
# A sub-list begins, which reaches to the end of the version.
_OPEN = "-"


class _ItemCodes(NumberCodes):
    """The codes of the numbers and words that stand for something."""

    __slots__ = ()

    def __missing__(self, token: str) -> bytes:
        return number(token) if is_number(token) else _WORD + text(token)


_ITEMS = _ItemCodes(NUMBERS | _PRE_RELEASES | {"sp": _SERVICE_PACK})


class _PlainCodes(NumberCodes):
    """The codes of the numbers of a version that has nothing else."""

    __slots__ = ()

    def __missing__(self, token: str) -> bytes:
        return number(token) if token.strip("0") else _ZERO_ABOVE


_PLAIN = _PlainCodes(NUMBERS | {"0": _ZERO_ABOVE})


def key(version: str) -> bytes | None:
    """Return the key of `version`, None where it is blank."""
    if _plain(version):
        return _release(version.split("."))
    version = version.strip()
    return _encode(_items(_pieces(version.lower()))) if version else None


def successor(version: str) -> bytes | None:
    """Return the smallest bound above `version`."""
    own = key(version)
    return None if own is None else own + b"\0"


def _release(numbers: list[str]) -> bytes:
    codes = list(map(_PLAIN.__getitem__, numbers))
    while codes and codes[-1] == _ZERO_ABOVE:
        codes.pop()
    codes.append(_END)
    return b"".join(codes)


def _items(pieces: list[str]) -> list[str]:
    """Return the numbers and words of a version, "" for a word that means nothing, and where sub-lists begin."""
    items: list[str] = []
    after_separator = True
    for piece, following in pairwise([*pieces, ""]):
        if piece in _SEPARATORS:
            items += ["0"] * after_separator + [_OPEN] * (piece == "-")
        elif is_number(piece):
            items += [piece] if following in _SEPARATORS or not following else [piece, _OPEN]
        else:
            items += _word(piece, following, in_empty_list=not items or items[-1] == _OPEN)
        after_separator = piece in _SEPARATORS
    return items


def _word(word: str, following: str, *, in_empty_list: bool) -> list[str]:
    before_number = is_number(following)
    if before_number:
        word = _BEFORE_A_NUMBER.get(word, word)
    # Maven takes 1.rc1 and 1.rc as 1-rc1 and 1-rc, but not 1.rc.1
    opens = (before_number or not following) and not in_empty_list
    return [_OPEN] * opens + [_SPELLINGS.get(word, word)] + [_OPEN] * before_number


def _encode(items: list[str]) -> bytes:
    """Return the codes of `items`.

    They are made from the end, because the place of zeros, of words without meaning and of sub-lists depends on whether
    what follows is below or above nothing.
    """
    codes = [_END]
    sign, at_end_of_list = 0, True
    for item in reversed(items):
        if item == _OPEN:
            codes.append(_OPENINGS[sign])
            at_end_of_list = True
        elif item.strip("0"):
            codes.append(_ITEMS[item])
            sign, at_end_of_list = (-1 if item in _PRE_RELEASES else 1), False
        elif not at_end_of_list:
            codes.append(_ZEROS[sign] if item else _NOTHINGS[sign])
    return b"".join(reversed(codes))


MAVEN = Scheme("maven", 1, key, successor)
