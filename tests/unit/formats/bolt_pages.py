"""Databases of bbolt, page by page, as a test needs them."""

import struct
from collections.abc import Mapping, Sequence

PAGE = 4096
BRANCH, LEAF, META = 1, 2, 4

Tree = Mapping[bytes, "bytes | Tree"]


def fnv(data: bytes) -> int:
    checksum = 14695981039346656037
    for byte in data:
        checksum = ((checksum ^ byte) * 1099511628211) % 2**64
    return checksum


def meta(number: int, root: int, txid: int, end: int, size: int = PAGE, order: str = "<", version: int = 2) -> bytes:
    body = struct.pack(f"{order}IIIIQQQQQ", 0xED0CDAED, version, size, 0, root, 0, 2, end, txid)
    header = struct.pack(f"{order}QHHI", number, META, 0, 0)
    return (header + body + struct.pack(f"{order}Q", fnv(body))).ljust(size, b"\0")


def leaf(items: Sequence[tuple[bytes, bytes, bool]], number: int = 0, order: str = "<") -> bytes:
    """Return a leaf page, as long as its content."""
    at = 16 * len(items)
    elements, content = b"", b""
    for place, (key, value, is_bucket) in enumerate(items):
        position = at - 16 * place + len(content)
        elements += struct.pack(f"{order}IIII", is_bucket, position, len(key), len(value))
        content += key + value
    return struct.pack(f"{order}QHHI", number, LEAF, len(items), 0) + elements + content


def branch(items: Sequence[tuple[bytes, int]], number: int, order: str = "<") -> bytes:
    at = 16 * len(items)
    elements, content = b"", b""
    for place, (key, page) in enumerate(items):
        elements += struct.pack(f"{order}IIQ", at - 16 * place + len(content), len(key), page)
        content += key
    return struct.pack(f"{order}QHHI", number, BRANCH, len(items), 0) + elements + content


def inline(tree: Tree, order: str = "<") -> bytes:
    """Return the value of a bucket that stands within its page."""
    return struct.pack(f"{order}QQ", 0, 0) + leaf(items(tree, order), 0, order)


def items(tree: Tree, order: str = "<") -> list[tuple[bytes, bytes, bool]]:
    return [
        (key, value, False) if isinstance(value, bytes) else (key, inline(value, order), True)
        for key, value in sorted(tree.items())
    ]


def database(pages: Mapping[int, bytes], txid: int = 5, root: int = 3, size: int = PAGE, order: str = "<") -> bytes:
    """Return a database with `pages` by their numbers; one that is longer goes on over those after it."""
    padded = {number: content.ljust(-(-len(content) // size) * size, b"\0") for number, content in pages.items()}
    end = max(number + len(content) // size for number, content in padded.items())
    whole = bytearray(end * size)
    whole[:size] = meta(0, root, txid - 1, end, size, order)
    whole[size : 2 * size] = meta(1, root, txid, end, size, order)
    for number, content in padded.items():
        overflow = struct.pack(f"{order}I", len(content) // size - 1)
        whole[number * size : number * size + len(content)] = content[:12] + overflow + content[16:]
    return bytes(whole)
