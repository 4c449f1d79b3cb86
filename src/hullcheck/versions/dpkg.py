"""Debian's versions: `[epoch:]upstream[-revision]`. deb-version(7)."""

import re

from hullcheck.versions.encoding import NUMBER_ZERO, NUMBERS, NumberCodes, number
from hullcheck.versions.scheme import Scheme

_END = b"\x02"
_TILDE = 0x01
_FOREIGN = 0x7C
_ABOVE_REVISIONS = b"\xff"

_tokens = re.compile(r"[0-9]+|[^0-9]+").findall
_epoch = re.compile(r"([0-9]+):").match


def _rank(byte: int) -> int:
    """Return the code of a byte of UTF-8: `~` below the end of the piece, letters, what else is ASCII, in its order."""
    character = chr(byte)
    if not character.isascii():
        return _FOREIGN
    if character.isalpha():
        return byte
    return _TILDE if character == "~" else byte + 0x80


_RANKS = bytes(map(_rank, range(256)))
_CONTINUATIONS = bytes(range(0x80, 0xC0))


class _PieceCodes(NumberCodes):
    """The codes of runs of digits, and of other characters with the end behind them."""

    __slots__ = ()

    def __missing__(self, token: str) -> bytes:
        return number(token) if "0" <= token[0] <= "9" else _word(token)


def _word(piece: str) -> bytes:
    # A character that is not ASCII counts once, which is at its first byte.
    return piece.encode("utf-8", "surrogatepass").translate(_RANKS, _CONTINUATIONS) + _END


_PIECES = _PieceCodes(
    NUMBERS
    | {word: _word(word) for word in (".", "-", "+", "~", "+deb", "u", "ubuntu", "+b", "+dfsg", "~bpo", "build", "rc")}
)


def key(version: str) -> bytes | None:
    """Return the key of `version`, None where it has no upstream part."""
    epoch, upstream, revision = _split(version)
    return epoch + _part(upstream) + _part(revision) if upstream else None


def successor(version: str) -> bytes | None:
    """Return the smallest bound above `version`, and above all its revisions where it names none."""
    epoch, upstream, revision = _split(version)
    if not upstream:
        return None
    if revision:
        return epoch + _part(upstream) + _part(revision) + b"\0"
    return epoch + _part(upstream) + _ABOVE_REVISIONS


def _split(version: str) -> tuple[bytes, str, str]:
    """Return the code of the epoch, the upstream version and the revision, "" where there is none."""
    rest = version.strip()
    epoch = _epoch(rest)
    upstream, hyphen, revision = (rest[epoch.end() :] if epoch else rest).rpartition("-")
    if not hyphen:
        upstream, revision = revision, ""
    return NUMBERS[epoch[1]] if epoch else NUMBER_ZERO, upstream, revision


def _part(part: str) -> bytes:
    """Return the codes of alternating words and numbers, beginning and ending with a word, which may be empty.

    Debian compares a part that has ended as if empty words and zeros followed for ever, so 1.0a is 1.0a0, and
    nothing is 0.
    """
    codes = b"".join(map(_PIECES.__getitem__, _tokens(part)))
    begin = b"" if part and not "0" <= part[0] <= "9" else _END
    end = _END if part and "0" <= part[-1] <= "9" else NUMBER_ZERO + _END
    return begin + codes + end


DPKG = Scheme("dpkg", 1, key, successor)
