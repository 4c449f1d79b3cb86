import io
import struct
import time
import warnings
import zipfile
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.ecosystems.maven import MAVEN, archive
from hullcheck.ecosystems.maven.archive import parse_archive
from hullcheck.ecosystems.maven.contents import read_contents
from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.formats.zip import Archive
from hullcheck.model.package import Package, Requirement, Unread
from hullcheck.model.source_file import SourceFile


def jar(members: Mapping[str, bytes], *, stored: bool = False) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return output.getvalue()


def descriptor(group: str, artifact: str, version: str) -> dict[str, bytes]:
    content = f"version={version}\ngroupId={group}\nartifactId={artifact}\n".encode()
    return {f"META-INF/maven/{group}/{artifact}/pom.properties": content}


def library(artifact: str, version: str = "1.0") -> bytes:
    return jar({**descriptor("a.example", artifact, version), "A.class": b""})


def parse(path: str, content: bytes) -> list[Package | Requirement | Unread]:
    return list(parse_archive(SourceFile(path, content)))


def said(path: str, content: bytes) -> list[str]:
    return [_text(item) for item in parse(path, content)]


def _text(item: Package | Requirement | Unread) -> str:
    match item:
        case Package():
            return f"{item.purl.to_string().removeprefix('pkg:maven/')} {item.locations[0].path} in {item.place}"
        case Requirement():
            return f"{item.purl.to_string().removeprefix('pkg:maven/')} of {item.location.path}"
        case Unread():
            return f"unread {item.location.path}: {item.reason}"


def test_an_archive_counts_once_whatever_says_what_it_is() -> None:
    manifest = b"Implementation-Title: a\nImplementation-Version: 1.0\nBundle-SymbolicName: a.example.a\n"
    content = jar({"META-INF/MANIFEST.MF": manifest, **descriptor("a.example", "a", "1.0")})
    assert said("lib/a-1.0.jar", content) == ["a.example/a@1.0 lib/a-1.0.jar in lib"]


def test_an_archive_that_others_were_put_into_is_still_there() -> None:
    manifest = b"Implementation-Title: app\nImplementation-Version: 3.0\nImplementation-Vendor-Id: b.example\n"
    put_in = {**descriptor("a.example", "a", "1.0"), **descriptor("a.example", "b", "2.0")}
    assert said("app-3.0.jar", jar({"META-INF/MANIFEST.MF": manifest, **put_in})) == [
        "b.example/app@3.0 app-3.0.jar in app.jar",
        "a.example/a@1.0 app-3.0.jar!/META-INF/maven/a.example/a/pom.properties in app.jar",
        "a.example/b@2.0 app-3.0.jar!/META-INF/maven/a.example/b/pom.properties in app.jar",
    ]


def test_two_descriptors_of_one_name_both_count() -> None:
    output = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(output, "w") as made:
        warnings.simplefilter("ignore")
        for version in ("1.0", "2.0", "1.0"):
            for name, content in descriptor("a.example", "a", version).items():
                made.writestr(name, content)
    path = "app.jar!/META-INF/maven/a.example/a/pom.properties"
    assert said("x/app.jar", output.getvalue()) == [
        f"a.example/a@{version} x/{path} in x/app.jar" for version in ("1.0", "2.0")
    ]


MODEL = b"""<project><parent><groupId>a.example</groupId><version>1.${minor}</version></parent>
<artifactId>a</artifactId><properties><minor>2</minor></properties></project>"""


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"pom.xml": MODEL}, "a.example/a@1.2 lib/x.jar in lib"),
        (
            {"pom.properties": b"groupId=a.example\nartifactId=a\n", "pom.xml": MODEL},
            "a.example/a@1.2 lib/x.jar in lib",
        ),
        ({"pom.properties": b"version=${project.version}\n", "pom.xml": MODEL}, "a.example/a@1.2 lib/x.jar in lib"),
        ({"pom.properties": b"version=1.3\n"}, "a.example/a@1.3 lib/x.jar in lib"),
        ({"pom.properties": b""}, "a.example/a of lib/x.jar"),
        ({"pom.properties": b"version=1.3\\u\n"}, "unread lib/x.jar!/META-INF/maven/a.example/a/pom.properties"),
        ({"pom.xml": b"<project>"}, "unread lib/x.jar!/META-INF/maven/a.example/a/pom.xml"),
    ],
)
def test_what_a_descriptor_leaves_out_the_model_and_the_folder_say(members: dict[str, bytes], expected: str) -> None:
    content = jar({f"META-INF/maven/a.example/a/{name}": text for name, text in members.items()})
    assert said("lib/x.jar", content)[0].startswith(expected)


