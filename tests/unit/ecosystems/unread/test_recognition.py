import pytest

from hullcheck.ecosystems.table import ANALYZERS
from hullcheck.ecosystems.unread import UNREAD
from hullcheck.ecosystems.unread.formats import DECLARED_FORMATS, INSTALLED_FORMATS
from hullcheck.ecosystems.unread.recognition import Format, Formats, recogniser
from hullcheck.model.package import Location, Unread
from hullcheck.model.source_file import Pattern, SourceFile

# A path that a file of the format has, the format, and the formats among which it is.
EXAMPLES = [
    (path, format_, formats)
    for formats in (DECLARED_FORMATS, INSTALLED_FORMATS)
    for path, format_ in (
        *((f"{known.below}a/b/{name}", known) for name, known in formats.names.items()),
        *formats.paths.items(),
        *((f"a/{it.parent or 'b'}/{it.begin}x{it.end}", known) for it, known in formats.patterns.items()),
    )
]
each_example = pytest.mark.parametrize(("path", "format_", "formats"), EXAMPLES, ids=[path for path, *_ in EXAMPLES])


@each_example
def test_every_format_is_recognised(path: str, format_: Format, formats: Formats) -> None:
    (found,) = recogniser(formats)(SourceFile(path, b"before " + format_.holding + b" behind"))
    assert found.reason.startswith(format_.what)
    assert path.startswith(found.location.path)
    assert formats.wants.selects(path)


@each_example
def test_a_file_that_holds_no_packages_is_no_gap(path: str, format_: Format, formats: Formats) -> None:
    found = list(recogniser(formats)(SourceFile(path, b"")))
    assert bool(found) != bool(format_.holding)


@each_example
def test_what_is_read_is_not_listed(path: str, format_: Format, formats: Formats) -> None:
    targets = next(analyzer.targets for analyzer in UNREAD if analyzer.wants == formats.wants)
    readers = [a.name for a in ANALYZERS if a not in UNREAD and a.targets & targets and a.wants.selects(path)]
    assert readers == []


@pytest.mark.parametrize("path", ["var/lib/pacman/local/a-1-1/desc", "usr/local/pacman/a-1-1/desc"])
def test_a_database_of_many_files_is_one_gap(path: str) -> None:
    database = Unread(Location("var/lib/pacman/local"), "database of pacman, which is not read yet")
    found = [Unread(item.location, item.reason) for item in recogniser(INSTALLED_FORMATS)(SourceFile(path, b"x"))]
    assert found == ([database] if path.startswith("var") else [])


def test_what_an_installed_package_was_developed_with_is_no_gap() -> None:
    assert list(recogniser(DECLARED_FORMATS)(SourceFile("node_modules/a/yarn.lock", b""))) == []


def test_formats_are_sorted() -> None:
    for formats in (DECLARED_FORMATS, INSTALLED_FORMATS):
        assert list(formats.names) == sorted(formats.names)


def test_a_pattern_is_found_where_no_name_fits() -> None:
    formats = Formats({"a.lock": Format("one")}, {}, {Pattern(".lock"): Format("other")})
    assert [known.what for path in ("x/a.lock", "x/b.lock") if (known := formats.of(path))] == ["one", "other"]
