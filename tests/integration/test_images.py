"""One image in every form that users have it in: made by umoci and skopeo, served by docker-registry."""

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.integration.conftest import COMMAND, Hullcheck, Run, tool
from tests.simulators.images import OCI_MANIFEST
from tests.simulators.real_registry import RealRegistry, serving_real_registry
from tests.simulators.registry import Answer, error, serving_registry

SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+prettyjws"

pytestmark = pytest.mark.xdist_group("integration")

LOGIN = "sailor:se:cret"
SITE_PACKAGES = "usr/local/lib/python3.11/site-packages"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, layout: Path) -> Iterator[RealRegistry]:
    with serving_real_registry(tmp_path_factory.mktemp("registry")) as serving:
        serving.push(f"oci:{layout}:app", "team/app:1.0")
        serving.push(f"oci:{layout}:app", "team/docker:1.0", "--format", "v2s2")
        yield serving


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory, layout: Path) -> Iterator[RealRegistry]:
    with serving_real_registry(tmp_path_factory.mktemp("private"), LOGIN) as serving:
        serving.push(f"oci:{layout}:app", "team/app:1.0")
        yield serving


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory, layout: Path, registry: RealRegistry) -> Mapping[str, str]:
    """Return how the image is called in each of its forms."""
    work = tmp_path_factory.mktemp("forms")
    oci, docker = work / "oci.tar", work / "docker.tar"
    tool("skopeo", "copy", f"oci:{layout}:app", f"oci-archive:{oci}:app")
    tool("skopeo", "copy", f"oci:{layout}:app", f"docker-archive:{docker}:team/app:1.0")
    for archive in (oci, docker):
        tool("gzip", "-1", "-k", archive)
    return {
        "layout": str(layout),
        "layout with tag": f"{layout}:app",
        "layout by prefix": f"oci:{layout}:app",
        "oci archive": str(oci),
        "oci archive by prefix": f"oci-archive:{oci}",
        "compressed oci archive": f"{oci}.gz",
        "docker archive": str(docker),
        "docker archive by name": f"docker-archive:{docker}:team/app:1.0",
        "compressed docker archive": f"{docker}.gz",
        "registry": f"{registry.host}/team/app:1.0",
        "registry, schema 2": f"{registry.host}/team/docker:1.0",
        "registry by prefix": f"registry:{registry.host}/team/app:1.0",
    }


