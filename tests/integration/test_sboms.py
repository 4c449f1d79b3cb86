"""SBOMs as other tools write them."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.integration.conftest import Hullcheck

pytestmark = pytest.mark.xdist_group("integration")

OPENSSL = "pkg:deb/debian/libssl1.1@1.1.1k-1%2Bdeb11u1?arch=amd64&upstream=openssl&distro=debian-11"
LODASH = "pkg:npm/lodash@4.17.20"

CYCLONEDX: dict[str, Any] = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.4",
    "version": 1,
    "components": [
        {"type": "library", "name": "libssl1.1", "version": "1.1.1k-1+deb11u1", "purl": OPENSSL},
        {
            "type": "application",
            "name": "web",
            "components": [{"type": "library", "name": "lodash", "version": "4.17.20", "purl": LODASH}],
        },
        {"type": "operating-system", "name": "debian", "version": "11"},
    ],
}
SPDX: dict[str, Any] = {
    "spdxVersion": "SPDX-2.3",
    "SPDXID": "SPDXRef-DOCUMENT",
    "name": "app",
    "packages": [
        {
            "name": purl.partition("@")[0],
            "SPDXID": f"SPDXRef-{number}",
            "downloadLocation": "NOASSERTION",
            "externalRefs": [
                {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}
            ],
        }
        for number, purl in enumerate((OPENSSL, LODASH))
    ],
}


@pytest.mark.parametrize("document", [CYCLONEDX, SPDX], ids=["CycloneDX", "SPDX"])
def test_packages_of_an_sbom_are_compared_like_those_of_a_target(
    hullcheck: Hullcheck, tmp_path: Path, document: dict[str, Any]
) -> None:
    file = tmp_path / "bom.json"
    file.write_text(json.dumps(document))
    run = hullcheck("sbom", file, "-f", "json")
    assert run.code == 51
    findings = run.findings()
    assert findings["pkg:deb/debian/libssl1.1 CVE-2022-0778"]["fixed"] == "1.1.1k-1+deb11u2"
    assert findings["pkg:npm/lodash CVE-2021-23337"]["fixed"] == "4.17.21"
    assert [gap["subject"] for gap in run.json()["coverage"]["gaps"]] == ["Debian:11"]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"bomFormat": "CycloneDX"}', '{"spdxVersion": "SPDX-3.0"}', "<bom/>"]
)
def test_what_is_no_sbom_is_one_clear_line(hullcheck: Hullcheck, tmp_path: Path, content: str) -> None:
    file = tmp_path / "bom.json"
    file.write_text(content)
    run = hullcheck("sbom", file)
    assert (run.code, run.out) == (10, "")
    assert run.err.count("\n") == 1


def test_an_sbom_without_packages_does_not_look_clean(hullcheck: Hullcheck, tmp_path: Path) -> None:
    file = tmp_path / "bom.json"
    file.write_text(json.dumps({**CYCLONEDX, "components": []}))
    run = hullcheck("sbom", file)
    assert run.code == 51
    assert "no packages" in run.out
