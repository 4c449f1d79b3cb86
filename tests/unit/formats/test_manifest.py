import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.formats.manifest import read_manifest


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_the_main_section_is_read(end: bytes) -> None:
    lines = (
        b"Manifest-Version: 1.0",
        b"Implementation-Title: a title: with a colon",
        b'Export-Package: com.example.a;version="1.0",com.example.',
        b' b;version="1.0"',
        b"bundle-SymbolicName:com.example",
        b"",
        b"Name: com/example/A.class",
        b"Implementation-Title: of a class",
    )  # fmt: skip
    assert read_manifest(end.join(lines)) == {
        "manifest-version": "1.0",
        "implementation-title": "a title: with a colon",
        "export-package": 'com.example.a;version="1.0",com.example.b;version="1.0"',
        "bundle-symbolicname": "com.example",
    }


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", {}),
        (b"\xef\xbb\xbf\r\nA: 1\n", {"a": "1"}),
        (b"A: 1\nno attribute\nB: 2", {"a": "1", "b": "2"}),
        (b"A: 1\nA: 2\n", {"a": "2"}),
        (b"A: gr\xc3\n \xb6\xc3\x9fe\n", {"a": "größe"}),
        (b"A: \xff\n", {"a": "�"}),
        (b"A: 1\n\n\nB: 2", {"a": "1"}),
        (b"A: 1\r\n\nB: 2", {"a": "1"}),
        (b"A: 1\r\r\nB: 2", {"a": "1"}),
        (b"A: 1\0\n", {"a": "1"}),
        (b" A: 1", {"a": "1"}),
        (b"A: 1\n \n \nB: 2", {"a": "1", "b": "2"}),
        (b"A:\n 1\n  2", {"a": "1 2"}),
    ],
)
def test_what_tools_and_hands_write_is_read(content: bytes, expected: dict[str, str]) -> None:
    assert read_manifest(content) == expected


@given(st.binary(max_size=200) | st.text("AB: \r\n", max_size=60).map(str.encode))
def test_arbitrary_bytes_are_read(content: bytes) -> None:
    for name, value in read_manifest(content).items():
        assert name == name.strip().lower()
        value.encode()


@given(st.dictionaries(st.text("abc-", min_size=1), st.text("xyzé ", min_size=1).map(str.strip), max_size=4))
def test_lines_of_72_bytes_are_put_together(attributes: dict[str, str]) -> None:
    content = b""
    for name, value in attributes.items():
        line = f"{name}: {value}".encode()
        content += line[:72] + b"".join(b"\r\n " + line[at : at + 71] for at in range(72, len(line), 71)) + b"\r\n"
    assert read_manifest(content + b"\r\n") == attributes
