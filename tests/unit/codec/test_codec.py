"""Results as JSON, and back."""

import json
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packageurl import PackageURL
from scripts import result_schema
from tests.unit.json_schema import problems
from tests.unit.records import values

from hullcheck import codec
from hullcheck.errors import MalformedFile
from hullcheck.model.advisory import Advisory, AffectedRange
from hullcheck.model.coverage import Coverage
from hullcheck.model.decision import Action, Counts, Decision, Verdict
from hullcheck.model.finding import Finding, Match
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.layer import BaseEvidence, BaseImage, Image, Layer
from hullcheck.model.package import Location, Package
from hullcheck.model.platforms import ScannedPlatform
from hullcheck.model.result import ScanResult
from hullcheck.model.severity import Severity
from hullcheck.model.target import Target, TargetKind

_SCHEMA = codec.json_schema()
_RUN = "RUN apt-get install openssl " + "x" * 300


def _advisory(identifier: str = "DEBIAN-CVE-2022-0778", *, feed: str = "Debian", details: str = "Long.") -> Advisory:
    return Advisory(identifier, feed, (), (), "Loop", details, "", "", (), (), (), ())


def _finding(advisory: Advisory, path: str = "var/lib/dpkg/status") -> Finding:
    package = Package(PackageURL("deb", "debian", "openssl", "1.1.1k-1"), (Location(path, "sha256:1"),))
    match = Match(advisory, AffectedRange("0", "1.1.1n"), "openssl 1.1.1k-1", "1.1.1n")
    return Finding(
        "f00", "CVE-2022-0778", (), package, Severity.HIGH, "Debian", (), "1.1.1n", "Loop", (match,), epss=0.25
    )


def _result(*findings: Finding) -> ScanResult:
    layer = Layer("sha256:1", "sha256:2", 10, "tar", _RUN)
    image = Image("sha256:3", "sha256:4", ("shop:1",), "linux/amd64", "", "", (("b", "1"), ("a", "2")), (layer,))
    return ScanResult(
        "0.1.0",
        "2026-01-01T00:00:00Z",
        Target(TargetKind.IMAGE, "shop:1", "oci-layout", image),
        None,
        tuple(finding.package for finding in findings),
        findings,
        Counts(0, len(findings), 0, 0, 0, 0),
        Coverage((), (), (Gap(GapKind.MALFORMED, "a.json", "not JSON"),)),
        Decision(Verdict.INCOMPLETE, Action.NONE, (), ("the scan is incomplete",)),
    )


def _document(result: ScanResult) -> dict[str, object]:
    document: dict[str, object] = json.loads(codec.encode(result))
    return document


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(values(ScanResult))
def test_any_result_survives_the_round_trip_and_follows_the_schema(result: object) -> None:
    assert isinstance(result, ScanResult)
    document = codec.encode(result)
    assert document.isascii()
    assert codec.decode(document) == result
    assert codec.encode(codec.decode(document)) == document
    assert problems(_SCHEMA, json.loads(document)) == []


def test_the_published_schema_is_current() -> None:
    assert result_schema.FILE.read_text(encoding="utf-8") == result_schema.text(), "run scripts/result_schema.py"


def test_the_schema_says_what_it_describes_in_the_names_of_the_document() -> None:
    finding = json.loads(result_schema.text())["$defs"]["Finding"]
    assert "`severitySource` says" in finding["description"]
    assert "_" not in "".join(finding["properties"])


def test_a_finding_tells_its_package_place_layer_and_command() -> None:
    finding = json.loads(codec.encode(_result(_finding(_advisory()))))["findings"][0]
    assert finding["package"]["purl"] == "pkg:deb/debian/openssl@1.1.1k-1"
    (location,) = finding["package"]["locations"]
    assert location["path"] == "var/lib/dpkg/status"
    assert location["layer"] == "sha256:1"
    assert location["command"].startswith("RUN apt-get install openssl")


def test_a_long_command_is_cut_in_locations_and_whole_in_layers() -> None:
    document = json.loads(codec.encode(_result(_finding(_advisory()))))
    assert document["target"]["image"]["layers"][0]["createdBy"] == _RUN
    assert len(document["findings"][0]["package"]["locations"][0]["command"]) == 200


def _based(layers: int) -> ScanResult:
    result = _result(_finding(_advisory()))
    image = result.target.image
    assert image is not None
    upper = replace(image.layers[0], diff_id="sha256:9")
    base = BaseImage("debian:12", "sha256:8", layers, BaseEvidence.GIVEN)
    based = replace(image, layers=(*image.layers, upper), base=base)
    return replace(result, target=replace(result.target, image=based))


def test_what_comes_from_the_base_image_is_told_of_findings_packages_and_counts() -> None:
    document = json.loads(codec.encode(_based(1)))
    assert document["target"]["image"]["base"] == {
        "name": "debian:12",
        "digest": "sha256:8",
        "layers": 1,
        "evidence": "given",
    }
    assert document["findings"][0]["inherited"] is True
    assert document["findings"][0]["package"]["inherited"] is True
    assert document["packages"][0]["inherited"] is True
    assert [document["origins"][which]["high"] for which in ("inherited", "added")] == [1, 0]
    assert codec.decode(codec.encode(_based(1))) == _based(1)


