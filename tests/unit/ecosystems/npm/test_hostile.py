import json
import time
from contextlib import suppress

import pytest
from hypothesis import given
from tests.unit.ecosystems.hostile import JsonValue, values

from hullcheck.ecosystems.ecosystem import Analyzer
from hullcheck.ecosystems.npm import NPM
from hullcheck.errors import MalformedFile
from hullcheck.model.source_file import SourceFile

KEYS = [
    *("name", "version", "lockfileVersion", "packages", "dependencies", "devDependencies", "optionalDependencies"),
    *("license", "licenses", "type", "link", "dev", "optional", "resolved", "", "node_modules/a", "node_modules/@a/b"),
]
TEXTS = ["1.0.0", "npm:a@1", "npm:", "file:x", "https://a/b-1.2.3.tgz", "git+ssh://a@b/c", "@a/b", "node_modules/", "/"]
PATHS = {"npm-installed": "node_modules/a/package.json", "npm-lockfile": "package-lock.json"}


@pytest.mark.parametrize("analyzer", NPM.analyzers, ids=lambda analyzer: analyzer.name)
@given(document=values(KEYS, TEXTS))
def test_any_document_is_read_or_malformed(analyzer: Analyzer, document: JsonValue) -> None:
    file = SourceFile(PATHS.get(analyzer.name, "package.json"), json.dumps(document).encode())
    try:
        found = list(analyzer.parse(file))
    except MalformedFile:
        return
    assert all(item is not None for item in found)


def test_deeply_nested_dependencies_are_refused() -> None:
    document = '{"dependencies":' + '{"a":{"version":"1.0.0","dependencies":' * 150 + "{}" + "}}" * 150 + "}"
    analyzer = next(analyzer for analyzer in NPM.analyzers if analyzer.name == "npm-lockfile")
    with pytest.raises(MalformedFile, match="levels of dependencies"):
        list(analyzer.parse(SourceFile("package-lock.json", document.encode())))


LONG = "k" * 1_000_000
MANY = {f"name-{number}": {"version": "1.0.0"} for number in range(50_000)}
MANY_RANGES = dict.fromkeys(MANY, "^1.0.0")


@pytest.mark.parametrize(
    "document",
    [
        {"packages": {LONG: {"dependencies": MANY_RANGES}}},
        {"packages": {"/" * 100_000: {"dependencies": MANY_RANGES}}},
        {"packages": {"a/" * 30 + "b": {"dependencies": MANY_RANGES}}},
        {"packages": {f"node_modules/{name}": {} for name in MANY}},
        {"packages": {f"node_modules/\u00fc{name}": {} for name in MANY}},
        {"dependencies": {LONG: {"version": "npm:a@1.0.0", "dependencies": MANY}}},
        {"dependencies": {"a": {"version": "https://" + "-1.1.1" * 100_000, "dependencies": MANY}}},
        {"dependencies": {"a": {"version": "a/" + "a-1.1.1" * 100_000 + ".tgz", "dependencies": MANY}}},
    ],
    ids=range(8),
)
def test_long_and_many_names_take_no_longer_than_their_length(document: JsonValue) -> None:
    file = SourceFile("package-lock.json", json.dumps(document).encode())
    analyzer = next(analyzer for analyzer in NPM.analyzers if analyzer.name == "npm-lockfile")
    started = time.monotonic()
    with suppress(MalformedFile):
        list(analyzer.parse(file))
    assert time.monotonic() - started < 5
