"""One image in Docker and in Podman, both real, and engines that misbehave."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.integration.conftest import Hullcheck, Run, application, manifest, pack, removal, tool, write
from tests.simulators.engine import Answer, EngineSimulator, answer, serving_engine
from tests.simulators.images import file, image, layer
from tests.simulators.real_engines import RealEngine, docker_service, podman_service
from tests.simulators.real_registry import serving_real_registry
from tests.simulators.registry import serving_registry

pytestmark = pytest.mark.xdist_group("integration")

NAME = "registry.example/team/app:1.0"

# Images are looked for in the usual order.
USUAL = {"HULLCHECK_IMAGE_SOURCE": ""}
DOCKERFILE = """\
FROM scratch
ENV A=1
COPY app /srv
LABEL team=sea
CMD ["/srv/app"]
"""


@dataclass(frozen=True)
class Engines:
    """Engines with the image as `NAME`, `digest` and `identity`. Docker has another one, which it built: `built`."""

    docker: RealEngine
    podman: RealEngine
    identity: str
    digest: str

    @property
    def environment(self) -> dict[str, str]:
        return {**USUAL, **self.docker.environment, **self.podman.environment}


STATUS = """\
Package: openssl
Status: install ok installed
Architecture: amd64
Version: 3.0.11-1~deb12u2

"""


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an OCI layout, made by umoci: a little of Debian, an application, and a layer that removes parts of it."""
    work = tmp_path_factory.mktemp("image")
    base = {
        "etc/os-release": 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n',
        "var/lib/dpkg/status": STATUS,
    }
    layers = (
        ("ADD rootfs.tar / # buildkit", write(work / "base", base)),
        ("RUN pip install jinja2 django", application(work / "app")),
        ("RUN rm -r /srv/old /opt/tool", removal(work / "removed")),
    )
    image = f"{work / 'layout'}:app"
    tool("umoci", "init", "--layout", work / "layout")
    tool("umoci", "new", "--image", image)
    for created_by, root in layers:
        archive = pack(root.with_suffix(".tar"), root)
        tool("umoci", "raw", "add-layer", "--image", image, "--history.created_by", created_by, archive)
    tool("umoci", "config", "--image", image, "--config.user", "app", "--config.label", "team=sea")
    tool("umoci", "gc", "--layout", work / "layout")
    return work / "layout"


@pytest.fixture(scope="module")
def engines(layout: Path) -> Iterator[Engines]:
    with ExitStack() as stack:
        # Paths of sockets are short, and Podman wants none of its own longer than 50 characters.
        brief = tempfile.TemporaryDirectory(prefix="hc-", ignore_cleanup_errors=True)
        work = Path(stack.enter_context(brief))
        docker = stack.enter_context(docker_service(work))
        podman = stack.enter_context(podman_service(work))
        registry = stack.enter_context(serving_real_registry(work))
        tool("skopeo", "copy", f"oci:{layout}:app", f"docker-daemon:{NAME}", "--dest-daemon-host", docker.address)
        registry.push(f"oci:{layout}:app", "team/app:1.0")
        docker("pull", "-q", f"{registry.host}/team/app:1.0")
        podman("pull", "-q", "--tls-verify=false", f"{registry.host}/team/app:1.0")
        podman("tag", f"{registry.host}/team/app:1.0", NAME)
        inspected = json.loads(docker("inspect", NAME))[0]
        build(docker, work)
        yield Engines(docker, podman, inspected["Id"], inspected["RepoDigests"][0])


def build(docker: RealEngine, work: Path) -> None:
    """Have Docker build an image of which its history tells all."""
    files = {"Dockerfile": DOCKERFILE, "app/node_modules/lodash/package.json": manifest("lodash", "4.17.20")}
    docker("build", "-q", "-t", "built", write(work / "context", files))


