from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.ecosystems.cargo import CARGO
from hullcheck.ecosystems.cargo.crate import crate_purl
from hullcheck.ecosystems.ecosystem import Analyzer
from hullcheck.errors import MalformedFile
from hullcheck.model.source_file import SourceFile

LINES = st.sampled_from(
    [
        *("[[package]]", 'name = "a"', 'name = ""', "name = 1", 'version = "1.0.0"', 'version = ""', "version = 4"),
        *('source = "x"', "source = {}", 'dependencies = ["a", "b 1", "c 1 (x)", ""]', "dependencies = [1]", "[root]"),
        *(
            "[dependencies]",
            'a = "1"',
            "a = 1",
            'a.path = "x"',
            "a.workspace = true",
            'a.workspace = "x"',
            "[workspace]",
        ),
        *(
            "[target.x.dependencies]",
            "target = 1",
            'b = { package = "c", version = "1" }',
            "b = { optional = 3 }",
            "[package]",
        ),
    ]
)


@pytest.mark.parametrize("analyzer", CARGO.analyzers, ids=lambda analyzer: analyzer.name)
@given(lines=st.lists(LINES, max_size=12))
def test_any_table_is_read_or_malformed(analyzer: Analyzer, lines: list[str]) -> None:
    with suppress(MalformedFile):
        list(analyzer.parse(SourceFile("Cargo", "\n".join(lines).encode())))


@pytest.mark.parametrize("name", ["", "a b", "a/b", "ü", "a" * 129, "@a", "."])
def test_what_no_registry_takes_is_no_crate(name: str) -> None:
    assert crate_purl(name) is None