def test_the_file_name_says_the_version_that_its_descriptor_does_not() -> None:
    content = jar(descriptor("a.example", "a", "${project.version}"))
    assert said("lib/a-1.4.jar", content) == ["a.example/a@1.4 lib/a-1.4.jar in lib"]


def test_models_elsewhere_in_an_archive_are_data() -> None:
    assert said("lib/a-1.0.jar", jar({"archetype-resources/pom.xml": MODEL, "a/pom.properties": b"version=2\n",
                                      **descriptor("a.example", "a", "1.0")})) == [
        "a.example/a@1.0 lib/a-1.0.jar in lib"]  # fmt: skip


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize("suffix", ["jar", "war", "ear", "hpi", "JAR", "sar"])
def test_archives_in_an_archive_belong_to_the_outermost(suffix: str, stored: bool) -> None:
    inner = jar({"deep/b.jar": library("b"), **descriptor("a.example", "a", "1.0")}, stored=stored)
    outer = jar({f"lib/a-1.0.{suffix}": inner, **descriptor("a.example", "app", "5.0")}, stored=stored)
    path = f"srv/app-5.0.jar!/lib/a-1.0.{suffix}"
    assert said("srv/app-5.0.jar", outer) == [
        "a.example/app@5.0 srv/app-5.0.jar in srv",
        f"a.example/a@1.0 {path} in srv/app.jar",
        f"a.example/b@1.0 {path}!/deep/b.jar in srv/app.jar",
    ]


def test_a_broken_archive_in_an_archive_does_not_hide_the_others() -> None:
    damaged = bytearray(jar({"lib/broken.jar": library("x"), "lib/b.jar": library("b")}))
    directory = damaged.index(b"PK\x01\x02")
    struct.pack_into("<I", damaged, directory + 16, 0)
    found = said("app.jar", bytes(damaged))
    assert [text.partition(":")[0] for text in found] == [
        "unread app.jar!/lib/broken.jar",
        "a.example/b@1.0 app.jar!/lib/b.jar in app.jar",
    ]
    assert "unread app.jar!/lib/text.jar" in said("app.jar", jar({"lib/text.jar": b"text"}))[0]


def test_an_encrypted_archive_in_an_archive_is_not_passed_over() -> None:
    content = bytearray(jar({"lib/secret.jar": library("x")}))
    struct.pack_into("<H", content, content.index(b"PK\x01\x02") + 8, 1)
    assert said("app.jar", bytes(content)) == ["unread app.jar!/lib/secret.jar: is encrypted"]


def test_a_damaged_manifest_does_not_hide_the_descriptors() -> None:
    members = {"META-INF/MANIFEST.MF": b"A: 1\n" * 50, **descriptor("a.example", "a", "1.0")}
    content = bytearray(jar(members))
    content[30 + len("META-INF/MANIFEST.MF") : 40 + len("META-INF/MANIFEST.MF")] = b"\xff" * 10
    found = said("lib/x.jar", bytes(content))
    assert found[0].startswith("unread lib/x.jar!/META-INF/MANIFEST.MF")
    assert found[1] == "a.example/a@1.0 lib/x.jar in lib"


@pytest.mark.parametrize("name", ["a.kar", "a.nar", "a.par", "a.rar", "a.sar"])
def test_other_files_with_an_ending_of_java_are_left_alone(name: str) -> None:
    assert parse(name, b"Rar!\x1a\x07\x00") == []
    assert parse(name, b"") == []
    assert parse("app.ear", jar({name: b"MThd"})) == []


def test_an_empty_file_holds_nothing() -> None:
    assert parse("a.jar", b"") == []
    assert said("lib/a-1.0.jar", jar({"gradle.jar": b"", **descriptor("a.example", "a", "1.0")})) == [
        "a.example/a@1.0 lib/a-1.0.jar in lib"
    ]


@pytest.mark.parametrize("content", [b"version https://git-lfs.example/spec/v1\n", library("a")[:-30]])
def test_what_is_called_a_jar_and_is_none_is_malformed(content: bytes) -> None:
    with pytest.raises(MalformedFile):
        parse("a.jar", content)