@pytest.fixture(scope="module")
def expected(database: Path, layout: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Hullcheck(tmp_path_factory.mktemp("home"), database)("image", layout, "-f", "json")


def substance(run: Run) -> Any:
    """Return what does not depend on how the image was read."""
    result = run.json()
    image = result["target"]["image"]
    described = [image[part] for part in ("id", "platform", "user", "labels")]
    layers = [(it["diffId"], it["createdBy"]) for it in image["layers"]]
    return [result[part] for part in ("distribution", "packages", "findings", "counts", "coverage")], described, layers


def called(engines: Engines, form: str) -> str:
    """Return what the image is called in `form`: a prefix, and by what."""
    prefix, _, by = form.rpartition(":")
    names = {
        "tag": NAME,
        "id": engines.identity,
        "digits": engines.identity.removeprefix("sha256:"),
        "short id": engines.identity.removeprefix("sha256:")[:12],
        "digest": engines.digest,
    }
    return f"{prefix}:{names[by]}" if prefix else names[by]


FORMS = {
    "docker:tag": "docker",
    "docker:id": "docker",
    "docker:short id": "docker",
    "docker:digest": "docker",
    "docker-daemon:tag": "docker",
    "tag": "docker",
    "digits": "docker",
    "digest": "docker",
    "podman:tag": "podman",
    "podman:id": "podman",
    "podman:short id": "podman",
    "podman:digest": "podman",
}


@pytest.mark.parametrize("form", FORMS)
def test_the_result_is_that_of_the_layout(hullcheck: Hullcheck, engines: Engines, expected: Run, form: str) -> None:
    run = hullcheck("image", called(engines, form), "-f", "json", env=engines.environment)
    assert (run.code, run.err) == (expected.code, "")
    assert run.json()["target"]["source"] == FORMS[form]
    assert substance(run) == substance(expected)
    assert len(run.json()["packages"]) == 5


def test_podman_is_asked_where_docker_is_not(hullcheck: Hullcheck, engines: Engines, expected: Run) -> None:
    environment = {"XDG_RUNTIME_DIR": "/nowhere", **engines.podman.environment}
    run = hullcheck("image", NAME, "-f", "json", "--image-source", "podman,registry", env=environment)
    assert (run.json()["target"]["source"], substance(run)) == ("podman", substance(expected))


def test_an_image_that_docker_built_is_described_without_an_export(hullcheck: Hullcheck, engines: Engines) -> None:
    run = hullcheck("image", "docker:built", "-f", "json", env=engines.environment)
    image = run.json()["target"]["image"]
    saved = hullcheck.home / "saved.tar"
    engines.docker("save", "-o", saved, "built")
    from_archive = hullcheck("image", saved, "-f", "json")
    assert substance(run) == substance(from_archive)
    assert [package["purl"] for package in run.json()["packages"]] == ["pkg:npm/lodash@4.17.20"]
    assert (image["layers"][0]["createdBy"].split()[0], len(image["layers"])) == ("COPY", 1)
    assert image["layers"][0]["size"] == 0  # Only the export would tell.


def test_an_image_that_no_engine_has_is_had_from_its_registry(
    hullcheck: Hullcheck, engines: Engines, tmp_path: Path
) -> None:
    with serving_registry() as registry:
        registry.add("only", "1", image(layer(file("a/package.json", manifest("lodash", "4.17.20").encode()))))
        run = hullcheck("image", f"{registry.host}/only:1", "-f", "json", env=engines.environment)
        assert (run.json()["target"]["source"], run.err) == ("registry", "")


def test_an_image_that_is_nowhere_is_one_clear_line(hullcheck: Hullcheck, engines: Engines) -> None:
    for reference, title in (("docker:gone:1", "docker"), ("podman:gone:1", "podman"), ("podman:cafe", "podman")):
        run = hullcheck("image", reference, env=engines.environment)
        assert (run.code, run.out) == (6, "")
        assert run.err.count("\n") == 1
        assert f"{title} has no image {reference.partition(':')[2]}" in run.err


def test_the_image_of_an_engine_is_of_its_platform(hullcheck: Hullcheck, engines: Engines) -> None:
    run = hullcheck("image", f"docker:{NAME}", "--platform", "linux/arm64", env=engines.environment)
    assert (run.code, run.out) == (2, "")
    assert "linux/amd64" in run.err


# One that misbehaves


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[EngineSimulator]:
    with serving_engine(tmp_path / "engine.sock") as engine:
        yield engine


LAYERS = (
    layer(file("a/package.json", manifest("lodash", "4.17.20").encode()), packing=""),
    layer(file("b/package.json", manifest("minimist", "0.0.8").encode()), packing=""),
)


def variables(engine: EngineSimulator) -> Mapping[str, str]:
    return {"DOCKER_HOST": engine.address}


def test_an_image_that_was_scanned_is_not_exported_again(hullcheck: Hullcheck, simulator: EngineSimulator) -> None:
    simulator.add(LAYERS, [NAME])
    first = hullcheck("image", f"docker:{NAME}", "-f", "json", env=variables(simulator))
    assert simulator.exports() == 1
    second = hullcheck("image", f"docker:{NAME}", "-f", "json", env=variables(simulator))
    assert simulator.exports() == 1
    assert second.out == first.out


def test_layers_that_are_known_from_elsewhere_are_not_exported(
    hullcheck: Hullcheck, simulator: EngineSimulator, tmp_path: Path
) -> None:
    simulator.add(LAYERS[:1], ["base"])
    simulator.add(LAYERS, [NAME])
    hullcheck("image", "docker:base", env=variables(simulator))
    hullcheck("image", f"docker:{NAME}", env=variables(simulator))
    assert simulator.exports() == 2
    hullcheck("image", "docker:base", env=variables(simulator))
    assert simulator.exports() == 2


@pytest.mark.parametrize(
    ("path", "given", "word"),
    [
        ("json", answer({"message": "broken"}, 500), "broken"),
        ("json", Answer(200, [b"{"]), "Engine API"),
        ("get", Answer(200, [b"{"], cut=True), "cut short"),
        ("get", Answer(200, [b'{"errorDetail":{"message":"no space"},"error":"no space"}']), "gave up: no space"),
        ("get", Answer(200, [b"x" * 512], stall=30), "stopped sending"),
        ("get", Answer(404, [b'{"message":"No such image"}']), "No such image"),
    ],
)
def test_an_engine_that_misbehaves_is_one_clear_line(
    hullcheck: Hullcheck, simulator: EngineSimulator, path: str, given: Answer, word: str
) -> None:
    identity = simulator.add(LAYERS, [NAME])
    simulator.answers[f"/images/{NAME if path == 'json' else identity}/{path}"] = given
    run = hullcheck("image", f"docker:{NAME}", "--timeout", "1", env=variables(simulator))
    assert (run.code, run.out) == (6, "")
    assert run.err.count("\n") == 1
    assert word in run.err


def test_no_engine_is_one_clear_line(hullcheck: Hullcheck, tmp_path: Path) -> None:
    for environment in ({"DOCKER_HOST": f"unix://{tmp_path}/gone"}, {"DOCKER_HOST": "ssh://far.example"}):
        run = hullcheck("image", f"docker:{NAME}", env=environment)
        assert (run.code, run.out, run.err.count("\n")) == (6, "", 1)
        assert "DOCKER_HOST" in run.err
