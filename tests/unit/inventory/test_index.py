import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.inventory.trees import analyzer

from hullcheck.ecosystems.ecosystem import ANYWHERE, Analyzer
from hullcheck.inventory.index import Index
from hullcheck.model.source_file import EXECUTABLE_MAGIC, Pattern, SourceFile, Wants


def selected(index: Index, file: SourceFile) -> list[str]:
    return [one.name for one in index.select(file)]


INDEX = Index(
    (
        analyzer("name", names=frozenset({"Cargo.lock", ".hidden"})),
        analyzer("suffix", suffixes=frozenset({".jar"})),
        analyzer("path", paths=frozenset({"var/lib/dpkg/status"})),
        analyzer("child", children=frozenset({("var/lib/dpkg/info", ".list"), ("var/lib/status.d", "")})),
        analyzer("pattern", patterns=frozenset({Pattern(".txt", "requirements"), Pattern("", "", "requirements")})),
        analyzer("also-name", names=frozenset({"Cargo.lock"})),
    )
)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("Cargo.lock", ["name", "also-name"]),
        ("a/b/Cargo.lock", ["name", "also-name"]),
        ("a/.hidden", ["name"]),
        ("cargo.lock", []),
        ("Cargo.lock/a", []),
        ("a/B.JAR", ["suffix"]),
        ("a/jar", []),
        ("a/.jar", ["suffix"]),
        ("var/lib/dpkg/status", ["path"]),
        ("a/var/lib/dpkg/status", []),
        ("var/lib/dpkg/info/libc6:amd64.list", ["child"]),
        ("var/lib/dpkg/info/a/b.list", []),
        ("var/lib/dpkg/info/b.md5sums", []),
        ("var/lib/status.d/any", ["child"]),
        ("requirements-dev.txt", ["pattern"]),
        ("a/requirements/base", ["pattern"]),
        ("a/requirements/base.txt", ["pattern"]),
        ("a/base.txt", []),
        ("a/requirements/Cargo.lock", ["name", "pattern", "also-name"]),
        ("", []),
    ],
)
def test_files_are_selected_for_where_they_are_and_what_they_are_called(path: str, names: list[str]) -> None:
    assert selected(INDEX, SourceFile(path, b"")) == names


@pytest.mark.parametrize("magic", EXECUTABLE_MAGIC)
def test_executables_are_selected_for_their_content(magic: bytes) -> None:
    index = Index((analyzer("binary", executables=True), analyzer("jar", suffixes=frozenset({".jar"}))))
    binary = magic.ljust(120, b"\0")
    assert selected(index, SourceFile("bin/a", binary, 0o755)) == ["binary"]
    assert selected(index, SourceFile("bin/a.jar", binary, 0o100)) == ["binary", "jar"]
    assert selected(index, SourceFile("bin/a", binary, 0o644)) == []
    assert selected(index, SourceFile("bin/a", magic, 0o755)) == []
    assert selected(index, SourceFile("bin/a", b"#!/bin/sh".ljust(120), 0o755)) == []


def test_an_index_wants_what_any_analyzer_wants() -> None:
    assert INDEX.wants.selects("a/Cargo.lock")
    assert INDEX.wants.selects("a/b.jar")
    assert not INDEX.wants.selects("a/b.txt")
    assert not INDEX.wants.executables


TEXTS = st.sampled_from(("", "a", "b", "a.b", ".b", "b.", "A.B", ".a.b", "ab.b"))
PATHS = st.lists(TEXTS.filter(bool), min_size=1, max_size=3).map("/".join)
WANTS = st.builds(
    Wants,
    names=st.frozensets(TEXTS, max_size=2),
    suffixes=st.frozensets(st.sampled_from((".a", ".b")), max_size=2),
    paths=st.frozensets(PATHS, max_size=2),
    children=st.frozensets(st.tuples(st.just("") | PATHS, TEXTS), max_size=2),
    patterns=st.frozensets(st.builds(Pattern, TEXTS, TEXTS, TEXTS), max_size=2),
)


@given(st.lists(WANTS, max_size=5), PATHS)
def test_the_index_selects_what_each_analyzer_would_select(wanted: list[Wants], path: str) -> None:
    analyzers = tuple(Analyzer(str(number), ANYWHERE, wants, lambda _: iter(())) for number, wants in enumerate(wanted))
    expected = [one.name for one in analyzers if one.wants.selects(path)]
    assert selected(Index(analyzers), SourceFile(path, b"")) == expected