def _several() -> ScanResult:
    """Return a result for two platforms that share their lowest layer, with a finding of both and one of the second."""
    result = _result(_finding(_advisory()), _finding(_advisory()))
    image = result.target.image
    assert image is not None
    own = replace(image.layers[0], diff_id="sha256:9", created_by="COPY arm")
    images = (image, replace(image, id="sha256:5", platform="linux/arm64", layers=(*image.layers, own)))
    first, second = result.findings
    second = replace(second, package=replace(second.package, place="x", locations=(Location("x", "sha256:9"),)))
    hidden = replace(first.package, place="y", locations=(Location("y", "sha256:1", 0, ("linux/amd64",)),))
    return replace(
        result,
        target=replace(result.target, image=None, images=images),
        findings=(first, second),
        packages=(first.package, second.package, hidden),
        platforms=tuple(ScannedPlatform(it.platform, it.id, None) for it in images),
    )


def test_which_platforms_have_it_is_told_of_packages_findings_and_counts() -> None:
    document = json.loads(codec.encode(_several()))
    both, arm = ["linux/amd64", "linux/arm64"], ["linux/arm64"]
    assert [it["platforms"] for it in document["packages"]] == [both, arm, ["linux/amd64"]]
    assert [it["platforms"] for it in document["findings"]] == [both, arm]
    assert [it["package"]["platforms"] for it in document["findings"]] == [both, arm]
    assert [(it["name"], it["counts"]["high"]) for it in document["platforms"]] == [
        ("linux/amd64", 1),
        ("linux/arm64", 2),
    ]
    assert "image" not in document["target"]
    assert document["packages"][1]["locations"][0]["command"] == "COPY arm"
    assert codec.decode(codec.encode(_several())) == _several()


def test_with_one_platform_none_is_told() -> None:
    document = codec.encode(_result(_finding(_advisory())))
    assert b'"platforms"' not in document
    assert b'"images"' not in document


def test_where_the_layers_of_the_base_are_not_known_nothing_is_told() -> None:
    for result in (_based(0), _result(_finding(_advisory()))):
        document = codec.encode(result)
        assert b'"inherited"' not in document
        assert b'"origins"' not in document


def test_what_an_image_does_not_configure_is_left_out() -> None:
    image = json.loads(codec.encode(_result()))["target"]["image"]
    assert set(image) == {"id", "digest", "tags", "platform", "created", "user", "labels", "layers"}


def test_documents_from_before_images_had_more_are_read() -> None:
    result = _result(_finding(_advisory()))
    assert codec.decode(codec.encode(result)) == result
    assert problems(_SCHEMA, json.loads(codec.encode(result))) == []


def test_an_advisory_stands_once_however_many_findings_name_it() -> None:
    document = codec.encode(_result(*(_finding(_advisory(details="Very long.")) for _ in range(9))))
    assert document.count(b"Very long.") == 1
    assert json.loads(document)["findings"][8]["matches"][0]["advisory"] == "Debian/DEBIAN-CVE-2022-0778"


def test_different_advisories_of_one_id_are_kept_apart() -> None:
    result = _result(*(_finding(_advisory(details=text)) for text in ("one", "two", "one", "three")))
    assert list(json.loads(codec.encode(result))["advisories"]) == [
        "Debian/DEBIAN-CVE-2022-0778",
        "Debian/DEBIAN-CVE-2022-0778#2",
        "Debian/DEBIAN-CVE-2022-0778#3",
    ]
    assert codec.decode(codec.encode(result)) == result


def test_an_id_that_looks_like_a_numbered_key_is_not_mistaken_for_it() -> None:
    advisories = (_advisory("A"), _advisory("A#2"), _advisory("A", details="other"), _advisory("A", feed="Debian/A"))
    result = _result(*map(_finding, advisories))
    assert codec.decode(codec.encode(result)) == result


def test_equal_results_give_equal_bytes_whatever_objects_they_share() -> None:
    shared = _advisory()
    apart = _result(_finding(_advisory()), _finding(_advisory()))
    together = _result(_finding(shared), _finding(shared))
    assert codec.encode(apart) == codec.encode(together)


def test_what_follows_from_the_rest_is_written_for_readers() -> None:
    document = json.loads(codec.encode(_result(_finding(_advisory()))))
    assert document["coverage"]["complete"] is False
    assert document["decision"]["passed"] is False
    assert document["counts"]["total"] == 1


def test_what_lacks_is_left_out_and_lists_are_always_there() -> None:
    finding = json.loads(codec.encode(_result(_finding(_advisory()))))["findings"][0]
    assert finding["epss"] == 0.25
    assert "epssPercentile" not in finding
    assert "kevAdded" not in finding
    assert finding["aliases"] == []
    assert finding["package"]["licences"] == []
    assert "line" not in finding["package"]["locations"][0]


