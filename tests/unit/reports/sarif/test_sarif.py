"""SARIF, as its readers want it."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.reports import large
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft4Validator  # type: ignore[import-untyped]
from tests.unit.records import values
from tests.unit.reports.cases import NAMES, result
from tests.unit.reports.sarif.reading import Log, read

from hullcheck.model.coverage import Coverage
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.result import ScanResult
from hullcheck.model.severity import Severity
from hullcheck.reports.sarif import render

SCHEMA = Path(__file__).parents[4] / ".." / "shared" / "schemas" / "sarif-2.1.0.schema.json"
VALIDATOR = Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
RELATIVE = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=@%-]+(/[A-Za-z0-9._~!$&'()*+,;=@%-]+)*")


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(values(ScanResult))
def test_any_result_gives_valid_sarif_that_github_takes(scanned: object) -> None:
    assert isinstance(scanned, ScanResult)
    named = tuple(replace(finding, id=finding.id or "GHSA-0") for finding in scanned.findings)
    text = render(replace(scanned, findings=named))
    assert [error.message for error in VALIDATOR.iter_errors(json.loads(text))] == []
    _check_what_github_asks(read(text))


@pytest.mark.parametrize("case", NAMES)
def test_every_case_is_what_github_takes(case: str) -> None:
    _check_what_github_asks(read(render(result(case))))


def _check_what_github_asks(log: Log) -> None:
    for rule in log.rules:
        assert rule.text("help", "text")
        assert rule.text("help", "markdown")
        assert rule.text("shortDescription", "text")
        assert len(rule.text("shortDescription", "text")) <= 1024
        assert len(rule.text("fullDescription", "text")) <= 1024
        assert len(rule.texts("properties", "tags")) <= 20
        assert rule.text("properties", "precision")
    for found in log.results:
        assert log.rules[found.number("ruleIndex")].text("id") == found.text("ruleId")
        assert found.text("message", "text")
        assert found.text("partialFingerprints", "primaryLocationLineHash")
        assert found.nodes("locations")
        for location in found.nodes("locations"):
            assert RELATIVE.fullmatch(location.text("physicalLocation", "artifactLocation", "uri"))
            assert ".." not in location.text("physicalLocation", "artifactLocation", "uri").split("/")
            assert location.number("physicalLocation", "region", "startLine") >= 1


def test_a_vulnerability_is_one_rule_and_a_finding_is_one_result() -> None:
    log = read(render(result("image-with-gaps")))
    assert len(log.results) == 36
    assert len(log.rules) == len({rule.text("id") for rule in log.rules}) == 22


def test_the_same_result_gives_the_same_text() -> None:
    assert render(result("image-with-gaps")) == render(result("image-with-gaps"))


def test_what_could_not_be_looked_at_makes_the_run_unsuccessful() -> None:
    run = read(render(result("image-with-gaps"))).run
    (invocation,) = run.nodes("invocations")
    assert invocation.flag("executionSuccessful") is False
    notes = invocation.nodes("toolExecutionNotifications")
    assert [note.text("descriptor", "id") for note in notes] == ["malformed"] * 4 + ["unsupported", "no-advisories"]
    assert {note.text("level") for note in notes} == {"error"}
    assert "line 3: expected an object" in notes[0].text("message", "text")
    described = {each.text("id") for each in run.nodes("tool", "driver", "notifications")}
    assert described == {"malformed", "unsupported", "no-advisories"}


def test_a_complete_scan_is_successful_and_says_when_it_was() -> None:
    (invocation,) = read(render(result("empty"))).run.nodes("invocations")
    assert invocation.flag("executionSuccessful") is True
    assert invocation.text("endTimeUtc") == "2026-02-03T04:05:06Z"
    assert not invocation.has("toolExecutionNotifications")


def test_what_was_left_out_is_a_property_of_the_run() -> None:
    scanned = result("empty")
    assert '"excluded"' not in render(scanned)
    without = replace(scanned, coverage=replace(scanned.coverage, excluded=("test/",)))
    assert json.loads(render(without))["runs"][0]["properties"]["excluded"] == ["test/"]


def test_thousands_of_gaps_are_counted_and_not_all_listed() -> None:
    gaps = tuple(Gap(GapKind.MALFORMED, f"{number}.json", "not JSON") for number in range(1500))
    scanned = replace(result("empty"), coverage=Coverage((), (), gaps))
    (invocation,) = read(render(scanned)).run.nodes("invocations")
    notes = invocation.nodes("toolExecutionNotifications")
    assert len(notes) == 1001
    assert notes[-1].text("message", "text").startswith("500 more")


def test_of_more_findings_than_github_takes_the_worst_are_listed_and_the_run_says_so() -> None:
    scanned = large(25_040)
    log = read(render(scanned))
    assert len(log.results) == 25_000
    assert log.results[0].text("partialFingerprints", "hullcheckFingerprint/v1") == scanned.findings[0].fingerprint
    notes = log.run.nodes("invocations")[0].nodes("toolExecutionNotifications")
    assert notes[-1].text("message", "text").startswith("25000 of 25040 findings are listed, the worst")
    # Thousands of rules share the room for details, for GitHub takes no more than 10 MB, compressed.
    whole = read(render(large(40))).rules[0].text("fullDescription", "text")
    assert whole.startswith(log.rules[0].text("fullDescription", "text").removesuffix("…"))
    assert len(log.rules[0].text("fullDescription", "text")) < len(whole)


@pytest.mark.parametrize(
    ("severity", "level", "number", "score"),
    [
        (Severity.CRITICAL, "error", 5, "9.0"),
        (Severity.HIGH, "error", 4, "7.2"),
        (Severity.MEDIUM, "warning", 3, "6.9"),
        (Severity.LOW, "note", 2, "3.9"),
        (Severity.NEGLIGIBLE, "note", 1, "0.1"),
        (Severity.UNKNOWN, "warning", 1, ""),
    ],
)
def test_severity_is_said_in_every_way_that_is_read(severity: Severity, level: str, number: int, score: str) -> None:
    # The CVSS score is 7.2: where a distribution rates its package differently, GitHub must show the distribution's.
    scanned = result("one-finding")
    log = read(render(replace(scanned, findings=(replace(scanned.findings[0], severity=severity),))))
    assert log.results[0].text("level") == log.rules[0].text("defaultConfiguration", "level") == level
    assert log.results[0].number("properties", "severity") == log.rules[0].number("properties", "severity") == number
    assert (log.rules[0].text("properties", "security-severity") if score else "") == score
    assert log.rules[0].has("properties", "security-severity") is bool(score)


def test_a_severity_without_a_score_gets_a_usual_one() -> None:
    scanned = result("one-finding")
    log = read(render(replace(scanned, findings=(replace(scanned.findings[0], cvss=()),))))
    assert log.rules[0].text("properties", "security-severity") == "8.0"
    assert not log.results[0].has("properties", "cvssScore")


def test_a_rule_has_the_worst_severity_of_its_findings() -> None:
    scanned = result("repo-lock-files")
    mild = tuple(
        replace(f, severity=Severity.LOW) if f.package.place.startswith("admin") else f for f in scanned.findings
    )
    log = read(render(replace(scanned, findings=mild)))
    rule = next(rule for rule in log.rules if rule.text("id") == "CVE-2021-23337")
    assert rule.text("properties", "severityName") == "high"


def test_the_message_says_what_to_upgrade_to_what() -> None:
    messages = {found.text("message", "text") for found in read(render(result("image-with-gaps"))).results}
    assert (
        "Upgrade libssl1.1 from 1.1.1k-1+deb11u1 to 1.1.1k-1+deb11u2 (source package openssl): it is affected by "
        "CVE-2022-0778 (high): Infinite loop in BN_mod_sqrt() reachable when parsing certificates"
    ) in messages
    assert (
        "tar 1.34+dfsg-1, for which no fixed version is known, is affected by CVE-2005-2541 (negligible): "
        "tar does not warn about setuid files"
    ) in messages


def test_weaknesses_become_tags_as_github_spells_them() -> None:
    log = read(render(result("image-with-gaps")))
    rule = next(rule for rule in log.rules if rule.text("id") == "CVE-2022-1292")
    assert rule.texts("properties", "tags") == ["security", "vulnerability", "critical", "external/cwe/cwe-078"]


def test_a_rule_has_no_more_tags_than_github_takes() -> None:
    scanned = result("one-finding")
    (match,) = scanned.findings[0].matches
    weak = replace(match, advisory=replace(match.advisory, cwes=tuple(f"CWE-{number}" for number in range(100, 140))))
    (rule,) = read(render(replace(scanned, findings=(replace(scanned.findings[0], matches=(weak,)),)))).rules
    tags = rule.texts("properties", "tags")
    assert tags[:4] == ["security", "vulnerability", "high", "external/cwe/cwe-100"]
    assert len(tags) == 20


def test_known_exploited_flaws_are_tagged() -> None:
    assert "known-exploited" in read(render(result("repo-lock-files"))).rules[0].texts("properties", "tags")


def test_help_says_what_is_affected_how_to_fix_it_and_where_to_read_on() -> None:
    log = read(render(result("image-with-gaps")))
    help_ = next(rule for rule in log.rules if rule.text("id") == "CVE-2019-10906").text("help", "markdown")
    assert "| jinja2 | 2.10 | &lt; 2.10.1 | Upgrade to 2.10.1 | PYSEC-2019-217 (PyPI) |" in help_
    assert "* <https://advisories.example/PYSEC-2019-217>\n* <https://security.example/PYSEC-2019-217>" in help_
    assert "javascript:" not in help_
    assert "* Also known as: GHSA-462w-v97r-4m45, PYSEC-2019-217" in help_
    assert r"\#\# Impact" in help_
    assert r"An \*attacker\* who controls the input can &lt;b&gt;misuse&lt;/b&gt; it, see \[the report\](x)." in help_


def test_names_of_the_target_are_no_markup_in_help_and_no_link_in_messages() -> None:
    log = read(render(result("hostile-names")))
    for rule in log.rules:
        assert "<img" not in rule.text("help", "markdown")
        assert re.search(r"(?<!\\)\]\(", rule.text("help", "markdown")) is None
    for found in log.results:
        assert re.search(r"(?<!\\)\[", found.text("message", "text")) is None
    assert "\x1b" not in "".join(found.text("message", "text") for found in log.results)
