"""The smoke checks: known flaws of known versions, against a database of real advisories."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.integration.conftest import Hullcheck, write

pytestmark = pytest.mark.xdist_group("integration")


def debian(version: str, name: str, installed: str) -> dict[str, str]:
    return {
        "etc/os-release": f'ID=debian\nVERSION_ID="{version}"\nPRETTY_NAME="Debian {version}"\n',
        "var/lib/dpkg/status": (
            f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {installed}\n"
        ),
    }


def alpine(release: str, name: str, installed: str) -> dict[str, str]:
    return {
        "etc/os-release": f'ID=alpine\nVERSION_ID={release}\nPRETTY_NAME="Alpine {release}"\n',
        "lib/apk/db/installed": f"P:{name}\nV:{installed}\nA:x86_64\no:{name}\n",
    }


def npm_lock(name: str, version: str) -> dict[str, str]:
    packages = {"": {"dependencies": {name: version}}, f"node_modules/{name}": {"version": version}}
    return {"package-lock.json": json.dumps({"lockfileVersion": 3, "packages": packages})}


def cargo_lock(name: str, version: str) -> dict[str, str]:
    source = "registry+https://registry.example/index"
    return {"Cargo.lock": f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = "{source}"\n'}


def pom(group: str, artifact: str, version: str) -> dict[str, str]:
    parts = f"<groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>"
    return {"pom.xml": f"<project><dependencies><dependency>{parts}</dependency></dependencies></project>"}


def go_mod(module: str, version: str) -> dict[str, str]:
    return {"go.mod": f"module example.com/app\n\ngo 1.20\n\nrequire {module} {version}\n"}


FOUND: tuple[tuple[str, Mapping[str, str], str, str, str], ...] = (
    ("repo", {"requirements.txt": "jinja2==2.10\n"}, "jinja2", "PYSEC-2019-217", "2.10.1"),
    ("repo", go_mod("golang.org/x/text", "v0.3.7"), "text", "GO-2022-1059", "0.3.8"),
    ("repo", cargo_lock("regex", "1.5.4"), "regex", "RUSTSEC-2022-0013", "1.5.5"),
    ("repo", npm_lock("lodash", "4.17.20"), "lodash", "GHSA-35jh-r3h4-6jhm", "4.17.21"),
    ("repo", pom("org.apache.logging.log4j", "log4j-core", "2.14.1"), "log4j-core", "GHSA-jfh8-c2jp-5v3q", "2.15.0"),
    ("rootfs", debian("11", "openssl", "1.1.1k-1+deb11u1"), "openssl", "CVE-2022-0778", "1.1.1k-1+deb11u2"),
    ("rootfs", debian("12", "tar", "1.34+dfsg-1.2"), "tar", "CVE-2005-2541", ""),
    ("rootfs", alpine("3.15.0", "busybox", "1.34.1-r4"), "busybox", "CVE-2022-28391", "1.34.1-r5"),
)

NOT_FOUND: tuple[tuple[str, Mapping[str, str], str], ...] = (
    ("repo", npm_lock("lodash", "4.17.21"), "GHSA-35jh-r3h4-6jhm"),
    ("repo", {"requirements.txt": "jinja2==2.10.1\n"}, "PYSEC-2019-217"),
    ("rootfs", debian("11", "openssl", "1.1.1k-1+deb11u1"), "CVE-2022-3602"),
    ("rootfs", debian("11", "openssl", "1.1.1k-1+deb11u2"), "CVE-2022-0778"),
    ("rootfs", alpine("3.15.0", "busybox", "1.34.1-r5"), "CVE-2022-28391"),
)


@pytest.mark.parametrize(("command", "files", "name", "flaw", "fixed"), FOUND, ids=lambda value: str(value)[:40])
def test_a_known_flaw_is_found_with_its_fix(
    hullcheck: Hullcheck, tmp_path: Path, command: str, files: Mapping[str, str], name: str, flaw: str, fixed: str
) -> None:
    run = hullcheck(command, write(tmp_path / "target", files), "--format", "json")
    (finding,) = [f for f in run.json()["findings"] if flaw in {f["id"], *f["aliases"]}]
    assert f"/{name}@" in finding["package"]["purl"]
    assert finding.get("fixed", "") == fixed
    assert finding["fingerprint"]
    assert finding["package"]["locations"][0]["path"] in files


@pytest.mark.parametrize(("command", "files", "flaw"), NOT_FOUND, ids=lambda value: str(value)[:40])
def test_what_is_mended_or_of_another_release_is_not_found(
    hullcheck: Hullcheck, tmp_path: Path, command: str, files: Mapping[str, str], flaw: str
) -> None:
    run = hullcheck(command, write(tmp_path / "target", files), "--format", "json")
    assert run.json()["packages"]
    assert [f["id"] for f in run.json()["findings"] if flaw in {f["id"], *f["aliases"]}] == []


def test_a_release_whose_advisories_end_long_ago_does_not_look_clean(hullcheck: Hullcheck, tmp_path: Path) -> None:
    root = write(tmp_path / "target", debian("12", "base-files", "12.4"))
    run = hullcheck("rootfs", root)
    assert run.code == 51
    assert "2023-07-14" in run.out
    assert "incomplete" in run.out


def test_a_release_without_advisories_does_not_look_clean(hullcheck: Hullcheck, tmp_path: Path) -> None:
    root = write(tmp_path / "target", debian("99", "base-files", "99"))
    run = hullcheck("rootfs", root, "--format", "json")
    assert run.code == 51
    assert [(gap["kind"], gap["subject"]) for gap in run.json()["coverage"]["gaps"]] == [("no-advisories", "Debian:99")]


def test_a_distribution_without_advisories_does_not_look_clean(hullcheck: Hullcheck, tmp_path: Path) -> None:
    files = debian("1", "base-files", "1") | {"etc/os-release": "ID=elsewhere\nVERSION_ID=1\n"}
    run = hullcheck("rootfs", write(tmp_path / "target", files), "--format", "json")
    assert run.code == 51
    assert [gap["kind"] for gap in run.json()["coverage"]["gaps"]] == ["no-advisories"]
