import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.advisories.feeds import entry, record

from hullcheck.advisories.osv import Record, RecordReader
from hullcheck.errors import MalformedFile
from hullcheck.model.advisory import Advisory, AffectedRange, Reference
from hullcheck.model.severity import Cvss, Rating, Severity
from hullcheck.versions.dpkg import DPKG
from hullcheck.versions.pep440 import PEP440
from hullcheck.versions.semver import SEMVER

V3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
V4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
BELOW_TWO = ({"introduced": "0"}, {"fixed": "2"})

PYPI = RecordReader("PyPI", PEP440)
NPM = RecordReader("npm", SEMVER)
DEBIAN = RecordReader("Debian", DPKG)


def read(reader: RecordReader, content: Mapping[str, object]) -> Record:
    return reader.read("record.json", json.dumps(content).encode())


def the_advisory(reader: RecordReader, content: Mapping[str, object]) -> Advisory:
    (statement,) = read(reader, content).statements
    return statement.advisory


def test_a_record_is_read_whole() -> None:
    content = record(
        "GHSA-aaaa-bbbb-cccc",
        entry("a", *BELOW_TWO),
        schema_version="1.7.0",
        published="2026-01-01T00:00:00Z",
        aliases=["CVE-2026-1", "PYSEC-2026-1", "CVE-2026-1"],
        upstream=["CVE-2026-2"],
        related=["CVE-2026-3"],
        summary="short",
        details="long",
        severity=[{"type": "CVSS_V3", "score": V3}, {"type": "CVSS_V4", "score": V4}],
        references=[{"type": "FIX", "url": "https://example.org/fix"}],
        database_specific={"severity": "MODERATE", "cwe_ids": ["CWE-1000", "CWE-79", "NVD-CWE-noinfo"]},
        credits=[{"name": "someone"}],
    )
    assert the_advisory(PYPI, content) == Advisory(
        id="GHSA-aaaa-bbbb-cccc",
        feed="PyPI",
        aliases=("CVE-2026-1", "PYSEC-2026-1"),
        upstream=("CVE-2026-2",),
        summary="short",
        details="long",
        published="2026-01-01T00:00:00Z",
        modified="2026-08-01T00:00:00Z",
        cvss=(Cvss("3.1", V3, 9.8, "GHSA-aaaa-bbbb-cccc"), Cvss("4.0", V4, 9.3, "GHSA-aaaa-bbbb-cccc")),
        ratings=(Rating(Severity.MEDIUM, "GitHub"),),
        cwes=("CWE-79", "CWE-1000"),
        references=(Reference("FIX", "https://example.org/fix"),),
    )


def test_null_is_nothing() -> None:
    nothing = dict.fromkeys(
        ("aliases", "upstream", "severity", "references", "database_specific", "summary", "details", "withdrawn")
    )
    affected = entry("a", *BELOW_TWO, versions=None, severity=None, ecosystem_specific=None, database_specific=None)
    assert the_advisory(PYPI, record("X-1", affected, **nothing)).aliases == ()
    assert read(PYPI, {"id": "X-1", "modified": "", "affected": None}).statements == ()


def test_entries_of_other_ecosystems_and_of_none_are_ignored() -> None:
    content = record(
        "X-1",
        entry("a", *BELOW_TWO, ecosystem="npm"),
        entry("b", *BELOW_TWO),
        {"ranges": [{"type": "GIT", "repo": "https://example.org/r", "events": [{"introduced": "0"}]}]},
    )
    assert [statement.package for statement in read(PYPI, content).statements] == ["b"]


@pytest.mark.parametrize("ecosystem", ["Debian:12", "Debian", "Debian:sid:x"])
def test_the_release_is_all_behind_the_first_colon(ecosystem: str) -> None:
    (statement,) = read(DEBIAN, record("X-1", entry("a", *BELOW_TWO, ecosystem=ecosystem))).statements
    assert statement.release == ecosystem.removeprefix("Debian").removeprefix(":")


def test_a_withdrawn_record_says_nothing() -> None:
    found = read(PYPI, record("X-1", entry("a", *BELOW_TWO), withdrawn="2026-01-01T00:00:00Z"))
    assert found.withdrawn
    assert found.statements == ()


def test_commits_are_not_versions() -> None:
    git = {"type": "GIT", "repo": "https://example.org/r", "events": [{"introduced": "0"}, {"fixed": "a" * 40}]}
    affected = {"package": {"ecosystem": "PyPI", "name": "a"}, "ranges": [git], "versions": ["1.0"]}
    (statement,) = read(PYPI, record("X-1", affected)).statements
    assert [span.range for span in statement.spans] == [AffectedRange("1.0", last_affected="1.0")]
    assert statement.undecided == ()


def test_ranges_of_both_kinds_of_versions_are_compared_alike() -> None:
    ranges = [{"type": kind, "events": list(BELOW_TWO)} for kind in ("SEMVER", "ECOSYSTEM")]
    (statement,) = read(NPM, record("X-1", {"package": {"ecosystem": "npm", "name": "a"}, "ranges": ranges})).statements
    assert statement.spans[0] == statement.spans[1]


def test_two_events_in_one_object_both_count() -> None:
    (statement,) = read(PYPI, record("X-1", entry("a", {"introduced": "1", "fixed": "2"}))).statements
    assert [span.range for span in statement.spans] == [AffectedRange("1", "2")]


