"""The table, as people see it."""

import re
import unicodedata
from dataclasses import replace

import pytest
from benchmarks.reports import large
from hypothesis import HealthCheck, given, settings
from rich.cells import cell_len
from rich.text import Text
from tests.unit.records import values
from tests.unit.reports.cases import NAMES, result

from hullcheck.model.coverage import Coverage
from hullcheck.model.decision import Action, Breach, Decision, Verdict
from hullcheck.model.finding import Finding
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.layer import BaseEvidence, BaseImage
from hullcheck.model.package import Location
from hullcheck.model.result import ScanResult
from hullcheck.model.severity import Severity
from hullcheck.policy.thresholds import count
from hullcheck.reports.terminal import draw, render

SEQUENCE = re.compile(r"\x1b\[[0-9;]*m")
GAP = Gap(GapKind.MALFORMED, "a.json", "not JSON", "mend it")


def _with(scanned: ScanResult, *findings: Finding) -> ScanResult:
    return replace(scanned, findings=findings, counts=count(findings))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(values(ScanResult))
def test_any_result_can_be_drawn_and_steers_no_terminal(scanned: object) -> None:
    assert isinstance(scanned, ScanResult)
    text = render(scanned)
    assert not any(unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"} for each in text.replace("\n", ""))
    coloured = draw(scanned, width=80, colour=True)
    assert SEQUENCE.sub("", coloured).count("\x1b") == 0


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(values(ScanResult))
def test_no_result_with_a_gap_looks_clean(scanned: object) -> None:
    assert isinstance(scanned, ScanResult)
    lines = render(replace(scanned, coverage=replace(scanned.coverage, gaps=(GAP,)))).splitlines()
    assert any("the scan is incomplete" in line.lower() for line in lines)
    assert not any(re.fullmatch(r"No known vulnerabilities in [\d,]+ packages?\.", line) for line in lines)
    assert "PASSED" not in lines


@pytest.mark.parametrize("case", NAMES)
@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal(case: str, width: int) -> None:
    for line in draw(result(case), width=width, colour=False).splitlines():
        assert cell_len(line) <= width, line


@pytest.mark.parametrize("case", NAMES)
def test_colours_change_nothing_but_colours(case: str) -> None:
    coloured = SEQUENCE.sub("", draw(result(case), width=100, colour=True))
    plain = draw(result(case), width=100, colour=False)
    assert [line.rstrip() for line in coloured.splitlines()] == plain.splitlines()
    assert "\x1b" not in plain


def test_a_severity_has_its_colour() -> None:
    drawn = Text.from_ansi(draw(result("thresholds-exceeded"), width=100, colour=True))
    styles = {drawn.plain[span.start : span.end].strip(): str(span.style) for span in drawn.spans}
    assert styles["critical"] == "bold color(1)"
    assert styles["medium"] == "color(3)"
    assert styles["KEV"] == "bold color(7) on color(1)"
    assert styles["FAILED: more findings than allowed"] == "bold color(1)"


def test_a_clean_and_complete_scan_says_how_much_it_looked_at() -> None:
    text = render(result("empty"))
    assert "\nNo known vulnerabilities in 2 packages.\n" in text
    assert text.endswith("\nPASSED\n")
    assert "What to do next" not in text


def test_no_findings_with_gaps_is_not_clean_and_names_what_is_missing_at_once() -> None:
    lines = render(result("starter-set")).splitlines()
    start = lines.index("No known vulnerabilities in what was looked at (2 packages), but the scan is incomplete:")
    assert lines[start + 1] == "  ! only the built-in starter set of advisories: 2"
    assert lines[start + 2].startswith("Coverage is minimal: only the built-in starter set")
    assert "`hullcheck db update`" in lines[start + 2]


def test_findings_with_the_starter_set_say_that_coverage_is_minimal() -> None:
    scanned = result("starter-set")
    found = _with(scanned, replace(result("old-data").findings[0], severity=Severity.CRITICAL))
    text = render(found)
    assert "The scan is incomplete, so there may be more" in text
    assert "Coverage is minimal" in text


def test_allowed_gaps_do_not_look_like_a_clean_pass() -> None:
    assert "\nPASSED, although the scan is incomplete\n" in render(result("old-data"))


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict.DENIED, "DENIED by policy"),
        (Verdict.THRESHOLD_EXCEEDED, "FAILED: more findings than allowed"),
        (Verdict.INCOMPLETE, "INCOMPLETE: not everything could be looked at"),
        (Verdict.AUDITED, "PASSED with a warning of a policy"),
        (Verdict.PASSED, "PASSED"),
    ],
)
def test_the_verdict_and_its_reasons_stand_last(verdict: Verdict, words: str) -> None:
    decision = Decision(verdict, Action.NONE, (Breach(Severity.HIGH, 1, 0),), ("one reason", "another one"))
    lines = render(replace(result("empty"), decision=decision)).splitlines()
    assert lines[-3:] == [words, "  - one reason", "  - another one"]


