"""Build information in the forms that no supported toolchain writes any more, made from its documentation."""

from collections.abc import Callable
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.formats.executables import ADDRESS, make_elf, make_macho, make_pe, make_universal

from hullcheck.ecosystems.golang.executable import parse_executable
from hullcheck.errors import MalformedFile
from hullcheck.model.package import Package, Unread
from hullcheck.model.source_file import SourceFile

BEFORE = bytes.fromhex("3077af0c9274080241e1c107e6d618e6")
BEHIND = bytes.fromhex("f932433186182072008242104116d8f2")
MODULES = (
    "path\texample.com/shop/cmd\n"
    "mod\texample.com/shop\tv1.2.3\t\n"
    "dep\tgolang.org/x/text\tv0.3.7\th1:olpwvP2KacW1ZWvsR7uQhoyTYvKAupfQrRGBFM352Gk=\n"
)


def pointers(toolchain: str, modules: bytes, *, bits: int, big_endian: bool, shift: int = 0) -> bytes:
    """Return the form of Go 1.13 to 1.17, `shift` bytes behind the start of the data: addresses of two Go strings,
    which are an address and a length.
    """
    size = bits // 8
    order: Literal["big", "little"] = "big" if big_endian else "little"
    texts = (toolchain.encode(), modules)
    strings_at = ADDRESS + shift + 32
    texts_at = strings_at + 4 * size
    blob = b"\xff Go buildinf:" + bytes((size, int(big_endian)))
    for index in range(2):
        blob += (strings_at + index * 2 * size).to_bytes(size, order)
    blob = blob.ljust(32, b"\0")
    for text, place in zip(texts, (texts_at, texts_at + len(texts[0])), strict=True):
        blob += place.to_bytes(size, order) + len(text).to_bytes(size, order)
    return bytes(shift) + blob + texts[0] + texts[1]


def inline(toolchain: str, modules: bytes) -> bytes:
    """Return the form since Go 1.18."""
    return (b"\xff Go buildinf:" + bytes((8, 2))).ljust(32, b"\0") + b"".join(
        varint(len(text)) + text for text in (toolchain.encode(), modules)
    )


def varint(number: int) -> bytes:
    return bytes((number,)) if number < 128 else bytes((number & 127 | 128,)) + varint(number >> 7)


def marked(text: str) -> bytes:
    return BEFORE + text.encode() + BEHIND


def parse(content: bytes) -> list[Package | Unread]:
    return list(parse_executable(SourceFile("usr/bin/shop", content, 0o755)))


def purls(content: bytes) -> list[str]:
    return [item.purl.to_string() for item in parse(content) if isinstance(item, Package)]


EXPECTED = ["pkg:golang/stdlib@1.15.8", "pkg:golang/example.com/shop@v1.2.3", "pkg:golang/golang.org/x/text@v0.3.7"]


@pytest.mark.parametrize("stripped", [True, False])
@pytest.mark.parametrize("big_endian", [True, False])
@pytest.mark.parametrize("bits", [32, 64])
def test_texts_are_found_by_their_addresses(bits: int, big_endian: bool, stripped: bool) -> None:
    data = pointers("go1.15.8", marked(MODULES), bits=bits, big_endian=big_endian, shift=64)
    sections = None if stripped else {".go.buildinfo": (64, 32)}
    assert purls(make_elf(data, sections, bits=bits, big_endian=big_endian)) == EXPECTED


@pytest.mark.parametrize("make", [make_pe, make_macho])
@pytest.mark.parametrize("bits", [32, 64])
def test_texts_are_found_by_their_addresses_in_other_formats(make: Callable[..., bytes], bits: int) -> None:
    data = pointers("go1.15.8", marked(MODULES), bits=bits, big_endian=False)
    assert purls(make(data, bits=bits)) == EXPECTED


def test_a_program_of_go_1_12_has_marks_around_its_modules() -> None:
    content = make_elf(b"text" + marked(MODULES), {".gopclntab": (0, 4)})
    assert purls(content) == ["pkg:golang/stdlib", *EXPECTED[1:]]


def test_the_marks_count_only_in_programs_of_go() -> None:
    assert not parse(make_elf(b"text" + marked(MODULES), {".rodata": (0, 4)}))


