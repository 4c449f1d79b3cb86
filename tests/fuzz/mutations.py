"""Mutations of inputs: of bytes, of JSON documents, and of tar archives whose checksums hold."""

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

from tests.unit.formats.tar_blocks import BLOCK, signed

Dice = random.Random

_NUMBERS = (0, 1, -1, 127, 128, 255, 256, 511, 512, 513, 65535, 65536, 2**31 - 1, 2**31, 2**32, 2**63 - 1, 2**63, 2**64)
_LARGEST = 1 << 20


def bytes_of(seed: bytes, others: Sequence[bytes], dice: Dice) -> bytes:
    """Return `seed` after a few changes, some of which take parts of `others`."""
    content = bytearray(seed)
    for _ in range(dice.choice((1, 1, 2, 3, 8))):
        dice.choice(_CHANGES)(content, others, dice)
        del content[_LARGEST:]
    return bytes(content)


def _flip(content: bytearray, _: Sequence[bytes], dice: Dice) -> None:
    if content:
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)


def _overwrite(content: bytearray, _: Sequence[bytes], dice: Dice) -> None:
    at = dice.randrange(len(content) + 1)
    number = dice.choice(_NUMBERS) & 2**64 - 1
    size = dice.choice((1, 2, 4, 8))
    content[at : at + size] = (number & 2 ** (8 * size) - 1).to_bytes(size, dice.choice(("little", "big")))


def _cut(content: bytearray, _: Sequence[bytes], dice: Dice) -> None:
    at = dice.randrange(len(content) + 1)
    del content[at : at + _span(dice)]


def _truncate(content: bytearray, _: Sequence[bytes], dice: Dice) -> None:
    del content[dice.randrange(len(content) + 1) :]


def _repeat(content: bytearray, _: Sequence[bytes], dice: Dice) -> None:
    at = dice.randrange(len(content) + 1)
    content[at:at] = content[at : at + _span(dice)] * dice.choice((1, 2, 20))


def _splice(content: bytearray, others: Sequence[bytes], dice: Dice) -> None:
    other = dice.choice(others)
    start = dice.randrange(len(other) + 1)
    at = dice.randrange(len(content) + 1)
    content[at : at + dice.choice((0, 0, _span(dice)))] = other[start : start + _span(dice)]


def _span(dice: Dice) -> int:
    return dice.choice((1, 2, 4, 16, 100, BLOCK, 3 * BLOCK))


_CHANGES: tuple[Callable[[bytearray, Sequence[bytes], Dice], None], ...] = (
    _flip,
    _overwrite,
    _cut,
    _truncate,
    _repeat,
    _splice,
)


def archive_of(seed: bytes, others: Sequence[bytes], dice: Dice) -> bytes:
    """Return a mutated tar archive; mostly what looks like a header gets a checksum that holds."""
    content = bytes_of(seed, others, dice)
    for _ in range(dice.randrange(3)):
        content = _with_field(content, dice)
    if dice.random() < 0.2:
        return content
    blocks = (content[at : at + BLOCK] for at in range(0, len(content), BLOCK))
    return b"".join(signed(block) if block[257:262] == b"ustar" and len(block) == BLOCK else block for block in blocks)


# Name, mode, size, type, target, magic, prefix, old map, continuation, real size, end of the prefix of star.
_FIELDS = ((0, 100), (100, 8), (124, 12), (156, 1), (157, 100), (257, 8), (345, 155), (386, 96), (482, 1), (483, 12))
_VALUES = (
    b"",
    b"../../x\0",
    b"/etc/os-release\0",
    b"var/lib/dpkg/status\0",
    b"a/.wh..wh..opq\0",
    b"00000000000\0",
    b"00000000777\0",
    b"77777777777\0",
    b"\x80" + bytes(10) + b"\x09",
    b"\xff" * 12,
    b"ustar  \0",
    b"ustar\x0000",
    *(bytes([flag]) for flag in b"01234567xgLKSVDM\0"),
)


def _with_field(content: bytes, dice: Dice) -> bytes:
    """Set a field of a block that may be a header."""
    blocks = len(content) // BLOCK
    if not blocks:
        return content
    start, size = dice.choice(_FIELDS)
    at = dice.randrange(blocks) * BLOCK + start
    value = dice.choice(_VALUES)[:size]
    return content[:at] + value + content[at + len(value) :]


def json_of(seed: Any, dice: Dice) -> Any:
    """Return the JSON value `seed` after a few changes of what it holds."""
    value = json.loads(json.dumps(seed))
    for _ in range(dice.choice((1, 1, 2, 4))):
        value = _changed(value, dice, 0)
    return value


def _changed(value: Any, dice: Dice, depth: int) -> Any:
    match value:
        case dict() if value and dice.random() < _descent(depth):
            key = dice.choice(sorted(value))
            return {**value, key: _changed(value[key], dice, depth + 1)}
        case list() if value and dice.random() < _descent(depth):
            at = dice.randrange(len(value))
            return [*value[:at], _changed(value[at], dice, depth + 1), *value[at + 1 :]]
        case dict() if value:
            return _without_or_renamed(value, dice)
        case list():
            return dice.choice((value * dice.choice((0, 2, 50)), value[::-1], [*value, any_json(dice)], any_json(dice)))
        case str() if value and dice.random() < 0.7:
            return bytes_of(value.encode("utf-8", "replace"), [b":@/sha256:\0\n\xff", b"a" * 5000], dice).decode(
                "utf-8", "replace"
            )
        case _:
            return any_json(dice)


def _descent(depth: int) -> float:
    return 0.9 if depth < 3 else 0.5


def _without_or_renamed(value: dict[str, Any], dice: Dice) -> dict[str, Any]:
    key = dice.choice(sorted(value))
    rest = {name: it for name, it in value.items() if name != key}
    return dice.choice((rest, {**rest, key.upper(): value[key]}, {**value, "manifests": []}, {**value, "layers": None}))


def any_json(dice: Dice) -> Any:
    """Return some JSON value."""
    deep: Any = []
    for _ in range(dice.choice((0, 5, 200))):
        deep = [deep]
    return dice.choice(
        (
            None,
            True,
            "",
            "x",
            "sha256:" + 64 * "a",
            1.5,
            1e308,
            [],
            {},
            deep,
            {"": None},
            dice.choice(_NUMBERS),
            "\ud800",
        )
    )
