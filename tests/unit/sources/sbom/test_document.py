"""SBOM files, and what is none."""

import json
from pathlib import Path
from typing import Any

import pytest

from hullcheck.errors import SbomError
from hullcheck.model.target import TargetKind
from hullcheck.net.http import Http
from hullcheck.sources.open import open_target
from hullcheck.sources.options import Limits, SourceOptions

EMPTY: dict[str, dict[str, Any]] = {
    "cyclonedx": {"bomFormat": "CycloneDX", "specVersion": "1.4"},
    "spdx": {"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT"},
}


def refused(path: Path, **options: Any) -> SbomError:
    with Http() as http, pytest.raises(SbomError) as raised:  # noqa: SIM117 (the error comes from the inner one)
        with open_target(TargetKind.SBOM, str(path), http, SourceOptions(**options)):
            raise AssertionError
    assert "\n" not in raised.value.message
    assert raised.value.hint
    return raised.value


@pytest.mark.parametrize("style", sorted(EMPTY))
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\n \t"])
def test_the_format_is_told_by_the_document(tmp_path: Path, style: str, mark: bytes) -> None:
    path = tmp_path / "any.name"
    path.write_bytes(mark + json.dumps(EMPTY[style]).encode())
    with Http() as http, open_target(TargetKind.SBOM, str(path), http) as target:
        assert (target.target.source, target.trees) == (style, ())
        assert target.inventory is not None
        assert target.inventory.packages == ()


@pytest.mark.parametrize("version", ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"])
def test_all_versions_of_cyclonedx_are_read(tmp_path: Path, version: str) -> None:
    path = tmp_path / "bom.json"
    component = {"type": "library", "name": "a", "version": "1", "purl": "pkg:npm/a@1"}
    path.write_text(json.dumps({**EMPTY["cyclonedx"], "specVersion": version, "components": [component]}))
    with Http() as http, open_target(TargetKind.SBOM, str(path), http) as target:
        assert target.inventory is not None
        assert [it.purl.to_string() for it in target.inventory.packages] == ["pkg:npm/a@1"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[]", "expected an object"),
        ("{}", "neither CycloneDX nor SPDX"),
        ('{"bomFormat": "CycloneDX"}', "version '' is not read"),
        ('{"bomFormat": "CycloneDX", "specVersion": "2.0"}', "version '2.0' is not read"),
        ('{"specVersion": "1.4"}', "is not read"),
        ('{"spdxVersion": "SPDX-3.0"}', "SPDX-3.0 is not read"),
        ('{"spdxVersion": 2}', "expected text"),
        ('{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []}', "SPDX 3 is not read"),
        ("SPDXVersion: SPDX-2.3\n", "tag-value form is not read"),
        ('<?xml version="1.0"?><bom/>', "XML is not read"),
        ("---\nspdxVersion: SPDX-2.3\n", "YAML is not read"),
        ('{"bomFormat": "CycloneDX", "specVersion": "1.4", "components": {}}', "components: expected a list"),
        (
            '{"bomFormat": "CycloneDX", "specVersion": "1.4", "components": [{"purl": "pkg:npm/a@1"}]}',
            "name: expected text",
        ),
        ('{"spdxVersion": "SPDX-2.3", "packages": [{"name": "a"}]}', "SPDXID: expected text"),
    ],
)
def test_what_is_no_sbom_ends_in_one_clear_line(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "sbom"
    path.write_text(content)
    error = refused(path)
    assert str(path) in error.message
    assert problem in error.message


def test_a_deep_document_is_malformed_or_read_to_its_depth(tmp_path: Path) -> None:
    path = tmp_path / "bom.json"
    path.write_text('{"bomFormat": "CycloneDX", "specVersion": "1.4", "components": ' + '[{"components": ' * 5000)
    assert "not JSON" in refused(path).message


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path / "gone.json").message
    assert "a directory" in refused(tmp_path).message


def test_a_file_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bom.json"
    path.write_text(json.dumps(EMPTY["spdx"]))
    assert "of which at most 10 are read" in refused(path, limits=Limits(sbom=10)).message


def test_a_dependency_graph_in_circles_ends(tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(2000)]
    applications = [
        {
            "type": "application",
            "name": f"{it}.lock",
            "bom-ref": it,
            "properties": [{"name": "aquasecurity:trivy:Type", "value": "npm"}],
        }
        for it in names
    ]
    path = tmp_path / "bom.json"
    dependencies = [{"ref": it, "dependsOn": names} for it in names[:300]]
    path.write_text(json.dumps({**EMPTY["cyclonedx"], "components": applications, "dependencies": dependencies}))
    with Http() as http, open_target(TargetKind.SBOM, str(path), http) as target:
        assert target.inventory is not None
        assert target.inventory.gaps == ()
