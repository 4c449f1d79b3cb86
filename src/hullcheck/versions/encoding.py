"""Numbers and texts as bytes that sort like them: what the keys of all schemes are made of.

Codes of one position are prefix-free, so that keys are their plain concatenation. `00` to `1F` are free for markers
below every number, `FE` for one above; no key begins with `FF`.
"""

from collections.abc import Iterable

NUMBER_ZERO = b"\x20"

_ONE_BYTE = 192
_TWO_BYTES = _ONE_BYTE + 4096
_MOST_DIGITS_AS_INTEGER = 28


def number(digits: str) -> bytes:
    """Return the code of a number of any size, written in ASCII digits; "" is 0."""
    significant = digits.lstrip("0")
    if len(significant) > _MOST_DIGITS_AS_INTEGER:
        return b"\xfd" + len(significant).to_bytes(4, "big") + significant.encode("ascii")
    value = int(significant or "0")
    if value < _ONE_BYTE:
        return bytes((0x20 + value,))
    if value < _TWO_BYTES:
        return (0xE000 + value - _ONE_BYTE).to_bytes(2, "big")
    length = (value.bit_length() + 7) // 8
    return bytes((0xF0 + length,)) + value.to_bytes(length, "big")


def text(value: str) -> bytes:
    """Return the code of a text: its UTF-8 up to a NUL, and a terminator below every byte of it."""
    return value.partition("\0")[0].encode("utf-8", "surrogatepass") + b"\0"


def is_number(token: str) -> bool:
    """Say whether `token` is all ASCII digits; `str.isdigit` alone also takes digits of other scripts."""
    return token.isascii() and token.isdigit()


class NumberCodes(dict[str, bytes]):
    """The codes of numbers by their digits, the common ones prepared.

    A lookup is several times faster than a call. What is not prepared is computed each time and not kept: so the table
    is a constant, which hostile versions cannot fill and threads share freely.
    """

    __slots__ = ()

    def __missing__(self, token: str) -> bytes:
        """Return the code of a number that is not prepared."""
        return number(token)


NUMBERS = NumberCodes({digits: number(digits) for digits in map(str, range(1000))})


def release(numbers: Iterable[str]) -> bytes:
    """Return the codes of `numbers` in a row without zeros at the end: 1, 1.0 and 1.0.0 are the same."""
    codes = list(map(NUMBERS.__getitem__, numbers))
    while codes and codes[-1] == NUMBER_ZERO:
        codes.pop()
    return b"".join(codes)