@pytest.mark.parametrize(
    ("path", "members", "expected"),
    [
        # A library of unknown group is a package, and a gap.
        ("lib/a-1.0.jar", {"A.class": b""}, ["a@1.0 lib/a-1.0.jar in lib", "unread lib/a-1.0.jar"]),
        # An application that brings its libraries is a package, and no gap.
        ("app/a-1.0.jar", {"A.class": b"", "lib/b.jar": library("b")},
         ["a@1.0 app/a-1.0.jar in app", "a.example/b@1.0 app/a-1.0.jar!/lib/b.jar in app/a.jar"]),
        # So is a program that libraries were put into, but not a library.
        (
            "app/a-1.0.jar",
            {"A.class": b"", "META-INF/MANIFEST.MF": b"Main-Class: A\n", **descriptor("a.example", "b", "2.0")},
            [
                "a@1.0 app/a-1.0.jar in app",
                "a.example/b@2.0 app/a-1.0.jar!/META-INF/maven/a.example/b/pom.properties in app/a.jar",
            ],
        ),
        (
            "lib/a-1.0.jar",
            {"A.class": b"", **descriptor("a.example", "b", "2.0")},
            [
                "a@1.0 lib/a-1.0.jar in lib",
                "unread lib/a-1.0.jar",
                "a.example/b@2.0 lib/a-1.0.jar!/META-INF/maven/a.example/b/pom.properties in lib/a.jar",
            ],
        ),
        # Of a well-known artifact the version is missing.
        ("lib/kafka-clients.jar", {"A.class": b""}, ["org.apache.kafka/kafka-clients of lib/kafka-clients.jar"]),
        # Nothing is known.
        ("lib/a.jar", {"A.class": b""}, ["unread lib/a.jar"]),
        # Nothing in it runs.
        ("lib/a.jar", {"a.txt": b""}, []),
        ("lib/a-1.0-sources.jar", {"A.java": b"", **descriptor("a.example", "a", "1.0")}, []),
        ("lib/a-1.0-sources.jar", {"A.class": b"", **descriptor("a.example", "a", "1.0")},
         ["a.example/a@1.0 lib/a-1.0-sources.jar in lib"]),
    ],
)  # fmt: skip
def test_what_is_not_known_is_not_passed_over(path: str, members: dict[str, bytes], expected: list[str]) -> None:
    found = [text.partition(":" if text.startswith("unread") else "\0")[0] for text in said(path, jar(members))]
    assert found == expected


def test_names_that_lead_out_of_the_archive_are_only_text() -> None:
    content = jar({"../../etc/a-1.0.jar": library("a"), "../META-INF/maven/b.example/b/pom.properties": b"version=2\n"})
    assert said("srv/app.jar", content) == [
        "b.example/b@2 srv/app.jar in srv",
        "a.example/a@1.0 srv/app.jar!/../../etc/a-1.0.jar in srv/app.jar",
    ]


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("a-1.0.jar", "a.jar"),
        ("opt/app-2.1/lib/a-1.0.jar", "opt/app/lib"),
        ("root/.m2/repository/a/example/a/1.0/a-1.0.jar", "root/.m2/repository/a/example/a"),
        ("root/.gradle/caches/modules-2/files-2.1/a.example/a/1.0/0a1b2c/a-1.0.jar",
         "root/.gradle/caches/modules-2/files-2.1/a.example/a"),
    ],
)  # fmt: skip
def test_a_place_survives_a_new_version(path: str, place: str) -> None:
    (package,) = parse(path, library("a"))
    assert isinstance(package, Package)
    assert package.place == place


def nest(depth: int, *, stored: bool) -> bytes:
    content = library("innermost")
    for level in range(depth):
        content = jar({f"{level}.jar": content}, stored=stored)
    return content


@pytest.mark.parametrize("stored", [True, False])
def test_archives_are_read_to_a_depth(stored: bool) -> None:
    assert "a.example/innermost@1.0" in said("a.jar", nest(archive.DEPTH - 1, stored=stored))[0]
    (found,) = parse("a.jar", nest(64, stored=stored))
    assert isinstance(found, Unread)
    assert found.location.path.count("!/") == archive.DEPTH


def repeat(content: bytes, times: int) -> bytes:
    """Return an archive whose directory names `content` many times, and which holds it once."""
    made = jar({"a.jar": content}, stored=True)
    begin, end = made.rindex(b"PK\x01\x02"), made.rindex(b"PK\x05\x06")
    directory = made[begin:end] * times
    return made[:begin] + directory + struct.pack("<4s4xHHIIH", b"PK\x05\x06", times, times, len(directory), begin, 0)


def test_an_archive_of_billions_of_archives_ends() -> None:
    content = library("innermost")
    for _ in range(archive.DEPTH - 1):
        content = repeat(content, 30)
    begun = time.process_time()
    with pytest.raises(LimitExceeded):
        for _ in parse_archive(SourceFile("a.jar", content)):
            pass
    assert time.process_time() - begun < 10


