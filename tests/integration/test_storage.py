"""An image where engines store it: the real engines have it, and are not asked."""

import json
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.integration.conftest import COMMAND, Hullcheck, Run, application, manifest, pack, removal, tool, write
from tests.simulators.images import Entry, directory, file, hard_link, symlink, tar
from tests.simulators.real_registry import program
from tests.simulators.real_storage import Storage, containerd_storage, docker_storage, podman_storage

pytestmark = pytest.mark.xdist_group("integration")

DRIVERS = {"docker": "docker-overlay2", "podman": "podman-overlay", "containerd": "containerd-overlayfs"}
FORMS = (*DRIVERS.values(), "containerd")
NAME = "registry.example/team/app:1.0"


def package(place: str, name: str) -> Entry:
    return file(f"{place}/node_modules/{name}/package.json", manifest(name, "1.0.0").encode())


# What layers do to each other that whiteouts do not say. What is "gone" must not be found, what is "kept" must.
SHAPES = (
    (
        package("below-a-file", "gone-1"),
        file("below-a-directory/node_modules", b"a file"),
        package("replaced", "gone-2"),
        package("below", "kept-1"),
        package("opaque/deep/deeper", "gone-3"),
        package("whiteout", "gone-4"),
        package("caf\udce9", "kept-2"),
        package("below-a-link", "gone-5"),
    ),
    (
        file("below-a-file", b"a file in place of a directory"),
        directory("below-a-directory/node_modules"),
        directory("below-a-directory/node_modules/kept-3"),
        package("below-a-directory", "kept-3"),
        file("replaced/node_modules/gone-2/package.json", manifest("kept-4", "1.0.0").encode()),
        file("below/node_modules/other", b""),
        directory("opaque/deep"),
        file("opaque/deep/.wh..wh..opq", b""),
        package("opaque/deep/other", "kept-5"),
        file(".wh.whiteout", b""),
        symlink("below-a-link", "below"),
        file("links/content", manifest("kept-6", "1.0.0").encode()),
        hard_link("links/node_modules/x/package.json", "links/content"),
        package("links/wanted", "kept-7"),
        hard_link("links/y/node_modules/y/package.json", "links/wanted/node_modules/kept-7/package.json"),
        symlink("links/z/node_modules/z/package.json", "/etc/shadow"),
    ),
)
KEPT = {f"pkg:npm/kept-{number}@1.0.0" for number in range(1, 8)}


@dataclass(frozen=True)
class Stores:
    """An image as an OCI layout and in the storage of each engine."""

    layout: str
    docker: Storage
    podman: Storage
    containerd: Storage
    archives: Mapping[str, Path]

    def root(self, form: str) -> Path:
        return {"docker-overlay2": self.docker, "podman-overlay": self.podman}.get(form, self.containerd).root

    def scan(self, hullcheck: Hullcheck, form: str, name: str = NAME, *options: str, env: Any = None) -> Run:
        root = ("--storage-root", str(self.root(form)))
        if form == "containerd":
            return hullcheck("image", f"containerd:{name}", *root, "-f", "json", *options, env=env)
        return hullcheck("image", name, "--storage-driver", form, *root, "-f", "json", *options, env=env)


@pytest.fixture(scope="module")
def shaped(tmp_path_factory: pytest.TempPathFactory, debian_archive: Path) -> Path:
    """Return a layout with the image "app", of what Debian says of itself and an application, and "shaped" on top."""
    work = tmp_path_factory.mktemp("shaped")
    layout, base = work / "layout", work / "base"
    base.mkdir()
    tool("tar", "-C", base, "-xf", debian_archive, "./etc", "./usr/lib/os-release", "./var/lib/dpkg")
    tool("umoci", "init", "--layout", layout)
    tool("umoci", "new", "--image", f"{layout}:app")
    for name, content in (("base", base), ("app", application(work / "app")), ("removal", removal(work / "removal"))):
        add_layer(f"{layout}:app", pack(work / f"{name}.tar", content), f"ADD {name}")
    tool("umoci", "config", "--image", f"{layout}:app", "--config.user", "app", "--config.label", "team=sea")
    tool("umoci", "tag", "--image", f"{layout}:app", "shaped")
    for number, members in enumerate(SHAPES):
        archive = work / f"{number}.tar"
        archive.write_bytes(tar(members))
        add_layer(f"{layout}:shaped", archive, f"RUN step {number}")
    return layout