def test_a_magic_number_that_is_not_aligned_is_text() -> None:
    # As in a program that itself looks for build information.
    data = b"12345678\xff Go buildinf:".ljust(64, b"\0") + inline("go1.20.3", marked(MODULES))
    assert purls(make_elf(data)) == ["pkg:golang/stdlib@1.20.3", *EXPECTED[1:]]


def test_it_is_the_address_that_is_aligned() -> None:
    data = bytes(8) + inline("go1.20.3", marked(MODULES))
    assert purls(make_elf(data, address=ADDRESS + 8))[0] == "pkg:golang/stdlib@1.20.3"
    assert not parse(make_elf(data, address=ADDRESS))


@pytest.mark.parametrize("before", [2**20 - 16, 2**20 - 32, 2**20, 2**20 + 16])
def test_build_information_is_found_behind_much_other_data(before: int) -> None:
    assert purls(make_elf(bytes(before) + inline("go1.20.3", marked(MODULES))))[0] == "pkg:golang/stdlib@1.20.3"


@pytest.mark.parametrize(
    "content",
    [
        make_elf(pointers("", b"", bits=64, big_endian=False)),
        make_elf(pointers("go1.15.8", marked(MODULES), bits=64, big_endian=False)[:40]),
        make_elf(inline("go1.20.3", marked(MODULES))[:36]),
        make_elf(b"\xff Go buildinf:" + bytes((3, 0)) + bytes(40)),
        make_elf(b"\xff Go buildinf:" + bytes((8, 2)) + bytes(16) + b"\xff" * 20),
        make_elf(bytes(32), {".note.go.buildid": (0, 16)}),
        make_macho(bytes(32), b"__gopclntab"),
    ],
)
def test_a_program_of_go_without_build_information_is_not_passed_over(content: bytes) -> None:
    assert [type(item) for item in parse(content)] == [Unread]


@pytest.mark.parametrize(
    "data",
    [
        pointers("go1.15.8", marked(MODULES), bits=64, big_endian=False)[:100],
        inline("go1.15.8", marked(MODULES))[:60],
        inline("go1.15.8", b""),
    ],
)
def test_of_a_program_whose_modules_cannot_be_read_the_standard_library_is_known(data: bytes) -> None:
    package, unread = parse(make_elf(data))
    assert isinstance(package, Package)
    assert package.purl.to_string() == EXPECTED[0]
    assert isinstance(unread, Unread)


def test_a_program_that_was_built_outside_of_a_module_is_not_passed_over() -> None:
    found = parse(make_elf(inline("go1.19.8", marked("path\tgithub.com/docker/distribution/cmd/registry\n"))))
    assert [item.purl.to_string() for item in found if isinstance(item, Package)] == ["pkg:golang/stdlib@1.19.8"]
    assert [item.location.path for item in found if isinstance(item, Unread)] == ["usr/bin/shop"]


@pytest.mark.parametrize("content", [make_elf(bytes(64))[:100] + b"\x00UPX!" + bytes(100), make_pe(bytes(64), b"UPX0")])
def test_a_packed_program_is_not_passed_over(content: bytes) -> None:
    assert [type(item) for item in parse(content)] == [Unread]


def test_architectures_of_a_universal_file_have_their_packages_in_common() -> None:
    parts = (
        make_macho(inline("go1.20.3", marked(MODULES))),
        make_macho(inline("go1.20.3", marked(MODULES + "dep\tgolang.org/x/sys\tv0.1.0\th1:x\n"))),
    )
    assert purls(make_universal(*parts)) == [
        "pkg:golang/stdlib@1.20.3",
        *EXPECTED[1:],
        "pkg:golang/golang.org/x/sys@v0.1.0",
    ]


LIST = "path\ta.example/m\n{main}dep\ta.example/d\tv1.0.0\th1:x\n{behind}"


def modules_of(main: str = "", behind: str = "") -> list[str]:
    return purls(make_elf(inline("go1.20.3", marked(LIST.format(main=main, behind=behind)))))[1:]


