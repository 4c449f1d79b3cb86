"""Names and manifests as public archives have them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.ecosystems.maven.coordinates import Coordinates
from hullcheck.ecosystems.maven.identity import as_named, descriptor_by_identity, descriptor_by_name, identify


def identified(stem: str, directory: str = "", **manifest: str) -> str:
    found = identify(stem, directory, {name.replace("_", "-"): value for name, value in manifest.items()})
    return f"{found.group}:{found.artifact}:{found.version}"


# What says the group: nothing, the vendor's id, the symbolic name of the bundle, Ivy, Tomcat, the directory.
@pytest.mark.parametrize(
    ("stem", "manifest", "expected"),
    [
        ("unknown-1.0", {}, ":unknown:1.0"),
        ("xercesImpl-2.11.0", {}, "xerces:xercesImpl:2.11.0"),
        (
            "play_2.12-2.7.3",
            {"implementation_vendor_id": "com.typesafe.play", "implementation_title": "Play"},
            "com.typesafe.play:play_2.12:2.7.3",
        ),
        ("shop-1.0", {"implementation_vendor_id": "com.example"}, "com.example:shop:1.0"),
        ("shop-1.0", {"implementation_vendor_id": "Example Inc."}, ":shop:1.0"),
        ("shop-1.0", {"implementation_vendor_id": "example"}, ":shop:1.0"),
        ("struts-1.2.9", {"implementation_vendor_id": "org.apache"}, "struts:struts:1.2.9"),
        ("other-1.2.9", {"implementation_vendor_id": "org.apache"}, ":other:1.2.9"),
        ("activation-1.1", {"implementation_vendor_id": "com.sun"}, "javax.activation:activation:1.1"),
        (
            "mysql-connector-java-8.0.16",
            {"implementation_vendor_id": "com.mysql", "bundle_symbolicname": "com.mysql.cj"},
            "mysql:mysql-connector-java:8.0.16",
        ),
        (
            "zstd-jni-1.4.3-1",
            {"bundle_symbolicname": "com.github.luben.zstd-jni", "bundle_version": "1.4.3.1"},
            "com.github.luben:zstd-jni:1.4.3-1",
        ),
        (
            "hystrix-other-1.5.18",
            {"bundle_symbolicname": "com.netflix.hystrix.other"},
            "com.netflix.hystrix:hystrix-other:1.5.18",
        ),
        ("shop-1.0", {"bundle_symbolicname": "com.example.shop"}, ":shop:1.0"),
        ("shop-core-1.0", {"bundle_symbolicname": "com.example.store.core"}, ":shop-core:1.0"),
        ("graphql-other-1.0", {"bundle_symbolicname": "com.graphql-other"}, ":graphql-other:1.0"),
        ("tool-x-1.0", {"bundle_symbolicname": "org.apache.tool-x;singleton:=true"}, ":tool-x:1.0"),
        (
            "zuul-core-1.3.1",
            {"implementation_title": "com.netflix.zuul#zuul-core;1.3.1", "implementation_version": "1.3.1"},
            "com.netflix.zuul:zuul-core:1.3.1",
        ),
        (
            "tomcat-embed-core-9.0.31",
            {"implementation_title": "Apache Tomcat", "bundle_symbolicname": "org.apache.tomcat-embed-core"},
            "org.apache.tomcat.embed:tomcat-embed-core:9.0.31",
        ),
        (
            "jasper",
            {"specification_title": "Apache Tomcat", "implementation_version": "8.5.50"},
            "org.apache.tomcat:tomcat-jasper:8.5.50",
        ),
        ("tomcat-redis-session-1.0", {}, ":tomcat-redis-session:1.0"),
        # The manifest of one of several that were put together.
        (
            "hadoop-all-3.3.1",
            {"implementation_vendor_id": "org.apache.hadoop.thirdparty", "implementation_version": "1.1.1"},
            ":hadoop-all:3.3.1",
        ),
        (
            "shop-1.0-b2",
            {"implementation_vendor_id": "com.example", "specification_version": "1.0"},
            "com.example:shop:1.0-b2",
        ),
        ("shop-2", {"implementation_vendor_id": "com.example", "implementation_version": "2.4"}, "com.example:shop:2"),
        # Bundles as Eclipse has them.
        (
            "org.eclipse.osgi_3.16.0.v20200828-0759",
            {
                "bundle_symbolicname": "org.eclipse.osgi; singleton:=true",
                "bundle_version": "3.16.0.v20200828-0759",
            },
            "org.eclipse.platform:org.eclipse.osgi:3.16.0",
        ),
        ("com.google.guava_27.1.0", {"bundle_symbolicname": "com.google.guava"}, ":com.google.guava:27.1.0"),
        ("org.eclipse.osgi_new", {"bundle_symbolicname": "org.eclipse.osgi"}, ":org.eclipse.osgi_new:"),
        # Launchers and fast-jars put the group in front.
        ("io.grpc.grpc-core-1.24.0", {}, "io.grpc:grpc-core:1.24.0"),
        ("com.squareup.okhttp3.okhttp-4.9.1", {}, "com.squareup.okhttp3:okhttp:4.9.1"),
        ("org.apache.tomcat.tomcat-juli-9.0.31", {"implementation_title": "Apache Tomcat"},
         "org.apache.tomcat:tomcat-juli:9.0.31"),
        (
            "com.typesafe.akka.akka-actor_2.12-2.5.25",
            {"implementation_vendor_id": "com.typesafe.akka", "implementation_title": "akka-actor"},
            "com.typesafe.akka:akka-actor_2.12:2.5.25",
        ),
        (
            "org.apache.felix.framework-6.0",
            {"implementation_vendor_id": "org.apache.felix", "implementation_title": "Apache Felix Framework"},
            "org.apache.felix:org.apache.felix.framework:6.0",
        ),
        # A version that only the manifest has, with what builds add to it.
        ("oro", {"implementation_version": "2.0.8 2003-12-28 11:00:13"}, "oro:oro:2.0.8"),
        ("zookeeper", {"implementation_version": f"3.4.13-{'2d71af4d' * 5}"}, "org.apache.zookeeper:zookeeper:3.4.13"),
        ("kotlin-stdlib", {"implementation_version": "1.3.50-release-112 (1.3.50)"},
         "org.jetbrains.kotlin:kotlin-stdlib:1.3.50"),
        ("derby", {"bundle_version": "10.14.2000000.1828579"}, "org.apache.derby:derby:"),
        ("shop", {"implementation_version": "${version}", "bundle_version": "1.2.0"}, ":shop:1.2.0"),
        ("shop", {"specification_version": "2.1"}, ":shop:2.1"),
        ("shop-1.0", {"implementation_version": "9.9"}, ":shop:1.0"),
        ("a b-1.0", {}, "::1.0"),
    ],
)  # fmt: skip
def test_an_archive_is_known_by_name_and_manifest(stem: str, manifest: dict[str, str], expected: str) -> None:
    assert identified(stem, **manifest) == expected


@pytest.mark.parametrize(
    ("directory", "group"),
    [
        ("root/.m2/repository/org/example/deep/shop/1.0", "org.example.deep"),
        ("usr/share/maven-repo/org/example/shop/1.0", "org.example"),
        ("root/.gradle/caches/modules-2/files-2.1/org.example/shop/1.0/0a1b2c", "org.example"),
        ("app.war!/WEB-INF/repository/org/example/shop/1.0", "org.example"),
        ("root/.m2/repository/org/example/shop/2.0", ""),
        ("srv/org/example/shop/1.0", ""),
        ("shop/1.0", ""),
        ("", ""),
    ],
)
def test_the_layout_of_a_repository_says_the_group(directory: str, group: str) -> None:
    assert identified("shop-1.0", directory) == f"{group}:shop:1.0"


CORE = Coordinates("org.apache.logging.log4j", "log4j-core", "2.14.1")
OTHER = Coordinates("com.example", "log4j", "2.14.1")


@pytest.mark.parametrize(
    ("stem", "own"),
    [
        ("log4j-core", CORE),
        ("log4j-core-2.14.1", CORE),
        ("log4j-core-2.14.1-patched", CORE),
        ("log4j-core-2.14.1.redhat-1", CORE),
        ("log4j-core_2.14.1", CORE),
        ("org.apache.logging.log4j.log4j-core-2.14.1", CORE),
        ("org.apache.logging.log4j.log4j-core", CORE),
        ("log4j-2.14.1", OTHER),
        ("log4j-core-test-2.14.1", None),
        ("my-log4j-2.14.1", None),
        ("app", None),
    ],
)
def test_a_descriptor_is_the_archives_own_by_its_name(stem: str, own: Coordinates | None) -> None:
    assert descriptor_by_name([OTHER, CORE], stem) == own


@pytest.mark.parametrize(
    ("described", "identity", "own"),
    [
        ([CORE], Coordinates("", "app", ""), CORE),
        ([CORE], Coordinates("", "app", "2.14.1"), CORE),
        ([CORE], Coordinates("", "app", "1.0"), None),
        ([CORE], Coordinates("com.example", "app", "2.14.1"), None),
        ([CORE, OTHER], Coordinates("", "app", ""), None),
        ([CORE, Coordinates("a", "b", "1.0")], Coordinates("", "app", "1.0"), Coordinates("a", "b", "1.0")),
        ([], Coordinates("", "app", "1.0"), None),
    ],
)
def test_a_descriptor_is_the_archives_own_where_nothing_speaks_against_it(
    described: list[Coordinates], identity: Coordinates, own: Coordinates | None
) -> None:
    assert descriptor_by_identity(described, identity) == own


@pytest.mark.parametrize(
    ("version", "stem", "expected"),
    [
        ("7.4.1", "mssql-jdbc-7.4.1.jre11", "7.4.1.jre11"),
        ("7.4.1", "mssql-jdbc-7.4.1", "7.4.1"),
        ("7.4.1", "mssql-jdbc-7.4.1.2", "7.4.1"),
        ("7.4.1", "mssql-jdbc-9", "7.4.1"),
        ("7.4.1", "mssql-jdbc", "7.4.1"),
        ("7.4.1-SNAPSHOT", "mssql-jdbc-7.4.1", "7.4.1"),
        ("7.4.1-SNAPSHOT", "mssql-jdbc-7.4.1-SNAPSHOT", "7.4.1-SNAPSHOT"),
        ("7.4.1-SNAPSHOT", "mssql-jdbc", "7.4.1-SNAPSHOT"),
        ("7.4.1-SNAPSHOT", "mssql-jdbc_7.4.1.v20210816-0937", "7.4.1"),
        ("", "mssql-jdbc-7.4.1", "7.4.1"),
        ("", "mssql-jdbc", ""),
    ],
)
def test_a_published_version_can_have_a_qualifier_that_the_descriptor_lacks(
    version: str, stem: str, expected: str
) -> None:
    assert as_named(Coordinates("com.microsoft.sqlserver", "mssql-jdbc", version), stem).version == expected


@given(
    st.text(max_size=40),
    st.text("repositoryfiles-2.1/ab", max_size=40),
    st.dictionaries(
        st.sampled_from(["implementation-version", "implementation-title", "implementation-vendor-id",
                         "bundle-symbolicname", "bundle-version"]),
        st.text(max_size=30) | st.text("ab.-#;_1", max_size=20),
    ),
)  # fmt: skip
def test_whatever_is_found_makes_a_purl(stem: str, directory: str, manifest: dict[str, str]) -> None:
    found = identify(stem, directory, manifest)
    if found.artifact:
        assert found.purl.to_string().startswith("pkg:maven/")
