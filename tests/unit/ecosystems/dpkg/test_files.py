import pytest

from hullcheck.ecosystems.dpkg.files import LARGEST_LIST, parse_list, parse_sums
from hullcheck.errors import LimitExceeded
from hullcheck.model.source_file import SourceFile


def test_names_that_are_not_utf_8_are_those_that_sources_have() -> None:
    name = b"usr/share/caf\xe9".decode("utf-8", "surrogateescape")
    (listed,) = parse_list(SourceFile("var/lib/dpkg/info/a.list", b"/.\n/usr/share/caf\xe9\n"))
    (summed,) = parse_sums(SourceFile("var/lib/dpkg/status.d/a.md5sums", b"0" * 32 + b"  usr/share/caf\xe9\n"))
    assert listed.paths == summed.paths == {name}


def test_names_may_hold_what_ends_lines_elsewhere() -> None:
    content = "/usr/a\u2028b\n/usr/c\x0cd\n".encode()
    (listed,) = parse_list(SourceFile("var/lib/dpkg/info/a.list", content))
    assert listed.paths == {"usr/a\u2028b", "usr/c\x0cd"}


def test_a_huge_list_is_not_read() -> None:
    content = b"/usr/share/doc\n" * (LARGEST_LIST // 15 + 1)
    with pytest.raises(LimitExceeded):
        list(parse_list(SourceFile("var/lib/dpkg/info/a.list", content)))
