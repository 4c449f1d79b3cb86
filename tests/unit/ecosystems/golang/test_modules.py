import json
import zipfile
from pathlib import Path

import pytest
from packageurl import PackageURL

from hullcheck.ecosystems.ecosystem import purl_name
from hullcheck.ecosystems.golang import GOLANG
from hullcheck.ecosystems.golang.modules import advisory_version, module_purl, release
from hullcheck.versions.semver import SEMVER

FEEDS = Path(__file__).parents[5] / "shared" / "feeds"


@pytest.mark.parametrize(
    ("path", "purl"),
    [
        ("github.com/Masterminds/goutils", "pkg:golang/github.com/Masterminds/goutils@v1.0.0"),
        ("github.com/BurntSushi/toml", "pkg:golang/github.com/BurntSushi/toml@v1.0.0"),
        ("gopkg.in/yaml.v3", "pkg:golang/gopkg.in/yaml.v3@v1.0.0"),
        ("github.com/a/b/v2", "pkg:golang/github.com/a/b/v2@v1.0.0"),
        ("stdlib", "pkg:golang/stdlib@v1.0.0"),
    ],
)
def test_a_purl_gives_back_the_path_of_its_module(path: str, purl: str) -> None:
    made = module_purl(path, "v1.0.0")
    assert made.to_string() == purl
    assert GOLANG.advisory_name(made) == path
    # It goes through SBOMs as text.
    assert GOLANG.advisory_name(PackageURL.from_string(purl)) == path


def test_all_modules_with_advisories_keep_their_names() -> None:
    with zipfile.ZipFile(FEEDS / "Go" / "all.zip") as feed:
        records = [json.loads(feed.read(name)) for name in feed.namelist()]
    modules = {affected["package"]["name"] for record in records for affected in record["affected"]}
    named = {name for name in modules if "/" in name or name in {"stdlib", "toolchain"}}
    assert len(named) > 1000
    assert {purl_name(PackageURL.from_string(module_purl(name, "v1.0.0").to_string())) for name in named} == named


@pytest.mark.parametrize(
    ("toolchain", "expected"),
    [
        ("go1.20.3", "1.20.3"),
        ("go1.21", "1.21"),
        ("go1.21.0", "1.21.0"),
        ("go1.21rc2", "1.21rc2"),
        ("go1.9beta1", "1.9beta1"),
        ("go1.20.3 X:nocoverageredesign", "1.20.3"),
        ("go1.19.4 (Red Hat 1.19.4-1.el9)", "1.19.4"),
        ("go1.21.3-google", "1.21.3"),
        ("go1.18.10b7", "1.18.10"),
        ("devel go1.22-6c1a3f2a11 Tue Jan 2 15:04:05 2024 +0000", "1.22-devel"),
        ("devel go1.22-6c1a3f2a11 Tue Jan 2 15:04:05 2024 +0000 X:boringcrypto", "1.22-devel"),
        ("go1.27-devel_6c1a3f2a11 Tue Jan 2 15:04:05 2024 +0000", "1.27-devel"),
        ("devel +6c1a3f2a11 Tue Jan 2 15:04:05 2018 +0000", None),
        ("", None),
        ("local", None),
        ("default", None),
    ],
)
def test_a_toolchain_is_of_a_release(toolchain: str, expected: str | None) -> None:
    assert release(toolchain) == expected


@pytest.mark.parametrize(
    ("purl", "version"),
    [
        ("pkg:golang/stdlib@1.20.3", "1.20.3"),
        ("pkg:golang/stdlib@v1.20.3", "1.20.3"),
        ("pkg:golang/stdlib@1.21", "1.21"),
        ("pkg:golang/stdlib@1.21rc2", "1.21.0-rc.2"),
        ("pkg:golang/stdlib@1.22-devel", "1.22.0-0"),
        ("pkg:golang/toolchain@1.9beta1", "1.9.0-beta.1"),
        ("pkg:golang/stdlib", ""),
        ("pkg:golang/golang.org/x/text@v0.3.7", "0.3.7"),
        ("pkg:golang/github.com/docker/docker@v20.10.7%2Bincompatible", "20.10.7+incompatible"),
        ("pkg:golang/example.com/stdlib@v1.2.3-rc1", "1.2.3-rc1"),
    ],
)
def test_versions_are_compared_as_the_feed_writes_them(purl: str, version: str) -> None:
    assert advisory_version(PackageURL.from_string(purl)) == version


def test_releases_are_in_order() -> None:
    order = ("1.20.14", "1.21-devel", "1.21beta1", "1.21rc2", "1.21rc10", "1.21.0", "1.21.1", "1.22rc1")
    keys = [SEMVER.key(advisory_version(module_purl("stdlib", version))) for version in order]
    assert None not in keys
    assert sorted(key for key in keys if key) == keys
    assert SEMVER.key(advisory_version(module_purl("stdlib", "1.21"))) == SEMVER.key("1.21.0")
