import gzip
import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.advisories.feeds import task

from hullcheck.advisories.build import update
from hullcheck.advisories.common_shard import CommonShard
from hullcheck.advisories.refresh import Outcome, Refreshed
from hullcheck.advisories.schema import COMMON, file_name
from hullcheck.advisories.status import status
from hullcheck.model.advisory import Enrichment
from hullcheck.model.severity import Cvss

V2 = "AV:N/AC:L/Au:N/C:P/I:P/A:P"
V3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"

KEV = {"vulnerabilities": [{"cveID": "CVE-2026-1000", "dateAdded": "2026-01-02", "notes": 5}]}
EPSS = """\
#model_version:v1,score_date:2026-01-30T12:55:00Z
cve,epss,percentile
CVE-2026-1000,0.94,0.99912
CVE-2026-2000,0,1
"""
CVSS = f"""\
cve,vector,base_score,cvss_version,ssvc_exploitation,source
CVE-2026-1000,{V3},1.0,3.1,none,CISA-ADP
CVE-2026-1000,{V2},,2.0,,
CVE-2026-3000,,,,active,
"""


def build(tmp_path: Path, files: Mapping[str, bytes]) -> Refreshed:
    for name, content in files.items():
        path = tmp_path / "feeds" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (found,) = update([COMMON], task(tmp_path / "feeds", tmp_path / "db"))
    return found


def known(tmp_path: Path, *cves: str) -> dict[str, Enrichment]:
    with closing(CommonShard(tmp_path / "db" / file_name(COMMON))) as shard:
        return dict(shard.enrichment(cves))


def whole() -> dict[str, bytes]:
    return {
        "kev.json": json.dumps(KEV).encode(),
        "epss/epss_scores.csv.gz": gzip.compress(EPSS.encode(), mtime=0),
        "cvss/cve_cvss.csv.gz": gzip.compress(CVSS.encode(), mtime=0),
    }


def test_all_sources_are_joined(tmp_path: Path) -> None:
    assert build(tmp_path, whole()).outcome is Outcome.BUILT
    assert known(tmp_path, "CVE-2026-1000", "CVE-2026-2000", "CVE-2026-3000", "CVE-2026-4000") == {
        "CVE-2026-1000": Enrichment(
            "CVE-2026-1000",
            (Cvss("3.1", V3, 9.8, "CISA-ADP"), Cvss("2.0", V2, 7.5, "CVE record")),
            0.94,
            0.99912,
            "2026-01-02",
        ),
        "CVE-2026-2000": Enrichment("CVE-2026-2000", (), 0.0, 1.0),
    }


@pytest.mark.parametrize("name", whole())
def test_a_source_that_is_not_there_is_not_missed(tmp_path: Path, name: str) -> None:
    files = whole()
    del files[name]
    assert build(tmp_path, files).outcome is Outcome.BUILT
    found = known(tmp_path, "CVE-2026-1000")["CVE-2026-1000"]
    assert (not found.kev_added) == (name == "kev.json")
    assert (found.epss is None) == (name == "epss/epss_scores.csv.gz")
    assert (not found.cvss) == (name == "cvss/cve_cvss.csv.gz")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("kev.json", b""),
        ("kev.json", b"{}"),
        ("kev.json", b'{"vulnerabilities": []}'),
        ("kev.json", b'{"vulnerabilities": [5]}'),
        ("kev.json", b'{"vulnerabilities": [{"cveID": "GHSA-1", "dateAdded": "2026-01-01"}]}'),
        ("epss/epss_scores.csv.gz", b"cve,epss,percentile\nCVE-2026-1000,0.9,0.9\n"),
        ("epss/epss_scores.csv.gz", gzip.compress(EPSS.encode(), mtime=0)[:-9]),
        ("epss/epss_scores.csv.gz", gzip.compress(b"", mtime=0)),
        ("epss/epss_scores.csv.gz", gzip.compress(b"<html>no such page</html>\n", mtime=0)),
        ("epss/epss_scores.csv.gz", gzip.compress(b"cve,epss,percentile\n", mtime=0)),
        ("epss/epss_scores.csv.gz", gzip.compress(b"cve,epss,percentile\nCVE-2026-1000,nan,2\n", mtime=0)),
        ("epss/epss_scores.csv.gz", gzip.compress(b"cve,epss,percentile\n\xff\xfe\n", mtime=0)),
        ("epss/epss_scores.csv.gz", gzip.compress(bytes(1 << 20), mtime=0)),
        ("epss/epss_scores.csv.gz", gzip.compress(b"cve,epss,percentile\n" + b'"' * (1 << 20), mtime=0)),
        ("cvss/cve_cvss.csv.gz", gzip.compress(b"cve,vector,source\nCVE-2026-1000,CVSS:3.1/AV:N,NVD\n", mtime=0)),
    ],
)
def test_a_source_that_says_nothing_leaves_the_old_shard_in_use(tmp_path: Path, name: str, content: bytes) -> None:
    build(tmp_path, whole())
    found = build(tmp_path, {name: content})
    assert (found.outcome, found.usable) == (Outcome.FAILED, True)
    assert found.error is not None
    assert Path(name).name in found.error.message
    assert known(tmp_path, "CVE-2026-1000")["CVE-2026-1000"].kev_added == "2026-01-02"


def test_entries_that_cannot_be_read_are_counted_and_named(tmp_path: Path) -> None:
    files = whole() | {"epss/epss_scores.csv.gz": gzip.compress(EPSS.encode() + b"CVE-2026-5000,high,\n", mtime=0)}
    assert build(tmp_path, files).outcome is Outcome.BUILT
    (shard,) = status(tmp_path / "db")
    assert (shard.shard, shard.left_out, shard.contents) == (COMMON, 1, None)
    assert [problem.record for problem in shard.problems] == ["CVE-2026-5000"]


def test_a_table_that_expands_without_end_is_refused(tmp_path: Path) -> None:
    lines = gzip.compress((b"#" * 4000 + b"\n") * 2500, mtime=0)
    content = gzip.compress(b"cve,epss,percentile\nCVE-2026-1000,0.94,0.99912\n", mtime=0) + lines * 14
    found = build(tmp_path, {"epss/epss_scores.csv.gz": content})
    assert found.outcome is Outcome.FAILED
    assert found.error is not None
    assert "larger than such a table can be" in found.error.message