@pytest.mark.parametrize(
    ("behind", "expected"),
    [
        ("", "pkg:golang/a.example/d@v1.0.0"),
        ("=>\tb.example/f\tv1.0.1\th1:x\n", "pkg:golang/b.example/f@v1.0.1"),
        ("=>\t./local\t(devel)\t\n", None),
        ("=>\t./local\t\t\n", None),
        ("=>\t/home/me/local\t(devel)\t\n", None),
        ("=>\tb.example/f\n", "pkg:golang/a.example/d@v1.0.0"),
    ],
)
def test_what_replaces_a_module_counts(behind: str, expected: str | None) -> None:
    assert modules_of(behind=behind) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("version", "flags", "expected"),
    [
        ("v1.2.3", "", "@v1.2.3"),
        ("v1.2.3+dirty", "", "@v1.2.3%2Bdirty"),
        ("v1.2.3", "-X main.version=9.9.9", "@v1.2.3"),
        ("(devel)", "", "@%28devel%29"),
        ("", "", "@%28devel%29"),
        ("(devel)", "-s -w -X main.version=1.2.3", "@v1.2.3"),
        ("(devel)", "-X 'main.Version=v1.2.3' -X main.commit=abc", "@v1.2.3"),
        ("(devel)", '\\"-X=a.example/m/internal/build.Version=v1.2.3\\"', "@v1.2.3"),
        ("(devel)", "-X github.com/prometheus/common/version.Version=2.45.0", "@v2.45.0"),
        ("(devel)", "-X k8s.io/component-base/version.gitVersion=v1.27.4", "@v1.27.4"),
        ("(devel)", "-X a.example/m/version.Version=1.2.3 -X main.version=1.2.3", "@v1.2.3"),
        ("(devel)", "-X a.example/m/version.Version=1.2.3 -X main.version=1.2.4", "@%28devel%29"),
        ("(devel)", "-X a.example/other.Version=1.2.3", "@%28devel%29"),
        ("(devel)", "-X a.example/mm.Version=1.2.3", "@%28devel%29"),
        ("(devel)", "-X main.version=latest", "@%28devel%29"),
        ("(devel)", "-X main.version=1.2", "@%28devel%29"),
        ("(devel)", "-X main.goVersion=1.2.3", "@%28devel%29"),
        ("v0.0.0-20240102030405-6c1a3f2a1100", "-X main.version=1.2.3", "@v1.2.3"),
        ("v0.0.0-20240102030405-6c1a3f2a1100", "", "@v0.0.0-20240102030405-6c1a3f2a1100"),
    ],
)
def test_the_main_module_has_the_version_that_the_toolchain_or_the_linker_knows(
    version: str, flags: str, expected: str
) -> None:
    found = modules_of(main=f"mod\ta.example/m\t{version}\t\n", behind=f'build\t-ldflags="{flags}"\n')
    assert found[0] == f"pkg:golang/a.example/m{expected}"


def test_the_tools_of_go_are_the_module_toolchain() -> None:
    found = parse(make_elf(inline("go1.20.3", marked("path\tcmd/go\nbuild\t-compiler=gc\n"))))
    assert [item.purl.to_string() for item in found if isinstance(item, Package)] == [
        "pkg:golang/stdlib@1.20.3",
        "pkg:golang/toolchain@1.20.3",
    ]


def test_packages_belong_to_the_program() -> None:
    for item in parse(make_elf(inline("go1.20.3", marked(MODULES)))):
        assert isinstance(item, Package)
        assert (item.place, item.direct) == ("usr/bin/shop", None)
        assert [location.path for location in item.locations] == ["usr/bin/shop"]


@given(st.text(alphabet="modephab\t\n=>1.v-/()\0é", max_size=200), st.text(max_size=20))
def test_arbitrary_lists_are_read(modules: str, toolchain: str) -> None:
    parse(make_elf(inline(toolchain, marked(modules))))


@given(st.binary(max_size=120), st.sampled_from([0, 1, 2]), st.sampled_from([4, 8]))
def test_arbitrary_build_information_is_at_worst_malformed(rest: bytes, flags: int, size: int) -> None:
    content = make_elf(b"\xff Go buildinf:" + bytes((size, flags)) + rest)
    try:
        parse(content)
    except MalformedFile:
        return