@pytest.mark.parametrize(
    "affected",
    [
        {"ranges": []},
        {"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]},
        {"ranges": [{"type": "ECOSYSTEM", "events": []}]},
        {"ranges": [{"type": "CALVER", "events": [{"introduced": "0"}]}]},
        {"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"abandoned": "1.0.0"}]}]},
        {"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "next"}]}]},
        {"ranges": [{"type": "SEMVER", "events": [{"fixed": "1.0.0"}]}]},
    ],
)
def test_what_cannot_be_compared_is_undecided(affected: Mapping[str, object]) -> None:
    content = record("X-1", {"package": {"ecosystem": "npm", "name": "a"}, **affected})
    (statement,) = read(NPM, content).statements
    assert statement.spans == ()
    assert len(statement.undecided) == 1


def test_a_range_that_cannot_be_compared_leaves_the_others() -> None:
    ranges = [
        {"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "next"}]},
        {"type": "SEMVER", "events": [{"introduced": "2.0.0"}, {"fixed": "2.1.0"}]},
    ]
    content = record(
        "X-1", {"package": {"ecosystem": "npm", "name": "a"}, "ranges": ranges, "versions": ["1.0.0", "?"]}
    )
    found = read(NPM, content)
    (statement,) = found.statements
    assert [span.range for span in statement.spans] == [
        AffectedRange("2.0.0", "2.1.0"),
        AffectedRange("1.0.0", last_affected="1.0.0"),
    ]
    assert statement.undecided == ("fixed 'next' cannot be ordered",)
    assert found.problems == ("version '?' cannot be ordered",)


@pytest.mark.parametrize(
    ("where", "source"),
    [
        ({"ecosystem_specific": {"urgency": "low"}}, "Debian"),
        ({"ecosystem_specific": {"severity": "low"}}, "Debian"),
        ({"database_specific": {"severity": "Low"}}, "GitHub"),
        ({"severity": [{"type": "Ubuntu", "score": "low"}]}, "Ubuntu"),
    ],
)
def test_a_word_of_an_entry_is_whose_it_is(where: Mapping[str, object], source: str) -> None:
    content = record("GHSA-1", entry("a", *BELOW_TWO, ecosystem="Debian:12", **where))
    assert the_advisory(DEBIAN, content).ratings == (Rating(Severity.LOW, source),)


def test_entries_with_the_same_severities_share_an_advisory() -> None:
    severities = [None, [{"type": "CVSS_V3", "score": V3}], None]
    found = read(
        PYPI, record("X-1", *(entry("a", *BELOW_TWO, severity=severity) for severity in severities))
    ).statements
    assert found[0].advisory is found[2].advisory
    assert [statement.advisory.cvss for statement in found[:2]] == [(), (Cvss("3.1", V3, 9.8, "X-1"),)]


@pytest.mark.parametrize("vector", ["", "7.5", V3.replace("AV:N", "AV:Q"), "x" * 100_000])
def test_a_broken_vector_is_a_problem_and_no_score(vector: str) -> None:
    found = read(PYPI, record("X-1", entry("a", *BELOW_TWO), severity=[{"type": "CVSS_V3", "score": vector}]))
    assert found.statements[0].advisory.cvss == ()
    assert len(found.problems) == 1
    assert len(found.problems[0]) < 1000


@pytest.mark.parametrize(
    "specific", [{"severity": 7, "cwe_ids": "CWE-79"}, {"cwe_ids": [1, None, {}]}, {"cwes": [{"cweId": 5}, "x"]}, {}]
)
def test_members_without_a_schema_may_be_anything(specific: Mapping[str, object]) -> None:
    content = record("X-1", entry("a", *BELOW_TWO, database_specific=specific), database_specific=specific)
    advisory = the_advisory(PYPI, content)
    assert (advisory.ratings, advisory.cwes) == ((), ())


def test_weaknesses_are_found_in_both_spellings() -> None:
    affected = entry("a", *BELOW_TWO, database_specific={"cwes": [{"cweId": "CWE-506", "name": "Embedded code"}]})
    assert the_advisory(PYPI, record("X-1", affected, database_specific={"cwe_ids": ["CWE-79"]})).cwes == (
        "CWE-79",
        "CWE-506",
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"modified": "2026-08-01T00:00:00Z"}',
        b'{"id": ""}',
        b'{"id": 5}',
        b'{"id": "X-1", "affected": {}}',
        b'{"id": "X-1", "affected": [{"package": {"name": "a"}}]}',
        b'{"id": "X-1", "affected": [{"package": {"ecosystem": "PyPI", "name": 5}}]}',
        b'{"id": "X-1", "affected": [{"ranges": [{"type": "SEMVER", "events": [{"introduced": 0}]}]}]}',
        b'{"id": "X-1", "affected": [{"versions": [1.0]}]}',
        b'{"id": "X-1", "aliases": "CVE-2026-1"}',
        b'{"id": "\xff"}',
        b'{"id": "\\ud800"}',
        b'{"id": "X-1", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_what_is_no_record_is_malformed(content: bytes) -> None:
    with pytest.raises(MalformedFile) as caught:
        PYPI.read("where.json", content)
    assert caught.value.path == "where.json"


def test_a_byte_order_mark_is_no_harm() -> None:
    assert PYPI.read("x", b"\xef\xbb\xbf" + json.dumps(record("X-1")).encode()).id == "X-1"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["0", "1.0", "PyPI", V3]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                (
                    "package",
                    "ecosystem",
                    "name",
                    "ranges",
                    "type",
                    "events",
                    "introduced",
                    "fixed",
                    "versions",
                    "severity",
                )
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(("affected", "severity", "aliases", "withdrawn", "database_specific")), JSON))
def test_any_json_is_a_record_or_malformed(members: dict[str, object]) -> None:
    try:
        found = read(PYPI, {"id": "X-1", **members})
    except MalformedFile:
        return
    assert found.id == "X-1"