def test_a_finding_shows_severity_id_exploitation_fix_and_title() -> None:
    (row,) = (line for line in render(result("repo-lock-files")).splitlines() if "CVE-2021-44228" in line)
    assert row.split() == ["critical", "CVE-2021-44228", "KEV", "2.15.0", "Remote", "code", "injection", "in", "Log4j"]


def test_a_package_shows_version_origin_and_the_upgrade_that_fixes_most() -> None:
    lines = render(result("image-with-gaps")).splitlines()
    assert "libssl1.1, openssl 1.1.1k-1+deb11u1  → 1.1.1v-0~deb11u1 fixes all" in lines
    assert "libc6 2.31-13+deb11u5 (of glibc)" in lines
    assert "lodash 4.17.20  → 4.17.21 fixes 2 of 3" in render(result("thresholds-exceeded")).splitlines()
    repo = render(result("repo-lock-files")).splitlines()
    assert "lodash 4.17.20 (transitive)  → 4.17.21 fixes all" in repo
    assert "jinja2 2.10 (development)" in repo


def test_a_place_shows_its_findings_its_packages_and_the_layer_that_brought_them() -> None:
    lines = render(result("image-with-gaps")).splitlines()
    head = lines.index("opt/shop/web · npm  3 findings in 2 of 3 packages")
    assert lines[head + 2] == "  layer 4 of 4: COPY node_modules /opt/shop/web/node_modules # buildkit"


def test_a_group_from_several_layers_names_none() -> None:
    scanned = result("image-with-gaps")
    other = replace(
        scanned.findings[0],
        package=replace(scanned.findings[0].package, locations=(Location("x", scanned.target.image.layers[0].diff_id),))
        if scanned.target.image
        else scanned.findings[0].package,
    )
    assert "layer 2 of 4" not in render(_with(scanned, other, *scanned.findings[1:]))


def test_every_id_is_in_the_table_however_many_a_package_has() -> None:
    scanned = large(1000)
    text = render(scanned)
    assert {finding.id for finding in scanned.findings} <= set(re.findall(r"CVE-\d+-\d+", text))


def test_exploited_flaws_get_a_row_even_behind_many_others() -> None:
    template = result("one-finding").findings[0]
    flaws = [replace(template, id=f"CVE-2020-{n:04}", kev_added="2024-01-01" if n == 30 else "") for n in range(40)]
    text = render(_with(result("one-finding"), *flaws))
    assert re.search(r"^  high +CVE-2020-0030 +KEV", text, re.MULTILINE)
    assert "31 more, fixed in 4.17.21: CVE-2020-0008, CVE-2020-0009," in text


def test_long_titles_are_cut_and_ids_versions_and_names_are_not() -> None:
    scanned = result("one-finding")
    package = replace(scanned.findings[0].package, place="deeply/" * 12 + "package-lock.json")
    finding = replace(
        scanned.findings[0], package=package, title="word " * 100, fixed="2:8.2.3995-1ubuntu2.17+esm1~really8.1"
    )
    text = draw(_with(scanned, finding), width=80, colour=False)
    flat = "".join(text.split())
    assert "deeply/" * 12 + "package-lock.json" in flat
    assert "2:8.2.3995-1ubuntu2.17+esm1~really8.1" in text
    assert " word word word w…\n" in text


def test_what_to_do_next_names_the_few_best_upgrades_and_counts_the_others() -> None:
    text = render(large(1000))
    section = text[text.index("What to do next") : text.index("Coverage")]
    assert len(re.findall(r"^  \d\. Upgrade ", section, re.MULTILINE)) == 5
    assert re.search(r"35 more upgrades would remove [\d,]+ more\.", section)
    assert "--format json,sarif --output-dir DIR" in section
    assert "1. Upgrade openssl from 1.1.1k-1+deb11u1 to 1.1.1v-0~deb11u1: removes 28" in render(
        result("image-with-gaps")
    )


def test_coverage_says_what_was_looked_at_with_which_data_and_until_when() -> None:
    text = render(result("old-data"))
    assert "looked at   1 package in 1 file (dpkg-status)" in text
    assert "Debian 11  1 package with 39,857 advisories until 2023-07-14" in text
    assert "all from https://osv.example, fetched 2026-02-03" in text


