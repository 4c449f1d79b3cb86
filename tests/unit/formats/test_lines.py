from hullcheck.formats.lines import LineFinder
from hullcheck.model.source_file import SourceFile


def finder(content: bytes) -> LineFinder:
    return LineFinder(SourceFile("a.json", content))


def test_lines_are_counted_from_one() -> None:
    lines = finder(b'{\n "a": 1,\n "b": 2\n}')
    assert [lines.line_of(text) for text in ("{", '"a"', '"b"')] == [1, 2, 3]


def test_only_what_follows_is_searched() -> None:
    lines = finder(b"a\nb\na\n")
    assert [lines.line_of("b"), lines.line_of("a")] == [2, 3]


def test_the_same_text_is_not_found_twice() -> None:
    lines = finder(b"x-y =\ny =\n")
    assert [lines.line_of("x-y ="), lines.line_of("y =")] == [1, 2]


def test_line_ends_in_the_text_count() -> None:
    lines = finder(b"a\nb\nc")
    assert [lines.line_of("a\nb"), lines.line_of("c")] == [1, 3]


def test_a_text_that_is_missing_ends_the_search() -> None:
    lines = finder(b"a\nb\n")
    assert [lines.line_of("x"), lines.line_of("b")] == [0, 0]


def test_texts_outside_ascii_are_found() -> None:
    assert finder("x\nü\n".encode()).line_of("ü") == 2