def test_people_find_the_decision_before_the_long_lists() -> None:
    names = list(_document(_result()))
    assert names[0] == "schemaVersion"
    assert names[-3:] == ["findings", "advisories", "packages"]


def test_labels_of_an_image_are_an_object_in_their_order() -> None:
    assert b'"labels": {\n        "b": "1",\n        "a": "2"\n      }' in codec.encode(_result())


@pytest.mark.parametrize("text", ["\x1b[31m", "\x9b31m", "\u202egpj.exe", "日本語", "👩\u200d🚀", "\x7f", "\u2028"])
def test_no_byte_beyond_printable_ascii_is_written(text: str) -> None:
    result = _result(_finding(_advisory(), path=text))
    document = codec.encode(result)
    assert all(byte == 0x0A or 0x20 <= byte < 0x7F for byte in document)
    assert codec.decode(document) == result


def test_a_name_that_is_not_utf8_becomes_visible_text() -> None:
    result = _result(_finding(_advisory(), path=b"caf\xe9/\xf0".decode("utf-8", "surrogateescape")))
    read = codec.decode(codec.encode(result))
    assert read.findings[0].package.locations[0].path == r"caf\udce9/\udcf0"


def test_packages_that_findings_share_are_read_back_equal() -> None:
    result = _result(_finding(_advisory()))
    read = codec.decode(codec.encode(result))
    assert read.findings[0].package == read.packages[0]


def _with(change: tuple[str, str]) -> bytes:
    document = codec.encode(_result(_finding(_advisory())))
    old, new = (part.encode() for part in change)
    assert old in document
    return document.replace(old, new)


@pytest.mark.parametrize(
    ("change", "place", "problem"),
    [
        (('"schemaVersion": "1.0"', '"schemaVersion": "2.0"'), "schemaVersion", "'2.0' is not known"),
        (('"schemaVersion": "1.0",', ""), "", "not a result of Hullcheck"),
        (('"id": "CVE-2022-0778"', '"id": 7'), "findings[0].id", "Expected `str`, got `int`"),
        (('"severity": "high"', '"severity": "grave"'), "findings[0].severity", "Invalid enum value 'grave'"),
        (('"fixed": "1.1.1n",', ""), "findings[0].matches[0].range", ""),
        (('"Debian/DEBIAN-CVE-2022-0778": {', '"Other": {'), "findings[0].matches[0].advisory", "no advisory has the"),
        (('"pkg:deb/', '"deb/'), "findings[0].package.purl", "purl is missing the required"),
        (('"purl": "', '"purl": 1, "x": "'), "findings[0].package.purl", "expected text"),
        (('"total"', '"sum"'), "counts", "unknown field `sum`"),
        (('"summary": "Loop"', '"summary": null'), "advisories[...].summary", "Expected `str`, got `null`"),
    ],
)
def test_a_malformed_result_is_refused_with_the_place(change: tuple[str, str], place: str, problem: str) -> None:
    if place == "findings[0].matches[0].range":
        change = ('"introduced": "0",', "")
        problem = "Object missing required field `introduced`"
    with pytest.raises(MalformedFile) as caught:
        codec.decode(_with(change), "old.json")
    assert caught.value.path == "old.json"
    assert caught.value.place == place
    assert problem in caught.value.problem


@pytest.mark.parametrize(
    "document", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"schemaVersion": 1}', b'"\\ud800"', b"[" * 100_000]
)
def test_what_is_no_result_is_refused(document: bytes) -> None:
    with pytest.raises(MalformedFile):
        codec.decode(document)


def test_a_result_that_is_cut_anywhere_is_refused() -> None:
    document = codec.encode(_result(_finding(_advisory()))).rstrip()
    for end in range(0, len(document), 13):
        with pytest.raises(MalformedFile):
            codec.decode(document[:end])


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0),
    st.integers(0, 40),
    st.sampled_from((b"", b"null", b"-1e999", b"[", b"\xff", b"\\ud800", b"@%zz#?", b"//")),
)
def test_a_result_that_is_damaged_anywhere_is_read_or_refused(at: int, cut: int, put: bytes) -> None:
    document = codec.encode(_result(_finding(_advisory())))
    at %= len(document)
    with suppress(MalformedFile):
        codec.decode(document[:at] + put + document[at + cut :])


def test_the_schema_refuses_what_the_decoder_refuses() -> None:
    document = _document(_result(_finding(_advisory())))
    assert not problems(_SCHEMA, document)
    assert problems(_SCHEMA, {**document, "schemaVersion": "2.0"})
    assert problems(_SCHEMA, {**document, "extra": 1})


def test_advisories_stand_in_the_order_of_their_keys() -> None:
    document = json.loads(codec.encode(_result(*(_finding(_advisory(name)) for name in "CAB"))))
    assert all(one < other for one, other in pairwise(document["advisories"]))


def test_a_tuple_of_one_type_is_not_read_as_another() -> None:
    result = _result(_finding(_advisory()))
    other = replace(result, decision=replace(result.decision, reasons=("a", "b")))
    assert codec.decode(codec.encode(other)).decision.reasons == ("a", "b")
