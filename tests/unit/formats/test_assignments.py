import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.formats.assignments import LARGEST_FILE, read_assignments
from hullcheck.model.source_file import SourceFile


def values(content: bytes) -> dict[str, str]:
    return dict(read_assignments(SourceFile("etc/os-release", content)))


# The rules of os-release(5) and the shell.
@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"debian", "debian"),
        (b"", ""),
        (b'"Debian GNU/Linux 12"', "Debian GNU/Linux 12"),
        (b"'Debian GNU/Linux 12'", "Debian GNU/Linux 12"),
        (b'""', ""),
        (rb'"a \"b\" \$c \`d\` \\e \f"', r'a "b" $c `d` \e \f'),
        (rb"'a \"b\" \\'", r"a \"b\" \\"),
        (rb"a\ b\$", "a b$"),
        (b'"a # b" # c', "a # b"),
        (b"a # b", "a"),
        (b"a#b", "a#b"),
        (b"a=b", "a=b"),
        (b"a b c", "a b c"),
        (b'"a', '"a'),
        (b"'a\"", "'a\""),
        (b"caf\xc3\xa9", "café"),
    ],
)
def test_quotes_and_escapes_are_taken_off(text: bytes, value: str) -> None:
    assert values(b"A=" + text + b"\nB=1\n") == {"A": value, "B": "1"}


def test_comments_and_blank_lines_are_left_out() -> None:
    assert values(b"# A=1\n\n \n B=2 \n#C=3") == {"B": "2"}


def test_the_last_assignment_counts() -> None:
    assert values(b"A=1\nA=2\n") == {"A": "2"}


def test_marks_and_line_ends_of_windows_are_taken_off() -> None:
    assert values(b'\xef\xbb\xbfA=1\r\nB="2"\r\n') == {"A": "1", "B": "2"}


def test_other_lines_do_not_matter_among_assignments() -> None:
    assert values(b"if true\nA=1\n1B=2\nA B=3\n") == {"A": "1"}


def test_other_lines_alone_are_an_error() -> None:
    with pytest.raises(MalformedFile, match="etc/os-release: line 2: not an assignment"):
        values(b"\n<html>\n")


def test_an_empty_file_sets_nothing() -> None:
    assert values(b"") == {}


def test_a_huge_file_is_not_read() -> None:
    with pytest.raises(LimitExceeded):
        values(b"A=1\n" * (LARGEST_FILE // 4) + b"#")


@given(st.text(st.characters(exclude_categories=("C", "Z"))))
def test_what_is_quoted_is_read(value: str) -> None:
    quoted = value
    for character in '\\"$`':
        quoted = quoted.replace(character, f"\\{character}")
    assert values(f'A="{quoted}"'.encode()) == {"A": value}
