"""Tar archives block by block, as no program writes them: for what readers make of the odd and the hostile."""

import io
import tarfile

from hypothesis import strategies as st

BLOCK = 512
END = bytes(2 * BLOCK)

USTAR = b"ustar\x0000"
GNU = b"ustar  \0"
MAGICS = (USTAR, GNU, b"", b"ustar\0xx", b"ustar \0 ", b"USTAR\x0000")


def signed(block: bytes, *, as_signed: bool = False) -> bytes:
    """Return the header `block` with its checksum, that of old systems with signed bytes if so asked."""
    spaced = block[:148] + b" " * 8 + block[156:]
    total = sum(byte - 256 if as_signed and byte > 127 else byte for byte in spaced)
    return block[:148] + b"%06o\0 " % total + block[156:]


def put(block: bytes, at: int, field: bytes) -> bytes:
    return block[:at] + field + block[at + len(field) :]


def padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % BLOCK)


def octal(number: int) -> bytes:
    return b"%011o\0" % number


def base_256(number: int) -> bytes:
    return b"\x80" + number.to_bytes(11, "big")


def record(key: bytes, value: bytes) -> bytes:
    """Return a record of a pax header."""
    body = b" " + key + b"=" + value + b"\n"
    length = len(body) + 1
    while len(str(length)) + len(body) != length:
        length = len(str(length)) + len(body)
    return b"%d" % length + body


def bare(name: bytes, flag: bytes, size: bytes, magic: bytes = USTAR) -> bytes:
    """Return a header without checksum."""
    block = put(bytes(BLOCK), 0, name[:100])
    block = put(block, 100, b"0000644\0")
    for at in (108, 116):
        block = put(block, at, b"0000000\0")
    block = put(block, 124, size[:12])
    block = put(block, 136, octal(0))
    block = put(block, 156, flag)
    return put(block, 257, magic)


def extension(flag: bytes, content: bytes, magic: bytes = USTAR) -> bytes:
    return signed(bare(b"././@LongLink", flag, octal(len(content)), magic)) + padded(content)


small = st.integers(0, 1500)
words = st.sampled_from([b"a", b"dir/", b"./x", b"/abs", b"../up", b"caf\xe9", b"n\nl", b"", b"a/b/c", b"x" * 100])
texts = st.one_of(words, st.binary(max_size=12), st.just(b"long/" * 40))


@st.composite
def numbers(draw: st.DrawFn, meant: int, wild: bool = True) -> bytes:
    """Return a field of 12 bytes that says `meant`, in one of many ways, or if `wild` now and then something else."""
    plain = b"%o" % meant
    ways = [
        octal(meant),
        octal(meant),
        base_256(meant),
        plain.rjust(11) + b" ",
        plain.ljust(12, b"\0"),
        plain.rjust(12, b"0"),
    ]
    odd = [b"", b"\xff" * 12, b"-0000000001\0", b"00000000019\0", b"+0000000007\0", b"\x80" + b"\xff" * 11, b"1\0001"]
    return draw(st.sampled_from([*ways, *(odd if wild and draw(st.integers(0, 9)) == 0 else [])])).ljust(12, b"\0")[:12]


