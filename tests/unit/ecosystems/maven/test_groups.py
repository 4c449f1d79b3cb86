import json
import zipfile
from collections import defaultdict
from pathlib import Path

import pytest

from hullcheck.ecosystems.maven.groups import known_group

FEEDS = Path(__file__).parents[5] / "shared" / "feeds"


@pytest.mark.parametrize(
    ("artifact", "version", "group"),
    [
        ("spring-core", "5.2.3.RELEASE", "org.springframework"),
        ("spring-boot-starter-web", "2.6.6", "org.springframework.boot"),
        ("spring-boot-demo", "0.0.1", ""),
        ("spring-security-web", "5.6.0", "org.springframework.security"),
        ("lucene-core", "8.3.0", "org.apache.lucene"),
        ("kafka_2.13", "2.8.0", "org.apache.kafka"),
        ("hibernate-core", "5.4.10.Final", "org.hibernate"),
        ("hibernate-core", "6.1.0.Final", "org.hibernate.orm"),
        ("hibernate-core", "", ""),
        ("groovy", "2.5.8", "org.codehaus.groovy"),
        ("groovy", "4.0.1", "org.apache.groovy"),
        ("okhttp", "2.7.5", "com.squareup.okhttp"),
        ("okhttp", "4.9.1", "com.squareup.okhttp3"),
        ("rxjava", "2.2.0", "io.reactivex.rxjava2"),
        ("postgresql", "9.1-901.jdbc4", "postgresql"),
        ("postgresql", "42.2.5", "org.postgresql"),
        ("mysql-connector-java", "8.0.16", "mysql"),
        ("mysql-connector-j", "8.0.33", "com.mysql"),
        ("org.eclipse.core.runtime", "3.24.0", "org.eclipse.platform"),
        ("org.eclipse.jgit", "5.13.0", "org.eclipse.jgit"),
        ("org.eclipse.osgi", "3.16.0", "org.eclipse.platform"),
        ("org.eclipse.shop", "1.0", ""),
        ("servlet-api", "2.5", "javax.servlet"),
        ("servlet-api", "3.0", ""),
        ("bcel", "5.1", "bcel"),
        ("bcel", "6.0", "org.apache.bcel"),
        ("ktor-server-core-jvm", "1.6.5", "io.ktor"),
        ("core", "1.0", ""),
        ("", "", ""),
    ],
)
def test_a_well_known_artifact_has_its_group(artifact: str, version: str, group: str) -> None:
    assert known_group(artifact, version) == group


def test_no_group_contradicts_the_advisories() -> None:
    groups: dict[str, set[str]] = defaultdict(set)
    with zipfile.ZipFile(FEEDS / "Maven" / "all.zip") as feed:
        for name in feed.namelist():
            for affected in json.loads(feed.read(name))["affected"]:
                group, colon, artifact = affected["package"]["name"].partition(":")
                if colon and affected["package"]["ecosystem"] == "Maven":
                    groups[artifact].add(group)
    known = {artifact: known_group(artifact, "99") for artifact in groups if known_group(artifact, "99")}
    assert len(known) > 60
    assert {artifact: group for artifact, group in known.items() if group not in groups[artifact]} == {}
