"""What is read of SBOMs that real tools write, and of odd ones: a folder is a case."""

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from hullcheck.errors import MalformedFile
from hullcheck.inventory.take import finish
from hullcheck.model.inventory import Inventory
from hullcheck.model.package import Package, Scope
from hullcheck.model.source_file import SourceFile
from hullcheck.sources.sbom.document import parse_sbom

CASES = Path(__file__).parents[3] / "cases" / "sboms"
NAMES = sorted(path.parent.name for path in CASES.glob("*/sbom.json"))


def described(inventory: Inventory) -> dict[str, Any]:
    system = inventory.distribution
    shown = {
        "distribution": [system.id, system.version, system.name, system.codename, list(system.like)]
        if system
        else None,
        "packages": [package(it) for it in inventory.packages],
        "requirements": [[it.purl.to_string(), it.location.path] for it in inventory.requirements],
        "gaps": [[it.kind.value, it.subject, it.reason] for it in inventory.gaps],
    }
    return {name: value for name, value in shown.items() if value}


def package(it: Package) -> dict[str, Any]:
    shown = {
        "purl": it.purl.to_string(),
        "place": it.place,
        "locations": [location.path for location in it.locations if location.path != "sbom.json"],
        "layer": it.locations[0].layer,
        "scope": it.scope.value if it.scope is not Scope.RUNTIME else "",
        "licences": list(it.licences),
    }
    return {name: value for name, value in shown.items() if value}


@pytest.mark.parametrize("name", NAMES)
def test_an_sbom_is_read_as_expected(name: str) -> None:
    _, inventory = parse_sbom(SourceFile("sbom.json", (CASES / name / "sbom.json").read_bytes()))
    found = described(inventory)
    path = CASES / name / "expected.json"
    if os.environ.get("UPDATE_CASES") and (not path.exists() or json.loads(path.read_text()) != found):
        path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
        pytest.fail(f"{path} was written: read it")
    assert found == json.loads(path.read_text())


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_sbom_is_malformed_and_nothing_else(name: str) -> None:
    content = (CASES / name / "sbom.json").read_bytes()
    dice = random.Random(name)
    for _ in range(150):
        damaged = bytearray(content[: dice.choice([len(content), dice.randrange(len(content))])])
        for _ in range(dice.randrange(4)):
            if damaged:
                damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        try:
            _, inventory = parse_sbom(SourceFile("sbom.json", bytes(damaged)))
        except MalformedFile:
            continue
        finish(inventory)


@pytest.mark.parametrize("name", NAMES)
def test_values_of_other_types_are_malformed_and_nothing_else(name: str) -> None:
    document = json.loads((CASES / name / "sbom.json").read_text())
    for number, holder, key in places(document):
        original = holder[key]
        holder[key] = [None, 1, "x", [], {}, [1], True][number % 7]
        try:
            parse_sbom(SourceFile("sbom.json", json.dumps(document).encode()))
        except MalformedFile:
            pass
        finally:
            holder[key] = original


def places(document: Any) -> list[tuple[int, Any, Any]]:
    """Return where the values of a document stand, up to so many as a test has time for."""
    found: list[tuple[Any, Any]] = []
    waiting = [document]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else []
        for key in keys:
            found.append((holder, key))
            waiting.append(holder[key])
    return [(number, *place) for number, place in enumerate(found[:400])]