def add_layer(image: str, archive: Path, created_by: str) -> None:
    tool("umoci", "raw", "add-layer", "--image", image, "--history.created_by", created_by, archive)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory, shaped: Path) -> Iterator[Stores]:
    """Load both images into each engine, and remove again the one whose layers the other has too."""
    archives = {}
    names = {"app": "registry.example/base:1.0", "shaped": NAME}
    for tag, name in names.items():
        for kind in ("docker", "oci"):
            archives[f"{kind} {tag}"] = tmp_path_factory.mktemp("archive") / f"{kind}.tar"
            tool("skopeo", "copy", f"oci:{shaped}:{tag}", f"{kind}-archive:{archives[f'{kind} {tag}']}:{name}")
    with ExitStack() as stack:
        # Paths of sockets are short.
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="hc-", ignore_cleanup_errors=True))
        docker = stack.enter_context(docker_storage(Path(directory)))
        containerd = stack.enter_context(containerd_storage(Path(directory)))
        podman = podman_storage(Path(directory))
        for tag in names:
            docker("load", "-i", archives[f"docker {tag}"])
            podman("load", "-i", archives[f"docker {tag}"])
            containerd("images", "import", archives[f"oci {tag}"])
        docker("rmi", names["app"])
        podman("rmi", names["app"])
        containerd("images", "rm", "--sync", names["app"])
        yield Stores(f"{shaped}:shaped", docker, podman, containerd, archives)


