"""What the integrations around `qscanner` read of SARIF, in the order of the contract."""

import pytest
from tests.unit.reports.cases import result
from tests.unit.reports.sarif.reading import Item, Log, read

from hullcheck.reports.sarif import render


@pytest.fixture(scope="module")
def log() -> Log:
    return read(render(result("image-with-gaps")))


def _found(log: Log, name: str) -> Item:
    return next(found for found in log.results if found.text("properties", "packageName") == name)


def test_typescript_reads_rules(log: Log) -> None:
    for rule in log.rules:
        assert rule.text("id").startswith("CVE-")
        assert rule.number("properties", "severity") in {1, 2, 3, 4, 5}
        assert rule.text("shortDescription", "text").startswith(rule.text("id"))
        assert rule.text("fullDescription", "text")
        assert rule.text("defaultConfiguration", "level") in {"error", "warning", "note"}


def test_typescript_reads_results(log: Log) -> None:
    found = _found(log, "jinja2")
    assert found.text("ruleId") == "CVE-2019-10906"
    assert found.text("level") == "error"
    assert found.number("properties", "severity") == 4
    assert found.texts("properties", "cves") == ["CVE-2019-10906"]
    assert found.at("properties", "cvssScore").value == 8.6
    assert found.text("properties", "packageName") == "jinja2"
    assert found.text("properties", "installedVersion") == "2.10"
    assert found.text("properties", "fixedVersion") == "2.10.1"


def test_typescript_reads_locations(log: Log) -> None:
    (location,) = _found(log, "jinja2").nodes("locations")
    assert location.text("physicalLocation", "artifactLocation", "uri") == (
        "registry.example%3A5000/team/shop/opt/shop/lib/python3.9/site-packages/jinja2-2.10.dist-info/METADATA"
    )
    package, layer = location.nodes("logicalLocations")
    assert (package.text("name"), package.text("kind")) == ("jinja2", "package")
    assert (layer.text("name"), layer.text("kind")) == ("sha256:" + "3" * 64, "layer")
    assert layer.text("properties", "command").startswith("RUN /bin/sh -c pip install")


def test_jenkins_reads_the_run(log: Log) -> None:
    run = log.run.at("properties")
    assert run.text("imageID") == run.text("imageId") == "sha256:" + "e" * 64
    assert run.text("imageDigest") == run.text("repoDigest") == "sha256:" + "f" * 64
    assert run.text("os") == run.text("operatingSystem") == "Debian GNU/Linux 11 (bullseye)"
    assert run.text("imageName") == "registry.example:5000/team/shop:1.4.2"
    assert run.texts("repoTags") == ["registry.example:5000/team/shop:1.4.2"]
    assert [layer.text("LayerContentHash")[7] for layer in run.nodes("layerInfo")] == ["1", "2", "3", "4"]
    assert run.nodes("layerInfo")[3].text("Command") == "COPY node_modules /opt/shop/web/node_modules # buildkit"


def test_jenkins_reads_the_first_artifact(log: Log) -> None:
    artifact = log.run.nodes("artifacts")[0]
    assert artifact.text("location", "uri") == "registry.example%3A5000/team/shop"
    properties = artifact.at("properties")
    assert properties.text("imageID") == properties.text("imageId") == "sha256:" + "e" * 64
    assert properties.text("repoDigest") == properties.text("imageDigest") == "sha256:" + "f" * 64
    assert (properties.text("osName"), properties.text("osVersion")) == ("debian", "11")


def test_jenkins_reads_rules(log: Log) -> None:
    rule = next(rule for rule in log.rules if rule.text("id") == "CVE-2019-10906")
    assert rule.number("properties", "severity") == rule.number("properties", "customerSeverity") == 4
    assert rule.texts("properties", "cve-ids") == rule.texts("properties", "cves") == ["CVE-2019-10906"]


def test_jenkins_reads_results(log: Log) -> None:
    found = _found(log, "libssl1.1")
    (software,) = found.nodes("properties", "vulnerableSoftware")
    assert software.text("name") == "libssl1.1"
    assert software.text("installedVersion") == "1.1.1k-1+deb11u1"
    assert software.text("fixedVersion") == found.text("properties", "fixedVersion")
    assert software.text("layerSHA") == "sha256:" + "2" * 64
    assert found.text("properties", "affectedPackage") == "libssl1.1"
    assert found.text("properties", "packageVersion") == "1.1.1k-1+deb11u1"


def test_ids_and_scores_that_only_the_vendor_gives_are_not_made_up(log: Log) -> None:
    for item in (*log.rules, *log.results):
        assert not any(item.has("properties", name) for name in ("qid", "QID", "qds"))


def test_pipelines_read_the_verdict_and_the_counts(log: Log) -> None:
    run = log.run.at("properties")
    assert run.text("verdict") == "incomplete"
    assert run.text("policyResult") == "NONE"
    assert run.flag("complete") is False
    assert run.number("counts", "critical") == 7
    assert run.number("counts", "total") == 36
