from collections.abc import Iterator
from mmap import mmap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.formats import blocks
from hullcheck.formats.deb822 import Stanza, read_stanzas
from hullcheck.model.source_file import SourceFile


def whole(stanza: Stanza) -> Iterator[Stanza]:
    yield stanza


def stanzas(content: bytes) -> list[dict[str, str]]:
    return [
        {name: value for name, (_, value) in stanza.fields.items()}
        for stanza in read_stanzas(SourceFile("status", content), whole)
    ]


def until_error(content: bytes) -> tuple[list[str], MalformedFile | None]:
    """Return the fields A up to the error, and the error."""
    found: list[str] = []
    try:
        found.extend(stanza.text("A") for stanza in read_stanzas(SourceFile("status", content), whole))
    except MalformedFile as malformed:
        return found, malformed
    return found, None


def error(content: bytes) -> MalformedFile:
    with pytest.raises(MalformedFile) as caught:
        stanzas(content)
    return caught.value


def test_fields_end_with_the_line_and_stanzas_with_a_blank_one() -> None:
    assert stanzas(b"\n\nA: 1\nB:2\n\n\nA: 3") == [{"a": "1", "b": "2"}, {"a": "3"}]


def test_a_line_of_blanks_ends_a_stanza() -> None:
    assert stanzas(b"A: 1\n \t\r\nA: 2\n") == [{"a": "1"}, {"a": "2"}]


def test_continuations_belong_to_the_field_above() -> None:
    assert stanzas(b"A: 1\n two\n\tthree\n .\nB:\n only below\n") == [{"a": "1\ntwo\nthree\n.", "b": "only below"}]


def test_lines_may_end_as_in_windows() -> None:
    assert stanzas(b"A: 1\r\nB: 2\r\n\r\nA: 3\r\n") == [{"a": "1", "b": "2"}, {"a": "3"}]


def test_comments_are_left_out() -> None:
    assert stanzas(b"# first\nA: 1\n# B: 2\n c\n") == [{"a": "1\nc"}]


def test_names_have_no_case_and_values_may_have_colons() -> None:
    (stanza,) = read_stanzas(SourceFile("status", b"HomePage : a://b:c\n"), whole)
    assert stanza.text("Homepage") == "a://b:c"


def test_a_missing_or_empty_field_is_none_or_an_error() -> None:
    (stanza,) = read_stanzas(SourceFile("status", b"\nA: 1\nB: \n"), whole)
    assert stanza.text_or_none("B") is None
    assert stanza.text_or_none("C") is None
    with pytest.raises(MalformedFile, match="status: line 2: no field B"):
        stanza.text("B")


def test_a_field_tells_its_line() -> None:
    (stanza,) = read_stanzas(SourceFile("status", b"\nA: 1\nB: x\n y\nC: 2\n"), whole)
    assert stanza.malformed("C", "bad").place == "line 5"


def test_bytes_that_are_not_utf_8_do_not_matter() -> None:
    assert stanzas(b"A: Jos\xe9\nB: 1\n")[0]["b"] == "1"


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"A: 1\nno field\n", "line 2"),
        (b"A: 1\n: none\n", "line 2"),
        (b"A B: 1\n", "line 1"),
        (b"\xc3\xa4: 1\n", "line 1"),
        (b" continued\n", "line 1"),
        (b"A: 1\nB: 1\na: 2\n", "line 3"),
        (b"A: 1\n\n\n\0\0\0\0", "line 4"),
    ],
)
def test_what_is_no_field_is_an_error_with_its_line(content: bytes, place: str) -> None:
    assert error(content).place == place


def test_a_malformed_stanza_hides_no_other() -> None:
    found, malformed = until_error(b"A: 1\n\nbad\n\nA: 2\n\nworse\n\nA: 3\n")
    assert found == ["1", "2", "3"]
    assert str(malformed).startswith("status: line 3: ")
    assert str(malformed).endswith("(and 1 more like it)")


def test_a_stanza_over_the_limit_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "LARGEST_BLOCK", 100)
    found, malformed = until_error(b"A: 1\n\n" + b"B: 2\n" * 1000 + b"\nA: 3\n")
    assert found == ["1", "3"]
    assert isinstance(malformed, LimitExceeded)
    assert malformed.place == "line 3"


def test_a_file_of_endless_stanzas_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MOST_BLOCKS", 3)
    found, malformed = until_error(b"A: 1\n\n" * 5)
    assert len(found) == 3
    assert isinstance(malformed, LimitExceeded)
    assert malformed.place == "line 7"


def test_a_stanza_of_endless_fields_hides_no_other() -> None:
    many = b"".join(b"F%d: 1\n" % number for number in range(1001))
    found, malformed = until_error(b"A: 1\n\n" + many + b"\nA: 2\n")
    assert found == ["1", "2"]
    assert isinstance(malformed, LimitExceeded)
    assert malformed.place == "line 1003"


def test_a_memory_map_can_be_closed_in_the_middle() -> None:
    content = b"A: 1\n\nbad\n\nA: 2\n"
    mapped = mmap(-1, len(content))
    mapped.write(content)
    reader = read_stanzas(SourceFile("status", mapped), whole)
    assert next(reader).text("A") == "1"
    mapped.close()


NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=":#"), min_size=1, max_size=6)
VALUES = st.text(st.characters(exclude_categories=("C", "Z")), max_size=6)


@given(st.lists(st.dictionaries(NAMES.map(str.lower), VALUES, min_size=1, max_size=4), max_size=4))
def test_what_is_written_is_read(written: list[dict[str, str]]) -> None:
    text = "\n".join("".join(f"{name}: {value}\n" for name, value in stanza.items()) for stanza in written)
    assert stanzas(text.encode()) == written


@given(st.binary(max_size=200))
def test_any_bytes_are_stanzas_or_malformed(content: bytes) -> None:
    _, malformed = until_error(content)
    assert malformed is None or malformed.place.startswith("line ")