@pytest.fixture(scope="module")
def expected(database: Path, stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Hullcheck(tmp_path_factory.mktemp("home"), database)("image", stores.layout, "-f", "json")


@pytest.fixture
def brief() -> Iterator[Path]:
    """Return a directory with a path as short as sockets and Podman want it."""
    with tempfile.TemporaryDirectory(prefix="hc-", ignore_cleanup_errors=True) as directory:
        yield Path(directory)


def substance(run: Run) -> Any:
    """Return what does not depend on how the image was read."""
    result = run.json()
    image = result["target"]["image"]
    layers = [(layer["diffId"], layer["createdBy"]) for layer in image["layers"]]
    same = {key: image[key] for key in image if key not in {"digest", "tags", "layers", "annotations"}}
    return [result[part] for part in ("distribution", "packages", "findings", "counts", "coverage")], layers, same


def told(run: Run, code: int, *words: str) -> None:
    assert (run.code, run.out) == (code, ""), run.err
    assert run.err.count("\n") == 1
    for word in words:
        assert word in run.err


class TestResult:
    @pytest.mark.parametrize("form", FORMS)
    def test_it_is_that_of_the_layout(self, hullcheck: Hullcheck, stores: Stores, expected: Run, form: str) -> None:
        run = stores.scan(hullcheck, form)
        assert run.err == ""
        assert run.code == expected.code
        assert substance(run) == substance(expected)
        assert run.json()["target"]["source"] == form

    def test_layers_hide_what_they_replace(self, expected: Run) -> None:
        found = {it["purl"] for it in expected.json()["packages"]}
        assert {purl for purl in found if purl.startswith(("pkg:npm/gone", "pkg:npm/kept"))} == KEPT

    def test_engines_need_not_run(self, hullcheck: Hullcheck, stores: Stores, expected: Run, tmp_path: Path) -> None:
        copied = tmp_path / "podman"
        tool("cp", "-a", stores.podman.root, copied)
        run = stores.scan(hullcheck, "podman-overlay", NAME, "--storage-root", str(copied))
        assert substance(run) == substance(expected)


class TestNames:
    @pytest.mark.parametrize("form", FORMS)
    def test_ids_name_images(self, hullcheck: Hullcheck, stores: Stores, expected: Run, form: str) -> None:
        identity = expected.json()["target"]["image"]["id"]
        for name in (identity, identity.removeprefix("sha256:")[:12]):
            assert substance(stores.scan(hullcheck, form, name)) == substance(expected)

    @pytest.mark.parametrize("form", ["podman-overlay", "containerd-overlayfs", "containerd"])
    def test_digests_name_images(self, hullcheck: Hullcheck, stores: Stores, expected: Run, form: str) -> None:
        digest = stores.scan(hullcheck, form).json()["target"]["image"]["digest"]
        run = stores.scan(hullcheck, form, f"registry.example/team/app@{digest}")
        assert substance(run) == substance(expected)
        told(stores.scan(hullcheck, form, f"registry.example/other@{digest}"), 8, "no image")

    def test_podman_knows_images_by_the_end_of_their_names(
        self, hullcheck: Hullcheck, stores: Stores, expected: Run
    ) -> None:
        assert substance(stores.scan(hullcheck, "podman-overlay", "app:1.0")) == substance(expected)
        told(stores.scan(hullcheck, "podman-overlay", "pp:1.0"), 8, "no image")

    @pytest.mark.parametrize("form", FORMS)
    def test_what_is_not_there_is_one_clear_line(self, hullcheck: Hullcheck, stores: Stores, form: str) -> None:
        told(stores.scan(hullcheck, form, "registry.example/team/app:2.0"), 8, "no image", NAME)
        told(stores.scan(hullcheck, form, "Upper Case"), 8, "no image")

    @pytest.mark.parametrize("form", FORMS)
    def test_a_storage_that_is_not_there_is_one_clear_line(
        self, hullcheck: Hullcheck, stores: Stores, form: str, tmp_path: Path
    ) -> None:
        told(stores.scan(hullcheck, form, NAME, "--storage-root", str(tmp_path / "gone")), 8, "--storage-root")
        told(stores.scan(hullcheck, form, NAME, "--storage-root", str(tmp_path)), 8, "--storage-root")

    def test_another_platform_is_a_mistake(self, hullcheck: Hullcheck, stores: Stores) -> None:
        for form in FORMS:
            told(stores.scan(hullcheck, form, NAME, "--platform", "linux/arm64"), 2, "linux/amd64")


class TestContainerd:
    def test_a_name_in_two_namespaces_must_be_told_apart(
        self, hullcheck: Hullcheck, stores: Stores, expected: Run
    ) -> None:
        within = ("-n", "other", "images")
        stores.containerd(*within, "import", stores.archives["oci app"])
        stores.containerd(*within, "tag", "registry.example/base:1.0", NAME)
        try:
            told(
                stores.scan(hullcheck, "containerd"),
                8,
                "--containerd-namespace other",
                "--containerd-namespace default",
            )
            for choice in ({"CONTAINERD_NAMESPACE": "default"}, {"HULLCHECK_CONTAINERD_NAMESPACE": "default"}):
                assert substance(stores.scan(hullcheck, "containerd", env=choice)) == substance(expected)
            chosen = ("--containerd-namespace", "other")
            run = stores.scan(hullcheck, "containerd-overlayfs", NAME, *chosen)
            assert len(run.json()["target"]["image"]["layers"]) == 3
            told(
                stores.scan(hullcheck, "containerd", NAME, "--containerd-namespace", "gone"),
                8,
                "namespace gone",
                "none",
            )
        finally:
            stores.containerd(*within, "rm", "--sync", NAME, "registry.example/base:1.0")

    def test_layers_that_were_dropped_are_read_unpacked(
        self, hullcheck: Hullcheck, stores: Stores, expected: Run, tmp_path: Path
    ) -> None:
        copied = tmp_path / "containerd"
        tool("cp", "-a", stores.containerd.root, copied)
        layer = stores.scan(hullcheck, "containerd").json()["target"]["image"]["layers"][0]["digest"]
        (copied / "io.containerd.content.v1.content/blobs/sha256" / layer.removeprefix("sha256:")).unlink()
        root = ("--storage-root", str(copied))
        told(stores.scan(hullcheck, "containerd", NAME, *root), 8, layer, "--storage-driver containerd-overlayfs")
        assert substance(stores.scan(hullcheck, "containerd-overlayfs", NAME, *root)) == substance(expected)

    def test_layers_that_were_not_unpacked_are_read_as_blobs(
        self, hullcheck: Hullcheck, stores: Stores, expected: Run
    ) -> None:
        within = ("-n", "packed", "images")
        stores.containerd(*within, "import", "--no-unpack", stores.archives["oci shaped"])
        try:
            chosen = ("--containerd-namespace", "packed")
            told(stores.scan(hullcheck, "containerd-overlayfs", NAME, *chosen), 8, f"containerd:{NAME}")
            assert substance(stores.scan(hullcheck, "containerd", NAME, *chosen)) == substance(expected)
        finally:
            stores.containerd(*within, "rm", "--sync", NAME)

    def test_a_blob_that_was_changed_is_noticed(self, hullcheck: Hullcheck, stores: Stores, tmp_path: Path) -> None:
        copied = tmp_path / "containerd"
        tool("cp", "-a", stores.containerd.root, copied)
        blob = max(
            (copied / "io.containerd.content.v1.content/blobs/sha256").iterdir(), key=lambda it: it.stat().st_size
        )
        content = bytearray(blob.read_bytes())
        content[len(content) // 2] ^= 1
        blob.write_bytes(content)
        told(stores.scan(hullcheck, "containerd", NAME, "--storage-root", str(copied)), 8, "digest")

    def test_it_is_read_while_images_come_and_go(
        self, hullcheck: Hullcheck, stores: Stores, expected: Run, tmp_path: Path
    ) -> None:
        """Each import and removal is a dozen transactions, which write over pages of the ones before."""
        small = tmp_path / "small.tar"
        layout = tmp_path / "small"
        (tmp_path / "one.tar").write_bytes(tar([file("one", b"1")]))
        tool("umoci", "init", "--layout", layout)
        tool("umoci", "new", "--image", f"{layout}:one")
        tool("umoci", "raw", "add-layer", "--image", f"{layout}:one", tmp_path / "one.tar")
        tool("skopeo", "copy", f"oci:{layout}:one", f"oci-archive:{small}:registry.example/small:1")
        ended = threading.Event()
        rounds = []

        def work() -> None:
            while not ended.is_set():
                stores.containerd("-n", "busy", "images", "import", small)
                stores.containerd("-n", "busy", "images", "rm", "--sync", "registry.example/small:1")
                rounds.append(1)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            for _ in range(3):
                for form in ("containerd", "containerd-overlayfs"):
                    assert substance(stores.scan(hullcheck, form)) == substance(expected)
        finally:
            ended.set()
            thread.join()
        assert len(rounds) > 3


class TestRights:
    @pytest.mark.parametrize("form", DRIVERS.values())
    def test_who_may_not_see_what_layers_hide_is_told_so(self, hullcheck: Hullcheck, stores: Stores, form: str) -> None:
        """As in a container that may read the storage but not the attributes of an overlay file system."""
        driver = ("--storage-driver", form, "--storage-root", stores.root(form))
        less = ("setpriv", "--inh-caps", "-sys_admin", "--bounding-set", "-sys_admin")
        done = subprocess.run(
            [*less, COMMAND, "image", NAME, *driver],
            capture_output=True,
            text=True,
            check=False,
            env=hullcheck.environment(),
            cwd=hullcheck.home,
        )
        told(Run(done.returncode, done.stdout, done.stderr), 8, "root", "SYS_ADMIN")


class TestPodman:
    def test_layers_of_additional_stores_are_found(
        self, hullcheck: Hullcheck, stores: Stores, expected: Run, tmp_path: Path, brief: Path
    ) -> None:
        empty = podman_storage(brief)
        empty("images")
        additional, configuration = tmp_path / "additional", tmp_path / "storage.conf"
        tool("cp", "-a", stores.podman.root, additional)
        lines = (
            "[storage]",
            "driver = 'overlay'",
            f"graphroot = '{empty.root}'",
            "[storage.options]",
            f"additionalimagestores = ['{additional}']",
        )
        configuration.write_text("\n".join(lines))
        driver = ("--storage-driver", "podman-overlay")
        run = hullcheck("image", NAME, *driver, "-f", "json", env={"CONTAINERS_STORAGE_CONF": str(configuration)})
        assert substance(run) == substance(expected)

    def test_a_program_may_lay_the_layers_upon_each_other(
        self, hullcheck: Hullcheck, stores: Stores, expected: Run, brief: Path
    ) -> None:
        """As for users without rights on old kernels: what layers hide is told by files."""
        podman = podman_storage(brief, "--storage-opt", f"overlay.mount_program={program('fuse-overlayfs')}")
        podman("load", "-i", stores.archives["docker shaped"])
        assert list(podman.root.rglob(".wh.*"))
        run = stores.scan(hullcheck, "podman-overlay", NAME, "--storage-root", str(podman.root))
        assert substance(run) == substance(expected)

    def test_an_image_that_buildah_built_is_read(self, hullcheck: Hullcheck, stores: Stores, brief: Path) -> None:
        """Its layers were written by a container, so that the kernel marked what they hide."""
        root = ("--root", stores.podman.root, "--runroot", brief / "run", "--storage-driver", "overlay")
        container = subprocess.run(
            ["buildah", *root, "from", "--pull-never", NAME], capture_output=True, text=True, check=True
        ).stdout.strip()
        mounted = subprocess.run(
            ["buildah", *root, "mount", container], capture_output=True, text=True, check=True
        ).stdout.strip()
        web = Path(mounted, "srv", "web")
        shutil.rmtree(web)
        web.mkdir()
        write(web, {"node_modules/written/package.json": manifest("written", "1.0.0")})
        tool("buildah", *root, "umount", container)
        tool("buildah", *root, "commit", "--rm", container, "built")
        try:
            run = stores.scan(hullcheck, "podman-overlay", "localhost/built")
            found = {it["purl"]: it["locations"][0]["path"] for it in run.json()["packages"] if "npm" in it["purl"]}
            assert found["pkg:npm/written@1.0.0"] == "srv/web/node_modules/written/package.json"
            assert "pkg:npm/lodash@4.17.20" not in found
        finally:
            stores.podman("rmi", "localhost/built")


def test_a_driver_that_there_is_not_is_a_mistake(hullcheck: Hullcheck) -> None:
    told(hullcheck("image", NAME, "--storage-driver", "zfs"), 2, "docker-overlay2")


def test_no_driver_is_none(hullcheck: Hullcheck, stores: Stores, expected: Run) -> None:
    run = hullcheck("image", stores.layout, "--storage-driver", "none", "-f", "json")
    assert json.loads(run.out)["target"]["source"] == "oci-layout"
    assert substance(run) == substance(expected)
