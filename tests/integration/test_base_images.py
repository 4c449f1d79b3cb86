"""What of an image comes from its base: real images, made by umoci and buildah, and a real registry."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.conftest import Hullcheck, Run, pack, tool, write
from tests.simulators.real_registry import RealRegistry, serving_real_registry

pytestmark = pytest.mark.xdist_group("integration")

BASE = "registry.example/debian:12"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, debian_archive: Path) -> str:
    """Return what the lowest layer of the image was made of, as an image of its own, in other compression."""
    work = tmp_path_factory.mktemp("base")
    tool("umoci", "init", "--layout", work / "layout")
    tool("umoci", "new", "--image", f"{work}/layout:plain")
    tool("umoci", "raw", "add-layer", "--image", f"{work}/layout:plain", debian_archive)
    tool("skopeo", "copy", f"oci:{work}/layout:plain", f"docker-archive:{work}/base.tar:{BASE}")
    return f"{work}/base.tar"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, base: str) -> Iterator[RealRegistry]:
    with serving_real_registry(tmp_path_factory.mktemp("registry")) as serving:
        serving.push(f"docker-archive:{base}", "debian:12")
        yield serving


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, base: str) -> Path:
    """Return a layout with an image that buildah built on the base, and annotated with its name and digest."""
    work = tmp_path_factory.mktemp("built")
    buildah = ("buildah", "--root", work / "root", "--runroot", work / "run", "--storage-driver", "vfs")
    write(work / "web", {"node_modules/lodash/package.json": '{"name": "lodash", "version": "4.17.20"}'})
    made = subprocess.run(
        [*map(str, buildah), "from", f"docker-archive:{base}"], capture_output=True, text=True, check=True
    )
    container = made.stdout.strip()
    tool(*buildah, "copy", container, work / "web", "/srv/web")
    tool(*buildah, "config", "--annotation", "team=sea", "--env", "API_TOKEN=sesame-4711", "--port", "8080", container)
    tool(*buildah, "commit", container, "registry.example/web:1")
    tool(*buildah, "push", "registry.example/web:1", f"oci:{work}/layout:1")
    return work / "layout"


def origin(run: Run) -> dict[str, Any]:
    """Return by kind of package whether it is inherited."""
    found: dict[str, set[Any]] = {}
    for package in run.json()["packages"]:
        found.setdefault(package["purl"].partition("/")[0], set()).add(package.get("inherited"))
    return {kind: next(iter(values)) if len(values) == 1 else values for kind, values in found.items()}


MARKED = {"pkg:deb": True, "pkg:pypi": False, "pkg:npm": False}
UNMARKED = dict.fromkeys(MARKED)


class TestGiven:
    def test_every_package_and_finding_is_told_apart(self, hullcheck: Hullcheck, layout: Path, base: str) -> None:
        run = hullcheck("image", layout, "--base-image", base, "-f", "json", "--no-cache")
        assert run.err == ""
        assert origin(run) == MARKED
        result = run.json()
        assert result["target"]["image"]["base"] == {"name": base, "digest": "", "layers": 1, "evidence": "given"}
        for finding in result["findings"]:
            assert finding["inherited"] == finding["package"]["purl"].startswith("pkg:deb/")
        inherited, added = result["origins"]["inherited"], result["origins"]["added"]
        assert inherited["total"] == sum(finding["inherited"] for finding in result["findings"]) > 0
        assert {level: inherited[level] + added[level] for level in added} == result["counts"]

    def test_verdict_and_findings_are_those_without_a_base(self, hullcheck: Hullcheck, layout: Path, base: str) -> None:
        limits = ("--max-high", "0", "--allow-incomplete", "-f", "json", "--no-cache")
        plain, told = hullcheck("image", layout, *limits), hullcheck("image", layout, "--base-image", base, *limits)
        assert plain.code == told.code == 50
        for part in ("counts", "decision", "coverage"):
            assert plain.json()[part] == told.json()[part]
        assert origin(plain) == UNMARKED

    def test_the_table_and_sarif_tell_it_too(
        self, hullcheck: Hullcheck, layout: Path, base: str, tmp_path: Path
    ) -> None:
        files = {name: tmp_path / name for name in ("json", "sarif", "table")}
        outputs = [f"-o{name}={file}" for name, file in files.items()]
        hullcheck("image", layout, "--base-image", base, "--no-cache", *outputs)
        counted = json.loads(files["json"].read_text())["origins"]["inherited"]
        (run,) = json.loads(files["sarif"].read_text())["runs"]
        assert run["properties"]["origins"]["inherited"] == counted
        assert run["properties"]["baseImage"]["layers"] == 1
        marks = [result["properties"]["inherited"] for result in run["results"]]
        assert sum(marks) == counted["total"] < len(marks)
        table = files["table"].read_text()
        assert f"{counted['total']} of {len(marks)} findings come from the base image {base}" in table
        assert "(from the base image)" in table
        converted = hullcheck("convert", files["json"], "-f", "table")
        assert converted.out == table

    def test_a_base_that_is_another_image_is_noticed_and_marks_nothing(
        self, hullcheck: Hullcheck, layout: Path, base: str, tmp_path: Path
    ) -> None:
        other = tmp_path / "other"
        tool("umoci", "init", "--layout", other)
        tool("umoci", "new", "--image", f"{other}:x")
        archive = pack(tmp_path / "x.tar", write(tmp_path / "x", {"etc/issue": "x"}))
        tool("umoci", "raw", "add-layer", "--image", f"{other}:x", archive)
        for wrong in (f"{other}:x", f"{layout}:app"):
            target = base if wrong.startswith(str(layout)) else layout
            run = hullcheck("image", target, "--base-image", wrong, "-f", "json", "--quiet")
            assert run.err.startswith(f"hullcheck: warning: {wrong} is not the base of ")
            assert run.err.count("\n") == 1
            assert run.json()["target"]["image"]["base"]["layers"] == 0
            assert "origins" not in run.json()
        assert "not built on" in hullcheck("image", layout, "--base-image", f"{other}:x").out

    @pytest.mark.parametrize(
        ("wrong", "code"), [("oci:none", 7), ("sea/UPPER", 2), ("127.0.0.1:1/team/none:1", 6), ("./none.tar", 7)]
    )
    def test_a_base_that_cannot_be_had_is_an_error(
        self, hullcheck: Hullcheck, layout: Path, wrong: str, code: int
    ) -> None:
        run = hullcheck("image", layout, "--base-image", wrong, "--max-network-retries", "0")
        assert (run.code, run.out) == (code, ""), run.err
        assert run.err.splitlines()[-1].startswith("hullcheck: error: ")

    def test_of_a_base_in_a_registry_no_layer_is_transferred(
        self, hullcheck: Hullcheck, layout: Path, registry: RealRegistry
    ) -> None:
        before = len(registry.requests())
        run = hullcheck("image", layout, "--base-image", f"registry:{registry.host}/debian:12", "-f", "json")
        assert origin(run) == MARKED
        blobs = [
            line
            for line in registry.requests()[before:].splitlines()
            if "response completed" in line and "/blobs/" in line
        ]
        assert len(blobs) == 1, "the configuration alone"

    def test_a_base_in_another_registry_is_not_shown_the_login_for_the_image(
        self, hullcheck: Hullcheck, tmp_path: Path, base: str, built: Path
    ) -> None:
        places = [tmp_path / name for name in ("one", "other")]
        for place in places:
            place.mkdir()
        with (
            serving_real_registry(places[0], "sailor:secret") as own,
            serving_real_registry(places[1], "sailor:secret") as other,
        ):
            own.push(f"oci:{built}", "web:1")
            for registry in (own, other):
                registry.push(f"docker-archive:{base}", "debian:12")
            login = {"HULLCHECK_USERNAME": "sailor", "HULLCHECK_PASSWORD": "secret"}
            scan = ("image", f"registry:{own.host}/web:1", "-f", "json", "--base-image")
            assert hullcheck(*scan, f"{own.host}/debian:12", env=login).json()["target"]["image"]["base"]["layers"] == 1
            run = hullcheck(*scan, f"{other.host}/debian:12", env=login)
            assert (run.code, run.out) == (6, "")
            assert f"base image: {other.host}/debian:12: needs a login" in run.err

    def test_it_can_be_set_in_the_environment(self, hullcheck: Hullcheck, layout: Path, base: str) -> None:
        run = hullcheck("image", layout, "-f", "json", env={"HULLCHECK_BASE_IMAGE": base})
        assert origin(run) == MARKED


class TestKnownLayers:
    def test_an_image_that_was_scanned_before_is_recognised_below(
        self, hullcheck: Hullcheck, layout: Path, base: str
    ) -> None:
        assert origin(hullcheck("image", layout, "-f", "json")) == UNMARKED
        alone = hullcheck("image", base, "-f", "json")
        assert "base" not in alone.json()["target"]["image"]
        run = hullcheck("image", layout, "-f", "json")
        assert run.err == ""
        assert origin(run) == MARKED
        assert run.json()["target"]["image"]["base"] == {
            "name": BASE,
            "digest": "",
            "layers": 1,
            "evidence": "known layers",
        }
        assert f"built on {BASE}, which was scanned before: the lowest 1 of 3 layers" in hullcheck("image", layout).out

    def test_without_the_cache_nothing_is_kept_or_known(self, hullcheck: Hullcheck, layout: Path, base: str) -> None:
        hullcheck("image", base, "--no-cache")
        assert not (hullcheck.home / ".cache").exists()
        hullcheck("image", base)
        assert origin(hullcheck("image", layout, "-f", "json", "--no-cache")) == UNMARKED
        assert origin(hullcheck("image", layout, "-f", "json")) == MARKED

    def test_a_cache_that_cannot_be_written_changes_nothing(
        self, hullcheck: Hullcheck, layout: Path, base: str, tmp_path: Path
    ) -> None:
        (tmp_path / "file").touch()
        for name in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/none")):
            run = hullcheck("image", base, "--cache-dir", name, "-f", "json")
            assert (run.code, run.err) == (51, "")
            assert origin(hullcheck("image", layout, "--cache-dir", name, "-f", "json")) == UNMARKED

    def test_an_image_whose_scan_failed_is_not_known(
        self, hullcheck: Hullcheck, layout: Path, base: str, tmp_path: Path
    ) -> None:
        """Its layers may be others than it says."""
        copied = tmp_path / "copy"
        shutil.copytree(layout, copied)
        index = json.loads((copied / "index.json").read_text())
        blobs = copied / "blobs" / "sha256"
        manifest = json.loads((blobs / index["manifests"][0]["digest"][7:]).read_text())
        top = blobs / manifest["layers"][-1]["digest"][7:]
        top.write_bytes(top.read_bytes()[:-20])
        assert hullcheck("image", copied).code == 7
        assert not list((hullcheck.home / ".cache").rglob("images/*"))


class TestAnnotation:
    def test_what_the_image_says_is_told_and_marks_nothing(self, hullcheck: Hullcheck, built: Path) -> None:
        run = hullcheck("image", built, "-f", "json")
        image = run.json()["target"]["image"]
        assert image["base"]["name"] == BASE
        assert image["base"]["digest"].startswith("sha256:")
        assert (image["base"]["layers"], image["base"]["evidence"]) == (0, "annotation")
        assert image["annotations"]["team"] == "sea"
        assert "origins" not in run.json()
        assert f"built on {BASE}, as the image says" in hullcheck("image", built).out

    def test_its_layers_prove_it(self, hullcheck: Hullcheck, built: Path, base: str) -> None:
        hullcheck("image", base)
        run = hullcheck("image", built, "-f", "json")
        assert run.json()["target"]["image"]["base"]["evidence"] == "known layers"
        assert origin(run) == {"pkg:deb": True, "pkg:npm": False}

    def test_no_secret_of_its_environment_is_in_any_report(
        self, hullcheck: Hullcheck, built: Path, tmp_path: Path
    ) -> None:
        files = {name: tmp_path / name for name in ("json", "sarif", "table")}
        hullcheck("image", built, *(f"-o{name}={file}" for name, file in files.items()))
        written = [file.read_text() for file in files.values()]
        assert not any("sesame-4711" in text for text in written)
        assert any('"API_TOKEN": "(redacted)"' in text for text in written)
