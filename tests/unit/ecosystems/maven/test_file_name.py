import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.ecosystems.maven.file_name import split_name, without_version


@pytest.mark.parametrize(
    ("stem", "artifact", "version"),
    [
        ("log4j-core-2.14.1", "log4j-core", "2.14.1"),
        ("log4j-1.2-api-2.14.1", "log4j-1.2-api", "2.14.1"),
        ("guava-29.0-jre", "guava", "29.0-jre"),
        ("app-0.0.1-SNAPSHOT", "app", "0.0.1-SNAPSHOT"),
        ("snapshot-1.0-20200101.123456-1", "snapshot", "1.0-20200101.123456-1"),
        ("zstd-jni-1.4.3-1", "zstd-jni", "1.4.3-1"),
        ("spark-core_2.12-2.4.4", "spark-core_2.12", "2.4.4"),
        ("early-1.0-alpha-1", "early", "1.0-alpha-1"),
        ("early-1.0.0-M1-2", "early", "1.0.0-M1-2"),
        ("postgresql-9.4-1201-jdbc41", "postgresql", "9.4-1201-jdbc41"),
        ("mssql-jdbc-7.4.1.jre11", "mssql-jdbc", "7.4.1.jre11"),
        ("jsr311-api-1.1.1", "jsr311-api", "1.1.1"),
        ("geronimo-jta_1.1_spec-1.1.1", "geronimo-jta_1.1_spec", "1.1.1"),
        ("bcprov-jdk15on-1.60", "bcprov-jdk15on", "1.60"),
        ("json-20180813", "json", "20180813"),
        ("closure-compiler-v20211006", "closure-compiler", "v20211006"),
        ("dropbox-core-v2", "dropbox-core-v2", ""),
        ("shop-v2-1.0", "shop-v2", "1.0"),
        ("commons-io-2.6.0.redhat-1", "commons-io", "2.6.0.redhat-1"),
        ("netty-tcnative-2.0.26.Final-linux-x86_64", "netty-tcnative", "2.0.26.Final"),
        ("jackson-databind-2.9.8-tests", "jackson-databind", "2.9.8"),
        ("log4j-core-2.14.1-sources", "log4j-core", "2.14.1"),
        ("cli-1.0-jar-with-dependencies", "cli", "1.0"),
        ("guice-4.0-no_aop", "guice", "4.0"),
        ("catalina", "catalina", ""),
        ("log4j-core", "log4j-core", ""),
        ("1.0", "1.0", ""),
        ("", "", ""),
    ],
)
def test_a_file_name_is_artifact_and_version(stem: str, artifact: str, version: str) -> None:
    assert split_name(stem) == (artifact, version)


def test_a_version_that_is_known_is_found_in_the_name() -> None:
    assert split_name("odd-2a-api-v7", ("v7",)) == ("odd-2a-api", "v7")
    assert split_name("odd-2-api-1", ("2",)) == ("odd-2-api", "1")
    assert split_name("odd-r08-tests", ("", "r08")) == ("odd", "r08")
    assert split_name("odd-1.2", ("1.2.3", "2")) == ("odd", "1.2")
    assert split_name("odd-1.2-linux", ("1.2",)) == ("odd", "1.2")


@pytest.mark.parametrize("version", ["1.2-rc1", "1.2-SNAPSHOT", "1.2-beta-3"])
def test_a_part_of_a_version_is_not_all_of_it(version: str) -> None:
    assert split_name(f"odd-{version}", ("1.2",)) == ("odd", version)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("opt/apache-tomcat-9.0.31/lib", "opt/apache-tomcat/lib"),
        ("opt/spark-3.3.0-bin-hadoop3/jars", "opt/spark/jars"),
        ("root/.m2/repository/org/foo/bar/1.2.3", "root/.m2/repository/org/foo/bar"),
        ("root/.m2/repository/org/foo/bar/1.2.3-SNAPSHOT", "root/.m2/repository/org/foo/bar"),
        ("c/modules-2/files-2.1/org.foo/bar/1.2.3/0a1b2c", "c/modules-2/files-2.1/org.foo/bar"),
        ("usr/lib/jvm/java-17-openjdk-amd64/lib", "usr/lib/jvm/java-17-openjdk-amd64/lib"),
        ("usr/lib/python3.11/site-packages/pyspark/jars", "usr/lib/python3.11/site-packages/pyspark/jars"),
        ("outer_1.2.war", "outer"),
        ("", ""),
    ],
)
def test_a_place_has_no_version(path: str, expected: str) -> None:
    assert without_version(path) == expected


@given(st.text("ab-1.2_vSNAPSHOT/", max_size=80))
def test_nothing_of_a_name_is_lost_but_a_classifier(stem: str) -> None:
    artifact, version = split_name(stem)
    assert stem.startswith(f"{artifact}-{version}" if version else artifact)
    without_version(stem)


def test_a_hostile_name_takes_no_longer_than_others() -> None:
    begun = time.process_time()
    split_name("a-1-" * 16_000)
    split_name("1-all" * 12_000)
    without_version("a-1.1.1" * 9_000)
    assert time.process_time() - begun < 1
