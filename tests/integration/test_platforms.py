"""One image for several platforms, made by umoci and buildah, in a layout, in an archive and in a real registry."""

import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.integration.conftest import Hullcheck, Run, distribution_info, manifest, pack, tool, write
from tests.simulators.real_registry import RealRegistry, serving_real_registry
from tests.simulators.real_storage import containerd_storage
from tests.unit.json_schema import problems

from hullcheck import codec

pytestmark = pytest.mark.xdist_group("integration")

# The variant v7 says nothing that "arm" does not.
AMD, ARM, V7 = "linux/amd64", "linux/arm64", "linux/arm"
NAME = "registry.example/several:app"
SITE = "usr/lib/python3/site-packages"
RELEASE = 'ID=debian\nVERSION_ID="{version}"\nPRETTY_NAME="Debian GNU/Linux {version}"\n'


def status(architecture: str, **versions: str) -> str:
    """Return dpkg's database."""
    return "".join(
        f"Package: {name}\nStatus: install ok installed\nArchitecture: {architecture}\nVersion: {version}\n"
        "Maintainer: Debian Developers <packages@debian.org>\n\n"
        for name, version in versions.items()
    )


# What all platforms share: a Python package, and an npm package that one of them removes.
SHARED = {
    f"{SITE}/Django-2.2.dist-info/METADATA": distribution_info("Django", "2.2"),
    "srv/node_modules/lodash/package.json": manifest("lodash", "4.17.20"),
}
# What each has of its own. OpenSSL is the same version in two, the third has another.
OWN: dict[str, dict[str, str]] = {
    AMD: {
        "etc/os-release": RELEASE.format(version=11),
        "var/lib/dpkg/status": status("amd64", openssl="1.1.1k-1", zlib1g="1:1.2.11.dfsg-2"),
        "opt/only/node_modules/minimist/package.json": manifest("minimist", "0.0.8"),
    },
    ARM: {
        "etc/os-release": RELEASE.format(version=11),
        "var/lib/dpkg/status": status("arm64", openssl="1.1.1k-1"),
        "srv/node_modules/.wh.lodash": "",
    },
    V7: {
        "etc/os-release": RELEASE.format(version=11),
        "var/lib/dpkg/status": status("armhf", openssl="1.1.1n-0+deb11u1"),
        "opt/broken/node_modules/left-pad/package.json": "{",
    },
}


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a layout with an image for each platform, which share their lowest layer."""
    work = tmp_path_factory.mktemp("parts")
    layout = work / "layout"
    shared = pack(work / "shared.tar", write(work / "shared", SHARED))
    tool("umoci", "init", "--layout", layout)
    for number, (platform, files) in enumerate(OWN.items()):
        image = f"{layout}:{number}"
        system, architecture = platform.split("/")
        own = pack(work / f"{number}.tar", write(work / str(number), files))
        tool("umoci", "new", "--image", image)
        tool("umoci", "config", "--image", image, "--os", system, "--architecture", architecture)
        for archive in (shared, own):
            tool("umoci", "raw", "add-layer", "--image", image, "--history.created_by", f"ADD {archive.name}", archive)
    return layout


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, parts: Path) -> Iterator[RealRegistry]:
    """Return a registry with the index that buildah made of the images."""
    work = tmp_path_factory.mktemp("registry")
    buildah = ("buildah", "--root", work / "root", "--runroot", work / "run", "--storage-driver", "vfs")
    with serving_real_registry(work) as serving:
        tool(*buildah, "manifest", "create", "app")
        for number, platform in enumerate(OWN):
            serving.push(f"oci:{parts}:{number}", f"part:{number}")
            system, architecture = platform.split("/")
            options = ["--os", system, "--arch", architecture, *(["--variant", "v7"] if platform == V7 else [])]
            source = f"docker://{serving.host}/part:{number}"
            tool(*buildah, "manifest", "add", "--tls-verify=false", *options, "app", source)
        tool(*buildah, "manifest", "push", "--all", "--tls-verify=false", "app", f"docker://{serving.host}/app:1")
        yield serving


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory, registry: RealRegistry) -> Path:
    """Return a layout with the index and all that it names, as skopeo copies it."""
    layout = tmp_path_factory.mktemp("several") / "layout"
    source = f"docker://{registry.host}/app:1"
    tool("skopeo", "copy", "--all", "--src-tls-verify=false", source, f"oci:{layout}:app")
    return layout


def scanned(hullcheck: Hullcheck, reference: str | Path, *options: str | Path) -> Run:
    run = hullcheck("image", reference, "-f", "json", "--allow-incomplete", "--no-cache", *options)
    assert run.code == 0, run.err
    return run


def plain(purl: str) -> str:
    """Return a purl without its qualifiers."""
    return purl.partition("?")[0]


def whose(run: Run) -> dict[str, list[str]]:
    """Return by name and version of package which platforms have it."""
    return {plain(it["purl"]): it.get("platforms", []) for it in run.json()["packages"]}


def told(run: Run, platform: str = "") -> set[tuple[str, str, str, str]]:
    """Return what is told of findings, or of those of a platform."""
    return {
        (it["id"], plain(it["package"]["purl"]), it["package"]["place"], it["fixed"])
        for it in ({"fixed": "", **one, "package": {"place": "", **one["package"]}} for one in run.json()["findings"])
        if not platform or platform in it["platforms"]
    }


EVERY = {
    "pkg:deb/debian/openssl@1.1.1k-1": [AMD, ARM],
    "pkg:deb/debian/openssl@1.1.1n-0%2Bdeb11u1": [V7],
    "pkg:deb/debian/zlib1g@1:1.2.11.dfsg-2": [AMD],
    "pkg:npm/lodash@4.17.20": [AMD, V7],
    "pkg:npm/minimist@0.0.8": [AMD],
    "pkg:pypi/django@2.2": [AMD, ARM, V7],
}


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory, database: Path, layout: Path) -> Run:
    return scanned(Hullcheck(tmp_path_factory.mktemp("home"), database), layout, "--platform", "all")


class TestAll:
    def test_each_package_says_which_platforms_have_it(self, together: Run) -> None:
        assert whose(together) == EVERY

    def test_each_platform_has_what_a_scan_of_it_alone_finds(
        self, hullcheck: Hullcheck, layout: Path, together: Run
    ) -> None:
        for platform in OWN:
            alone = scanned(hullcheck, layout, "--platform", platform)
            assert told(together, platform) == told(alone) != set()
            number = together.json()["platforms"][list(OWN).index(platform)]["counts"]
            assert number == alone.json()["counts"]

    def test_a_finding_of_several_platforms_is_one_and_has_the_fingerprint_that_it_has_in_one(
        self, hullcheck: Hullcheck, layout: Path, together: Run
    ) -> None:
        found = together.json()["findings"]
        assert len({it["fingerprint"] for it in found}) == len(found) == together.json()["counts"]["total"]
        alone = scanned(hullcheck, layout, "--platform", ARM).json()["findings"]
        prints = {it["fingerprint"] for it in found if ARM in it["platforms"]}
        assert prints == {it["fingerprint"] for it in alone}

    def test_a_package_made_for_several_architectures_is_for_none(self, together: Run) -> None:
        purls = sorted(it["purl"] for it in together.json()["packages"] if "/openssl@" in it["purl"])
        assert ["arch=" in purl for purl in purls] == [False, True]

    def test_all_images_are_told(self, together: Run) -> None:
        result = together.json()
        assert "image" not in result["target"]
        images = result["target"]["images"]
        assert [it["platform"] for it in images] == list(OWN)
        assert len({it["digest"] for it in images}) == len({it["id"] for it in images}) == 3
        assert len({it["layers"][0]["diffId"] for it in images}) == 1
        assert [(it["name"], it["image"]) for it in result["platforms"]] == [
            (it["platform"], it["id"]) for it in images
        ]
        assert {it["distribution"]["version"] for it in result["platforms"]} == {"11"}
        assert result["distribution"]["version"] == "11"

    def test_a_gap_of_one_platform_says_so(self, together: Run) -> None:
        gaps = {it["kind"]: it.get("platforms") for it in together.json()["coverage"]["gaps"]}
        assert gaps == {"malformed": [V7], "old-advisories": None}

    def test_what_was_read_is_added_up(self, hullcheck: Hullcheck, layout: Path, together: Run) -> None:
        expected: Counter[str] = Counter()
        for platform in OWN:
            for it in scanned(hullcheck, layout, "--platform", platform).json()["coverage"]["examined"]:
                expected[it["analyzer"]] += it["files"]
        assert {it["analyzer"]: it["files"] for it in together.json()["coverage"]["examined"]} == expected

    def test_a_threshold_counts_what_several_platforms_have_once(self, hullcheck: Hullcheck, layout: Path) -> None:
        run = hullcheck("image", layout, "--platform", "all", "--max-high", "2", "--allow-incomplete", "-f", "json")
        assert (run.code, run.json()["decision"]["breaches"][0]["count"]) == (50, 3)

    def test_a_list_has_the_platforms_that_it_names(self, hullcheck: Hullcheck, layout: Path) -> None:
        run = scanned(hullcheck, layout, "--platform", f"{ARM}, {AMD}")
        assert [it["name"] for it in run.json()["platforms"]] == [ARM, AMD]
        assert whose(run)["pkg:npm/lodash@4.17.20"] == [AMD]
        refused = hullcheck("image", layout, "--platform", f"{ARM},linux/s390x")
        assert refused.code not in {0, 50, 51}
        assert refused.err.startswith("hullcheck: error: linux/s390x: ")
        assert "has no image for linux/s390x" in refused.err

    def test_an_image_for_one_platform_is_what_it_is_without(self, hullcheck: Hullcheck, parts: Path) -> None:
        reference = f"{parts}:1"
        assert scanned(hullcheck, reference, "--platform", "all").out == scanned(hullcheck, reference).out


class TestSources:
    def test_registry_layout_and_archive_tell_the_same(
        self, hullcheck: Hullcheck, registry: RealRegistry, layout: Path, together: Run, tmp_path: Path
    ) -> None:
        archive = pack(tmp_path / "several.tar", layout)
        for reference in (f"{registry.host}/app:1", archive):
            run = scanned(hullcheck, reference, "--platform", "all")
            assert whose(run) == EVERY
            assert run.json()["findings"] == together.json()["findings"]

    def test_a_layer_that_platforms_share_is_fetched_once(
        self, hullcheck: Hullcheck, registry: RealRegistry, together: Run
    ) -> None:
        digests = {it["digest"] for image in together.json()["target"]["images"] for it in image["layers"]}
        assert len(digests) == 4
        before = len(registry.requests())
        scanned(hullcheck, f"{registry.host}/app:1", "--platform", "all")
        log = registry.requests()[before:]
        assert {digest: log.count(f'"GET /v2/app/blobs/{digest} ') for digest in digests} == dict.fromkeys(digests, 1)

    def test_layers_that_are_known_are_not_fetched(self, hullcheck: Hullcheck, registry: RealRegistry) -> None:
        name = f"{registry.host}/app:1"
        options = ("--platform", "all", "-f", "json", "--allow-incomplete")
        assert hullcheck("image", name, *options).code == 0
        before = len(registry.requests())
        run = hullcheck("image", name, *options)
        log = registry.requests()[before:]
        layers = [it["digest"] for image in run.json()["target"]["images"] for it in image["layers"]]
        assert whose(run) == EVERY
        assert not [digest for digest in layers if digest in log]


class TestFailures:
    @pytest.fixture
    def copy(self, layout: Path, tmp_path: Path) -> Path:
        shutil.copytree(layout, tmp_path / "copy")
        return tmp_path / "copy"

    def blob(self, run: Run, layout: Path, platform: str, which: str) -> Path:
        (image,) = (it for it in run.json()["target"]["images"] if it["platform"] == platform)
        digest = {"layer": image["layers"][1]["digest"], "config": image["id"], "manifest": image["digest"]}[which]
        return Path(layout, "blobs", digest.replace(":", "/"))

    @pytest.mark.parametrize("which", ["layer", "config", "manifest"])
    @pytest.mark.parametrize("damage", ["gone", "changed"])
    def test_what_is_damaged_is_told_with_its_platform(
        self, hullcheck: Hullcheck, copy: Path, together: Run, which: str, damage: str
    ) -> None:
        path = self.blob(together, copy, ARM, which)
        content = path.read_bytes()
        path.unlink()
        if damage == "changed":
            path.write_bytes(content[:-9] + bytes(byte ^ 1 for byte in content[-9:]))
        run = hullcheck("image", copy, "--platform", "all", "-f", "json")
        assert run.code not in {0, 50, 51}
        assert run.out == ""
        assert run.err.startswith(f"hullcheck: error: {ARM}: "), run.err
        assert run.err.count("\n") == 1


class TestReports:
    def test_a_saved_result_is_read_back_without_loss(
        self, hullcheck: Hullcheck, together: Run, tmp_path: Path
    ) -> None:
        (tmp_path / "result.json").write_text(together.out)
        assert hullcheck("convert", tmp_path / "result.json", "-f", "json").out == together.out
        assert problems(codec.json_schema(), together.json()) == []

    def test_the_table_marks_what_not_all_have(self, hullcheck: Hullcheck, layout: Path) -> None:
        text = hullcheck("image", layout, "--platform", "all").out
        assert "Debian GNU/Linux 11 · 3 platforms · read from oci-layout" in text
        assert "\n  linux/amd64  2 layers · runs as root · 51 findings (1 critical, 3 high)\n" in text
        assert "minimist 0.0.8 (only linux/amd64)" in text
        assert "lodash 4.17.20 (only linux/amd64, linux/arm)" in text
        assert "\ndjango 2.2  →" in text
        assert "not JSON: Input data was truncated (only linux/arm)" in text

    def test_sarif_has_the_platforms_of_results_and_images(self, hullcheck: Hullcheck, layout: Path) -> None:
        (run,) = json.loads(hullcheck("image", layout, "--platform", "all", "-f", "sarif").out)["runs"]
        by_package = {it["properties"]["packageName"]: it["properties"]["platforms"] for it in run["results"]}
        assert by_package["minimist"] == [AMD]
        assert by_package["django"] == list(OWN)
        assert [it["name"] for it in run["properties"]["platforms"]] == list(OWN)
        assert run["automationDetails"]["id"].endswith("/all/")


class TestBase:
    def test_each_image_is_compared_with_the_base_for_its_platform(
        self, hullcheck: Hullcheck, layout: Path, parts: Path, tmp_path: Path
    ) -> None:
        """The base of one platform is the layer that all share, those of the others are not below them."""
        base = tmp_path / "base"
        tool("umoci", "init", "--layout", base)
        for number, platform in enumerate(OWN):
            image = f"{base}:{number}"
            tool("umoci", "new", "--image", image)
            tool("umoci", "config", "--image", image, "--architecture", platform.split("/")[1])
        shared = parts.parent / "shared.tar"
        tool("umoci", "raw", "add-layer", "--image", f"{base}:0", shared)
        tool("umoci", "raw", "add-layer", "--image", f"{base}:1", parts.parent / "2.tar")
        tool("umoci", "raw", "add-layer", "--image", f"{base}:2", shared)
        index = json.loads((base / "index.json").read_text())
        for it, platform in zip(index["manifests"], OWN, strict=True):
            del it["annotations"]
            it["platform"] = dict(zip(("os", "architecture"), platform.split("/"), strict=False))
        (base / "index.json").write_text(json.dumps(index))
        run = scanned(hullcheck, layout, "--platform", "all", "--base-image", base)
        assert run.err.count("is not the base of") == 1
        assert f"for {ARM}, whose lowest layers are others" in run.err
        assert [it["base"]["layers"] for it in run.json()["target"]["images"]] == [1, 0, 1]
        inherited = {plain(it["purl"]): it.get("inherited") for it in run.json()["packages"]}
        assert inherited["pkg:npm/lodash@4.17.20"] is True
        assert inherited["pkg:npm/minimist@0.0.8"] is False
        assert inherited["pkg:pypi/django@2.2"] is None


@dataclass(frozen=True)
class Stores:
    """The roots of a containerd that has all platforms, unpacked, and of one that has only one."""

    everything: Path
    part: Path


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory, layout: Path) -> Iterator[Stores]:
    archive = pack(tmp_path_factory.mktemp("containerd") / "several.tar", layout)
    with ExitStack() as stack:
        # Paths of sockets are short.
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="hc-", ignore_cleanup_errors=True))
        everything, part = (Path(directory, name) for name in ("all", "part"))
        for work, options in ((everything, ["--all-platforms"]), (part, ["--platform", ARM])):
            work.mkdir()
            storage = stack.enter_context(containerd_storage(work))
            storage("images", "import", *options, "--base-name", NAME.rpartition(":")[0], archive)
        yield Stores(everything / "containerd", part / "containerd")


class TestContainerd:
    def test_all_platforms_are_read(self, hullcheck: Hullcheck, stores: Stores, together: Run) -> None:
        options = ("--platform", "all", "--storage-root", stores.everything)
        run = scanned(hullcheck, f"containerd:{NAME}", *options)
        assert run.json()["findings"] == together.json()["findings"]

    def test_platforms_that_are_not_there_make_the_scan_incomplete(
        self, hullcheck: Hullcheck, stores: Stores, layout: Path
    ) -> None:
        alone = scanned(hullcheck, layout, "--platform", ARM)
        for reference, driver in ((f"containerd:{NAME}", "none"), (NAME, "containerd-overlayfs")):
            options = ("--storage-root", stores.part, "--storage-driver", driver, "-f", "json")
            run = hullcheck("image", reference, "--platform", "all", *options)
            assert (run.code, run.err) == (51, "")
            absent = [it["subject"] for it in run.json()["coverage"]["gaps"] if it["kind"] == "absent-platform"]
            assert absent == [AMD, "linux/arm/v7"]
            assert run.json()["target"]["image"]["platform"] == ARM
            assert told(run) == told(alone)
            assert hullcheck("image", reference, "--platform", f"{ARM},", *options, "--allow-incomplete").code == 0

    def test_a_platform_that_is_not_unpacked_is_told(self, hullcheck: Hullcheck, stores: Stores) -> None:
        options = ("--storage-root", stores.everything, "--storage-driver", "containerd-overlayfs")
        run = hullcheck("image", NAME, "--platform", "all", *options)
        assert run.code not in {0, 50, 51}
        assert re.search(rf"error: linux/\S+: {NAME}: is not unpacked by overlayfs", run.err)