@st.composite
def sparse_records(draw: st.DrawFn, wild: bool) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Return pax records of a sparse file and what stands in front of its data."""
    extents: list[int] = []
    at = left = 0
    for _ in range(draw(st.integers(0, 4))):
        at += draw(st.integers(0, 3)) * 256
        left = draw(st.integers(0, 2)) * 128
        extents += [at, left]
        at += left
    total = sum(extents[1::2])
    real = at + draw(st.sampled_from([0, 0, 100, -1] if wild else [0, 0, 100]))
    said = [b"%d" % number for number in extents]
    style = draw(st.sampled_from(["0.0", "0.1", "1.0", "guess", "2.0"]))
    records = [(draw(st.sampled_from([b"GNU.sparse.size", b"GNU.sparse.realsize"])), b"%d" % max(real, 0))]
    records += [(b"GNU.sparse.name", draw(texts))] if draw(st.booleans()) else []
    front = b""
    if style in {"0.0", "0.1", "1.0", "2.0"} and not (style == "0.0" and draw(st.booleans())):
        records += [(b"GNU.sparse.major", style[:1].encode()), (b"GNU.sparse.minor", style[2:].encode())]
    if style == "1.0":
        front = padded(b"\n".join([b"%d" % (len(extents) // 2), *said, b""]))
    else:
        records += [(b"GNU.sparse.numblocks", b"%d" % (len(extents) // 2))]
        if style == "0.0":
            pairs = zip(said[::2], said[1::2], strict=True)
            records += [it for o, n in pairs for it in ((b"GNU.sparse.offset", o), (b"GNU.sparse.numbytes", n))]
        else:
            records += [(b"GNU.sparse.map", b",".join(said))]
    return records, front + bytes(b"d" * total)[: max(0, total - (draw(st.sampled_from([0, 0, 0, 5])) if wild else 0))]


@st.composite
def pax_contents(draw: st.DrawFn, wild: bool) -> bytes:
    if not wild:
        keys = st.sampled_from([b"path", b"linkpath", b"comment", b"hdrcharset", b"SCHILY.xattr.user.x"])
        values = texts.filter(lambda text: b"\0" not in text)
        return b"".join(record(key, value) for key, value in draw(st.lists(st.tuples(keys, values), max_size=4)))
    keys = st.sampled_from(
        [b"path", b"linkpath", b"size", b"mtime", b"uid", b"comment", b"hdrcharset", b"SCHILY.xattr.user.x", b"k\0"]
    )
    values = st.one_of(texts, st.sampled_from([b"0", b"5", b"+5", b"007", b"-1", b"1.5", b"BINARY", b"\0"]))
    content = b"".join(record(key, value) for key, value in draw(st.lists(st.tuples(keys, values), max_size=4)))
    odd = [b"x", b"5 a=b", b"+9 ab=cd\n", b"09 ab=cd\n", b"6 =ab\n\n", b"11 ab\n=cdef", b"0 a=b\n"]
    return content + (draw(st.sampled_from(odd)) if draw(st.integers(0, 9)) == 0 else b"")


@st.composite
def members(draw: st.DrawFn, wild: bool) -> bytes:
    """Return a member with the headers in front of it."""
    before = b""
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2, 3]))):
        flag = draw(st.sampled_from([b"x", b"x", b"g", b"L", b"K"]))
        content = (
            draw(pax_contents(wild)) if flag in b"xg" else draw(texts) + draw(st.sampled_from([b"", b"\0", b"\0z"]))
        )
        before += extension(flag, content, draw(st.sampled_from(MAGICS)))
    flag = draw(st.sampled_from([b"0", b"0", b"\0", b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"S", b"V", b"Z"]))
    content = draw(st.binary(max_size=20)) * draw(st.sampled_from([0, 1, 60]))
    if draw(st.integers(0, 4)) == 0:
        records, content = draw(sparse_records(wild))
        flag = flag if wild or flag in b"07VZ" else b"\0"
        before += extension(b"x", b"".join(record(key, value) for key, value in records))
    block = bare(draw(texts), flag, draw(numbers(len(content), wild)), draw(st.sampled_from(MAGICS)))
    block = put(block, 157, draw(texts)[:100])
    if draw(st.booleans()):
        block = put(block, 345, draw(st.one_of(texts, numbers(7)))[:155])
    if draw(st.integers(0, 5)) == 0:
        block = put(block, 508, b"tar\0")
    if flag == b"S":
        block, content = draw(old_sparse(block if wild else put(block, 257, GNU), wild))
    if wild and draw(st.integers(0, 9)) == 0:
        block = put(block, draw(st.integers(0, 511)), draw(st.binary(min_size=1, max_size=3)))[:BLOCK]
    return before + signed(block, as_signed=draw(st.integers(0, 9)) == 0) + padded(content)


@st.composite
def old_sparse(draw: st.DrawFn, block: bytes, wild: bool) -> tuple[bytes, bytes]:
    """Return `block` with a map in GNU's old format, and what follows it."""
    pairs = draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=6))
    fields, at, total = [], 0, 0
    for gap, length in pairs:
        at += gap * 512
        fields.append(draw(numbers(at, wild)) + draw(numbers(length * 512, wild)))
        at += length * 512
        total += length * 512
    block = put(put(block, 386, b"".join(fields[:4]).ljust(96, b"\0")), 124, octal(total))
    block = put(put(block, 482, bytes([len(fields) > 4])), 483, draw(numbers(at, wild)))
    more = b"".join(fields[4:]).ljust(BLOCK, b"\0") if len(fields) > 4 else b""
    return block, more + b"s" * total


@st.composite
def archives(draw: st.DrawFn) -> bytes:
    """Return an archive that is odd, half of them damaged as well."""
    wild = draw(st.booleans())
    content = b"".join(draw(st.lists(members(wild), min_size=1, max_size=4)))
    if not wild:
        return content + draw(st.sampled_from([END, END + content, b"", bytes(BLOCK)]))
    content += draw(
        st.sampled_from([END, END, END, b"", bytes(BLOCK), bytes(BLOCK) + content, END + content, b"\0" * 100])
    )
    if draw(st.integers(0, 5)) == 0:
        at = draw(st.integers(0, len(content)))
        content = content[:at] + draw(st.sampled_from([b"", b"\0", bytes(BLOCK)])) + content[at + 1 :]
    if draw(st.integers(0, 5)) == 0:
        content = content[: draw(st.integers(0, len(content)))]
    return content


def written_by_python(files: dict[str, bytes], style: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=style) as archive:
        for name, content in files.items():
            information = tarfile.TarInfo(name)
            information.size = len(content)
            archive.addfile(information, io.BytesIO(content))
    return buffer.getvalue()
