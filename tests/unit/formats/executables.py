"""Executables made from the formats' specifications: one part that is loaded to be written, sections if wanted."""

import struct
from collections.abc import Mapping

ADDRESS = 0x500000


def make_elf(
    data: bytes,
    sections: Mapping[str, tuple[int, int]] | None = None,
    *,
    bits: int = 64,
    big_endian: bool = False,
    address: int = ADDRESS,
    kind: int = 1,
) -> bytes:
    """Return an ELF file whose `data` is loaded to `address`; `sections` maps names to places and lengths in it,
    which are of `kind`."""
    order = ">" if big_endian else "<"
    long = bits == 64
    header = struct.Struct(order + ("HHIQQQIHHHHHH" if long else "HHIIIIIHHHHHH"))
    segment = struct.Struct(order + ("IIQQQQQQ" if long else "IIIIIIII"))
    section = struct.Struct(order + ("IIQQQQIIQQ" if long else "IIIIIIIIII"))
    segments_at = 16 + header.size
    # A part that is run, and one that is written.
    data_at = (segments_at + 2 * segment.size + 15) // 16 * 16
    names, entries = b"\0", [section.pack(*[0] * 10)]
    for name, (place, length) in (sections or {}).items():
        entries.append(section.pack(len(names), kind, 3, address + place, data_at + place, length, 0, 0, 1, 0))
        names += name.encode() + b"\0"
    names_at = data_at + len(data)
    entries.append(section.pack(len(names), 3, 0, 0, names_at, len(names) + 10, 0, 0, 1, 0))
    names += b".shstrtab\0"
    sections_at = names_at + len(names)
    count = len(entries) if sections is not None else 0
    loaded = [(5, 0, address - 0x1000, segments_at), (6, data_at, address, len(data))]
    return b"".join(
        [
            b"\x7fELF" + bytes((2 if long else 1, 2 if big_endian else 1, 1)) + bytes(9),
            header.pack(2, 62, 1, ADDRESS, segments_at, sections_at if count else 0, 0, segments_at,
                        segment.size, 2, section.size, count, count - 1 if count else 0),
            *(
                segment.pack(1, flags, at, start, start, size, size, 16)
                if long
                else segment.pack(1, at, start, start, size, size, flags, 16)
                for flags, at, start, size in loaded
            ),
            bytes(data_at - segments_at - 2 * segment.size),
            data,
            names,
            *(entries if count else ()),
        ]
    )  # fmt: skip


def make_pe(data: bytes, name: bytes = b".data", *, bits: int = 64) -> bytes:
    """Return a PE file with `data` as its section `name`, which is loaded to `ADDRESS`."""
    optional = struct.pack("<H22xQ", 0x20B, 0x400000) if bits == 64 else struct.pack("<H26xI", 0x10B, 0x400000)
    data_at = 0x200
    content = b"".join(
        [
            b"MZ".ljust(60, b"\0") + struct.pack("<I", 64),
            struct.pack("<4sHHIIIHH", b"PE\0\0", 0x8664, 2, 0, 0, 0, len(optional), 0x22),
            optional,
            struct.pack("<8sIIIIIIHHI", b".text", 16, 0x1000, 0, 0, 0, 0, 0, 0, 0x60000020),
            struct.pack("<8sIIIIIIHHI", name, len(data), 0x100000, len(data), data_at, 0, 0, 0, 0, 0xC0000040),
        ]
    )
    return content.ljust(data_at, b"\0") + data


def make_macho(data: bytes, section: bytes = b"__data", *, bits: int = 64, big_endian: bool = False) -> bytes:
    """Return a Mach-O file with `data` as the only section of its data segment, which is loaded to `ADDRESS`."""
    order = ">" if big_endian else "<"
    word = "Q" if bits == 64 else "I"
    segment = struct.Struct(f"{order}II16s4{word}IIII")
    part = struct.Struct(f"{order}16s16s2{word}I{'7' if bits == 64 else '6'}I")
    header = struct.Struct(f"{order}7I{'I' if bits == 64 else ''}")
    size = 2 * segment.size + part.size
    data_at = header.size + size
    command = 0x19 if bits == 64 else 1
    start = [0xFEEDFACF if bits == 64 else 0xFEEDFACE, 7, 3, 2, 2, size, 0, *([0] if bits == 64 else [])]
    rest = [0] * (7 if bits == 64 else 6)
    return b"".join(
        [
            header.pack(*start),
            segment.pack(command, segment.size, b"__PAGEZERO", 0, 0x1000, 0, 0, 0, 0, 0, 0),
            segment.pack(
                command, segment.size + part.size, b"__DATA", ADDRESS, len(data), data_at, len(data), 3, 3, 1, 0
            ),
            part.pack(section, b"__DATA", ADDRESS, len(data), data_at, *rest),
            data,
        ]
    )


def make_universal(*parts: bytes) -> bytes:
    """Return a universal Mach-O file of `parts`."""
    start = 8 + 20 * len(parts)
    table = struct.pack(">4sI", b"\xca\xfe\xba\xbe", len(parts))
    for index, part in enumerate(parts):
        table += struct.pack(">IIIII", index, 0, start + sum(map(len, parts[:index])), len(part), 0)
    return table + b"".join(parts)