def test_a_feed_that_holds_nothing_is_said_to_hold_nothing() -> None:
    scanned = result("empty")
    nothing = replace(scanned.coverage.feeds[0], advisories=0, origin="", fetched="", data_until="")
    text = render(replace(scanned, coverage=replace(scanned.coverage, feeds=(nothing,))))
    assert "crates.io  2 packages with no advisories\n" in text


def test_gaps_are_counted_with_examples_and_each_hint_once() -> None:
    gaps = tuple(replace(GAP, subject=f"{number}.json") for number in range(12))
    text = render(replace(result("empty"), coverage=Coverage((), (), gaps)))
    assert "! files that do not follow their format: 12" in text
    assert "2.json: not JSON" in text
    assert "3.json" not in text
    assert "and 9 more" in text
    assert text.count("mend it") == 1


def test_what_was_left_out_is_said() -> None:
    scanned = result("empty")
    assert "left out" not in render(scanned)
    text = render(replace(scanned, coverage=replace(scanned.coverage, excluded=("test/", "*.\x1block"))))
    assert "  left out    test/, *.\\x1block (as you asked)\n" in text


def test_wide_characters_keep_the_columns_straight() -> None:
    scanned = result("one-finding")
    template = scanned.findings[0]
    flaws = (replace(template, id="漏洞-1", title="標題"), replace(template, id="CVE-2020-28500", title="title"))
    lines = render(_with(scanned, *flaws)).splitlines()
    columns = [
        cell_len(line[: line.index(word)])
        for word in ("標題", "title")
        for line in lines
        if line.endswith(word) and "high" in line
    ]
    assert len(set(columns)) == 1


def test_very_long_names_are_cut() -> None:
    scanned = result("one-finding")
    package = replace(scanned.findings[0].package, place="x" * 100_000)
    text = draw(_with(scanned, replace(scanned.findings[0], package=package)), width=80, colour=False)
    assert len(text) < 5_000


def test_a_terminal_that_is_too_narrow_gets_what_needs_the_least_room() -> None:
    assert draw(result("empty"), width=0, colour=False) == draw(result("empty"), width=40, colour=False)


def _on(base: BaseImage | None, user: str = "1000", platform: str = "linux/amd64") -> str:
    scanned = result("image-with-base")
    image = scanned.target.image
    assert image is not None
    changed = replace(image, base=base, user=user, platform=platform)
    return render(replace(scanned, target=replace(scanned.target, image=changed)))


def test_what_comes_from_the_base_image_is_marked_and_counted() -> None:
    text = _on(BaseImage("debian:12", "", 2, BaseEvidence.KNOWN_LAYERS))
    assert "built on debian:12, which was scanned before: the lowest 2 of 4 layers" in text
    assert "3 of 6 findings come from the base image debian:12" in text
    assert "tar 1.34+dfsg-1 (from the base image)" in text
    assert "libssl1.1, openssl 1.1.1k-1+deb11u1 (partly from the base image)" in text
    assert "Build on a newer debian:12: 3 findings came with it." in text


@pytest.mark.parametrize(
    ("evidence", "sentence"),
    [
        (BaseEvidence.ANNOTATION, "built on debian:12, as the image says: which layers come from there is not known"),
        (BaseEvidence.GIVEN, "not built on debian:12, as you say: the lowest layers of the image are others"),
    ],
)
def test_a_base_whose_layers_are_not_known_marks_nothing(evidence: BaseEvidence, sentence: str) -> None:
    text = _on(BaseImage("debian:12", "", 0, evidence))
    assert sentence in text
    assert "from the base image" not in text
    assert "newer" not in text
    assert "base" not in _on(None)


def test_a_base_without_a_name_is_called_by_its_digest() -> None:
    assert "built on sha256:123, as" in _on(BaseImage("", "sha256:123", 0, BaseEvidence.ANNOTATION))


def test_what_an_image_adds_alone_is_counted_too() -> None:
    text = _on(BaseImage("debian:12", "", 1, BaseEvidence.GIVEN))
    assert "0 of 6 findings come from the base image debian:12" in text
    assert "(from the base image)" not in text
    assert "Build on a newer" not in text


@pytest.mark.parametrize(
    ("user", "platform", "expected"),
    [
        ("app:app", "linux/arm64", "runs as app:app"),
        ("", "linux/arm64", "runs as root"),
        ("", "windows/amd64", ""),
        ("\x1b[31m", "linux/amd64", "runs as \\x1b[31m"),
    ],
)
def test_who_a_container_runs_as_is_told(user: str, platform: str, expected: str) -> None:
    line = _on(None, user, platform).splitlines()[1]
    assert line.endswith(expected or "read from registry")