def test_an_archive_that_is_too_large_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "HELD_BYTES", 2**16)
    bomb = jar({"lib/bomb.jar": bytes(2**17), "lib/b.jar": library("b")})
    assert [text.partition(":")[0] for text in said("app.jar", bomb)] == [
        "unread app.jar!/lib/bomb.jar",
        "a.example/b@1.0 app.jar!/lib/b.jar in app.jar",
    ]
    # What the archives around one take counts, too.
    inner = jar({"b.jar": library("b") + bytes(2**15)})
    assert "unread app.jar!/a.jar!/b.jar" in said("app.jar", jar({"a.jar": inner + bytes(2**15)}))[0]


def test_archives_beside_each_other_are_not_held_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "HELD_BYTES", 2**16)
    broken = library("b") + bytes(2**14) + b"PK\x05\x06" + bytes(18)
    members = {f"{number}.jar": bytes(2**14) + library(str(number)) for number in range(20)}
    found = said("app.jar", jar({**members, **{f"b{number}.jar": broken for number in range(20)}}))
    assert len([text for text in found if text.startswith("a.example/")]) >= 20
    assert not [text for text in found if "bytes, allowed are" in text]


def test_the_members_of_one_archive_are_limited() -> None:
    content = Archive("app.jar", jar({f"{number}.jar": b"" for number in range(20)}))
    assert len(read_contents(content, 20).nested) == 20
    with pytest.raises(LimitExceeded):
        read_contents(content, 19)


def test_descriptors_are_limited_all_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "TOTAL_BYTES", 2**14)
    members: dict[str, bytes] = {}
    for number in range(50):
        members |= descriptor("a.example", f"a{number}", "1.0")
    with pytest.raises(LimitExceeded):
        parse("app.jar", jar(members))


@pytest.mark.parametrize(("limit", "value"), [("TOTAL_BYTES", 2**12), ("TOTAL_MEMBERS", 5)])
def test_all_archives_together_are_limited(monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    monkeypatch.setattr(archive, limit, value)
    content = jar({f"{number}.jar": library(str(number)) for number in range(20)})
    with pytest.raises(LimitExceeded):
        parse("app.jar", content)


def test_a_damaged_directory_of_an_archive_in_an_archive_is_not_passed_over() -> None:
    inner = bytearray(library("a"))
    second = inner.rindex(b"PK\x01\x02")
    inner[second : second + 4] = b"XXXX"
    assert "unread app.jar!/a.jar" in said("app.jar", jar({"a.jar": bytes(inner)}))[0]


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "META-INF/MANIFEST.MF",
                "META-INF/maven/a/b/pom.properties",
                "META-INF/maven/a/b/pom.xml",
                "META-INF/maven/é/ /pom.properties",
                "META-INF/maven/a/\n/pom.xml",
                "a.jar",
                "b/c-1.0.war",
                "A.class",
            ]
        ),
        st.binary(max_size=40)
        | st.sampled_from(
            [library("x"), MODEL, b"version=1\n", b"groupId= \nversion=\\u0000", b"Bundle-Version: \xff"]
        ),
    ),
    st.text("abé-1.0/ \n", max_size=12),
)
def test_arbitrary_contents_are_at_worst_malformed(members: dict[str, bytes], name: str) -> None:
    try:
        for item in parse(f"{name}.jar", jar(members)):
            if isinstance(item, Package):
                assert MAVEN.advisory_name(item.purl)
    except MalformedFile:
        return


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("webapps/shop-1.2/META-INF/maven/a.example/shop/pom.properties", "webapps/shop"),
        ("META-INF/maven/a.example/shop/pom.properties", "META-INF"),
        ("target/maven-archiver/pom.properties", None),
    ],
)
def test_an_unpacked_archive_is_known_by_its_descriptor(path: str, found: str | None) -> None:
    analyzer = next(analyzer for analyzer in MAVEN.analyzers if analyzer.name == "maven-descriptor")
    packages = list(analyzer.parse(SourceFile(path, b"version=1.2\ngroupId=a.example\nartifactId=shop\n")))
    assert [item.place for item in packages if isinstance(item, Package)] == ([found] if found else [])


def test_advisories_are_listed_by_group_and_artifact() -> None:
    (package,) = parse("lib/a.jar", library("a"))
    assert isinstance(package, Package)
    assert MAVEN.advisory_name(package.purl) == "a.example:a"