@pytest.fixture(scope="module")
def expected(database: Path, layout: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Hullcheck(tmp_path_factory.mktemp("home"), database)("image", layout, "-f", "json")


def substance(run: Run) -> Any:
    """Return what does not depend on how the image was read."""
    result = run.json()
    return [result[part] for part in ("distribution", "packages", "findings", "counts", "coverage")]


FORMS = (
    "layout with tag",
    "layout by prefix",
    "oci archive",
    "oci archive by prefix",
    "compressed oci archive",
    "docker archive",
    "docker archive by name",
    "compressed docker archive",
    "registry",
    "registry, schema 2",
    "registry by prefix",
)


@pytest.mark.parametrize("form", FORMS)
def test_the_result_is_the_same_in_every_form(
    hullcheck: Hullcheck, forms: Mapping[str, str], expected: Run, form: str
) -> None:
    run = hullcheck("image", forms[form], "-f", "json")
    assert run.err == ""
    assert run.code == expected.code
    assert substance(run) == substance(expected)


class TestContent:
    def test_the_packages_of_debian_are_those_that_dpkg_lists(self, expected: Run, debian: Path) -> None:
        query = ["dpkg-query", f"--admindir={debian}/var/lib/dpkg", "-W", "-f", "${Package} ${Version}\n"]
        listed = subprocess.run(query, capture_output=True, text=True, check=True).stdout.splitlines()
        found = [package["purl"] for package in expected.json()["packages"] if package["purl"].startswith("pkg:deb/")]
        assert len(found) == len(listed) > 80
        names = {line.split()[0] for line in listed}
        assert {purl.removeprefix("pkg:deb/debian/").partition("@")[0].replace("%2B", "+") for purl in found} == names

    def test_whiteouts_and_opaque_directories_hide_what_is_below(self, expected: Run) -> None:
        found = {
            package["purl"]: [location["path"] for location in package["locations"]]
            for package in expected.json()["packages"]
            if package["purl"].startswith("pkg:npm/")
        }
        assert found == {
            "pkg:npm/lodash@4.17.20": ["srv/web/node_modules/lodash/package.json"],
            "pkg:npm/lodash@4.17.21": ["opt/tool/node_modules/lodash/package.json"],
        }

    def test_every_package_has_its_path_layer_and_build_command(self, expected: Run) -> None:
        result = expected.json()
        layers = {layer["diffId"]: layer["createdBy"] for layer in result["target"]["image"]["layers"]}
        commands = {}
        for package in result["packages"]:
            for location in package["locations"]:
                assert location["command"] == layers[location["layer"]]
                commands[package["purl"].partition("@")[0]] = location["command"]
        assert commands["pkg:deb/debian/base-files"] == "ADD rootfs.tar /"
        assert commands["pkg:pypi/jinja2"] == "RUN pip install jinja2 django"

    def test_known_flaws_are_found_in_it(self, expected: Run) -> None:
        findings = expected.findings()
        assert findings["pkg:pypi/jinja2 CVE-2019-10906"]["fixed"] == "2.10.1"
        assert findings["pkg:npm/lodash CVE-2021-23337"]["package"]["purl"] == "pkg:npm/lodash@4.17.20"
        assert "pkg:deb/debian/tar CVE-2005-2541" in findings

    def test_the_image_is_described(self, expected: Run) -> None:
        image = expected.json()["target"]["image"]
        assert image["user"] == "app"
        assert image["labels"] == {"team": "sea"}
        assert image["platform"] == "linux/amd64"
        assert image["digest"].startswith("sha256:")


def test_a_root_file_system_has_the_packages_of_its_image(hullcheck: Hullcheck, debian: Path, expected: Run) -> None:
    run = hullcheck("rootfs", debian, "-f", "json")
    assert run.code == 51
    purls = {package["purl"] for package in run.json()["packages"]}
    assert purls == {p["purl"] for p in expected.json()["packages"] if p["purl"].startswith("pkg:deb/")}


def test_every_layer_is_transferred_once(hullcheck: Hullcheck, registry: RealRegistry) -> None:
    before = len(registry.requests())
    run = hullcheck("image", f"{registry.host}/team/app:1.0", "-f", "json")
    log = registry.requests()[before:]
    for layer in run.json()["target"]["image"]["layers"]:
        answered = [line for line in log.splitlines() if "response completed" in line and layer["digest"] in line]
        assert len(answered) == 1


class TestRegistry:
    def login(self, hullcheck: Hullcheck, host: str, login: str) -> None:
        encoded = base64.b64encode(login.encode()).decode()
        (hullcheck.home / ".docker").mkdir()
        (hullcheck.home / ".docker" / "config.json").write_text(json.dumps({"auths": {host: {"auth": encoded}}}))

    def test_a_private_image_is_had_with_the_credentials_of_docker_login(
        self, hullcheck: Hullcheck, private: RealRegistry, expected: Run
    ) -> None:
        self.login(hullcheck, private.host, LOGIN)
        run = hullcheck("image", f"{private.host}/team/app:1.0", "-f", "json")
        assert substance(run) == substance(expected)

    @pytest.mark.parametrize("login", ["", "sailor:wrong"])
    def test_without_the_right_credentials_it_is_one_clear_line(
        self, hullcheck: Hullcheck, private: RealRegistry, login: str
    ) -> None:
        if login:
            self.login(hullcheck, private.host, login)
        run = hullcheck("image", f"{private.host}/team/app:1.0")
        assert (run.code, run.out) == (6, "")
        assert run.err.count("\n") == 1
        assert "401" in run.err
        assert "login" in run.err

    @pytest.mark.parametrize("name", ["team/app:2.0", "team/none:1.0", "team/app@sha256:" + 64 * "0"])
    def test_what_is_not_there_is_one_clear_line(self, hullcheck: Hullcheck, registry: RealRegistry, name: str) -> None:
        run = hullcheck("image", f"{registry.host}/{name}")
        assert (run.code, run.out) == (6, "")
        assert run.err.count("\n") == 1
        assert "404" in run.err

    def test_a_blob_that_was_changed_is_noticed(self, hullcheck: Hullcheck, tmp_path: Path, layout: Path) -> None:
        with serving_real_registry(tmp_path) as serving:
            serving.push(f"oci:{layout}:app", "team/app:1.0")
            blob = max((tmp_path / "storage").rglob("data"), key=lambda path: path.stat().st_size)
            content = bytearray(blob.read_bytes())
            content[len(content) // 2] ^= 1
            blob.write_bytes(content)
            run = hullcheck("image", f"{serving.host}/team/app:1.0")
        assert (run.code, run.out) == (6, "")
        assert run.err.count("\n") == 1
        assert "digest" in run.err

    def test_a_tag_and_digest_name_the_image_that_has_the_digest(
        self, hullcheck: Hullcheck, registry: RealRegistry, expected: Run
    ) -> None:
        digest = expected.json()["target"]["image"]["digest"]
        run = hullcheck("image", f"{registry.host}/team/app:1.0@{digest}", "-f", "json")
        assert run.json()["target"]["image"]["digest"] == digest

    def test_another_platform_than_that_of_the_image_is_a_mistake(
        self, hullcheck: Hullcheck, registry: RealRegistry
    ) -> None:
        run = hullcheck("image", f"{registry.host}/team/app:1.0", "--platform", "linux/arm64")
        assert (run.code, run.out) == (2, "")
        assert "linux/amd64" in run.err


MANIFEST = "/v2/team/app/manifests/1.0"
FAULTS: tuple[tuple[str, Answer, str], ...] = (
    ("denied", error(403, "DENIED"), "403"),
    ("limited", error(429, "TOOMANYREQUESTS"), "429"),
    ("broken", error(500, "UNKNOWN"), "500"),
    ("unavailable", error(503, "UNAVAILABLE"), "503"),
    ("cut", Answer(200, b"{" * 1000, {"Content-Type": OCI_MANIFEST}, cut=10), "team/app:1.0"),
    ("stalled", Answer(200, b"{" * 1000, {"Content-Type": OCI_MANIFEST}, cut=10, stall=30), "team/app:1.0"),
    ("no manifest", Answer(200, b"<html>", {"Content-Type": "text/html"}), "JSON"),
    ("unknown type", Answer(200, b'{"schemaVersion": 2}', {"Content-Type": "application/x-other"}), "x-other"),
    ("no JSON", Answer(200, b"{", {"Content-Type": OCI_MANIFEST}), "JSON"),
    ("schema 1", Answer(200, b'{"schemaVersion": 1}', {"Content-Type": SCHEMA_1}), "schema 1"),
    ("without layers", Answer(200, b'{"schemaVersion": 2}', {"Content-Type": OCI_MANIFEST}), "layers"),
)


@pytest.mark.parametrize(("fault", "answer", "word"), FAULTS, ids=[fault for fault, _, _ in FAULTS])
def test_a_registry_that_misbehaves_is_one_clear_line(
    hullcheck: Hullcheck, fault: str, answer: Answer, word: str
) -> None:
    with serving_registry() as registry:
        registry.answer(MANIFEST, answer)
        options = ("--timeout", "1", "--max-network-retries", "0")
        run = hullcheck("image", f"{registry.host}/team/app:1.0", *options)
    assert (run.code, run.out) == (6, ""), fault
    assert run.err.count("\n") == 1
    assert word in run.err


def test_nobody_who_listens_is_one_clear_line(hullcheck: Hullcheck) -> None:
    run = hullcheck("image", "127.0.0.1:1/team/app:1.0", "--max-network-retries", "0")
    assert (run.code, run.out) == (6, "")
    assert "Connection refused" in run.err


class TestDamage:
    @pytest.fixture
    def copy(self, tmp_path: Path, layout: Path) -> Path:
        copied = tmp_path / "copy"
        shutil.copytree(layout, copied)
        return copied

    def failed(self, hullcheck: Hullcheck, reference: object, code: int, *words: str) -> None:
        run = hullcheck("image", str(reference))
        assert (run.code, run.out) == (code, ""), run.err
        assert run.err.count("\n") == 1
        for word in words:
            assert word in run.err

    def manifest(self, layout: Path) -> Path:
        index = json.loads((layout / "index.json").read_text())
        return self.blob(layout, index["manifests"][0])

    def blob(self, layout: Path, descriptor: Mapping[str, str]) -> Path:
        return layout / "blobs" / "sha256" / descriptor["digest"].removeprefix("sha256:")

    def test_a_layer_of_another_digest(self, hullcheck: Hullcheck, copy: Path) -> None:
        layer = self.blob(copy, json.loads(self.manifest(copy).read_text())["layers"][0])
        content = bytearray(layer.read_bytes())
        content[len(content) // 2] ^= 1
        layer.write_bytes(content)
        self.failed(hullcheck, copy, 7, "digest")

    def test_a_layer_that_was_cut(self, hullcheck: Hullcheck, copy: Path) -> None:
        layer = self.blob(copy, json.loads(self.manifest(copy).read_text())["layers"][0])
        layer.write_bytes(layer.read_bytes()[:-1000])
        self.failed(hullcheck, copy, 7, "missing")

    def test_a_layer_that_is_missing(self, hullcheck: Hullcheck, copy: Path) -> None:
        self.blob(copy, json.loads(self.manifest(copy).read_text())["layers"][1]).unlink()
        self.failed(hullcheck, copy, 7)

    def test_a_manifest_of_another_digest(self, hullcheck: Hullcheck, copy: Path) -> None:
        manifest = self.manifest(copy)
        manifest.write_text(manifest.read_text() + " ")
        self.failed(hullcheck, copy, 7)

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.999])
    @pytest.mark.parametrize("form", ["oci archive", "docker archive", "compressed docker archive"])
    def test_an_archive_that_was_cut(
        self, hullcheck: Hullcheck, forms: Mapping[str, str], tmp_path: Path, form: str, share: float
    ) -> None:
        whole = Path(forms[form]).read_bytes()
        suffix = ".tar.gz" if forms[form].endswith(".gz") else ".tar"
        cut = tmp_path / f"cut{suffix}"
        cut.write_bytes(whole[: int(len(whole) * share)])
        self.failed(hullcheck, cut, 7)

    def test_what_is_no_archive(self, hullcheck: Hullcheck, tmp_path: Path) -> None:
        for name, content in {"text.tar": b"no archive\n" * 100, "empty.tar": b"", "zeros.tar": bytes(10240)}.items():
            (tmp_path / name).write_bytes(content)
            self.failed(hullcheck, tmp_path / name, 7, name)

    def test_a_directory_that_is_no_layout(self, hullcheck: Hullcheck, debian: Path) -> None:
        self.failed(hullcheck, debian, 7)


class TestStdin:
    @pytest.fixture
    def archive(self, forms: Mapping[str, str]) -> Path:
        return Path(forms["docker archive"])

    def piped(self, hullcheck: Hullcheck, script: str, *arguments: str | Path) -> Run:
        """Return what `script`, in which "$@" is the command with `arguments`, leaves behind."""
        command = ["sh", "-c", script, "sh", str(COMMAND), "image", *map(str, arguments)]
        environment = hullcheck.environment()
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=120)
        assert "Traceback" not in done.stderr, done.stderr
        return Run(done.returncode, done.stdout, done.stderr)

    @pytest.mark.parametrize("form", ["docker archive", "compressed docker archive", "oci archive"])
    def test_the_result_of_what_is_piped_is_the_same(
        self, hullcheck: Hullcheck, forms: Mapping[str, str], expected: Run, form: str
    ) -> None:
        run = self.piped(hullcheck, f'cat {forms[form]} | "$@"', "-", "-f", "json")
        assert run.err == ""
        assert run.code == expected.code
        assert substance(run) == substance(expected)

    def test_a_file_on_stdin_is_read_in_place(self, hullcheck: Hullcheck, archive: Path, expected: Run) -> None:
        """A file without a name takes the room of the archive: none is made."""
        script = f'ulimit -f 20000; "$@" < {archive}'
        assert archive.stat().st_size > 20_000 * 512
        run = self.piped(hullcheck, script, "-", "-f", "json", "--no-cache")
        assert substance(run) == substance(expected)
        run = self.piped(hullcheck, f'ulimit -f 20000; cat {archive} | "$@"', "-", "-f", "json")
        assert (run.code, run.out) == (7, "")
        assert "TMPDIR" in run.err
        assert run.err.count("\n") == 1

    def test_the_image_is_called_as_in_the_archive(self, hullcheck: Hullcheck, archive: Path) -> None:
        for reference in ("-", "-:team/app:1.0", "docker-archive:-", "docker-archive:-:app:1.0"):
            target = self.piped(hullcheck, f'cat {archive} | "$@"', reference, "-f", "json").json()["target"]
            assert (target["name"], target["source"]) == ("docker.io/team/app:1.0", "docker-archive")

    def test_reports_are_named_after_it(self, hullcheck: Hullcheck, archive: Path, tmp_path: Path) -> None:
        self.piped(hullcheck, f'cat {archive} | "$@"', "-", "-f", "json,sarif", "--output-dir", tmp_path / "out")
        assert len({file.name.partition("-")[0] for file in (tmp_path / "out").iterdir()}) == 1

    @pytest.mark.parametrize(
        ("script", "code", "word"),
        [
            ('true | "$@"', 7, "nothing came on stdin"),
            ('"$@" < /dev/null', 7, "nothing came on stdin"),
            ('"$@" <&-', 2, "closed"),
            ('yes no image | head -c 100000 | "$@"', 7, "not a tar archive"),
            ('head -c 100000 "$ARCHIVE" | "$@"', 7, "cut short"),
        ],
    )
    def test_what_is_no_archive_is_one_clear_line(
        self, hullcheck: Hullcheck, archive: Path, script: str, code: int, word: str
    ) -> None:
        run = self.piped(hullcheck, f"ARCHIVE={archive}; {script}", "-")
        assert (run.code, run.out) == (code, "")
        assert run.err.count("\n") == 1
        assert word in run.err
