"""Images of engines, described by what they tell and exported when they are read."""

import random
import resource
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from tests.simulators.engine import Answer, EngineSimulator, answer, serving_engine, tell
from tests.simulators.images import (
    BuiltImage,
    LayerFile,
    archive_files,
    config,
    digest,
    docker_archive_files,
    encoded,
    file,
    image,
    index,
    layer,
    layout_files,
    named,
)

from hullcheck.errors import HullcheckError, ImageError, InvalidParameter
from hullcheck.model.layer import Image
from hullcheck.model.source_file import SourceFile, Wants
from hullcheck.model.target import TargetKind
from hullcheck.model.tree import Tree
from hullcheck.net.http import Http, HttpOptions
from hullcheck.sources.open import open_target
from hullcheck.sources.options import Limits, SourceOptions

WANTS = Wants(names=frozenset({"status"}))
BASE = layer(file("var/status", b"base"), packing="")
TOP = layer(file("app/status", b"top"), packing="")
LAYERS = (BASE, TOP)
CONFIG: dict[str, Any] = {
    "config": {"User": "app", "Labels": {"a": "b"}, "Env": ["A=1"]},
    "created": "2024-01-01T00:00:00Z",
}
NAME = "team/app:1.0"
INSPECT = f"/images/{NAME}/json"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EngineSimulator]:
    with serving_engine(tmp_path / "engine.sock") as simulator:
        yield simulator


def read(tree: Tree) -> dict[str, str]:
    return {it.path: bytes(it.content).decode() for it in tree.entries(WANTS) if isinstance(it, SourceFile)}


def opened(
    engine: EngineSimulator, reference: str = f"docker:{NAME}", **more: Any
) -> tuple[Image, list[dict[str, str]]]:
    """Return the image and the wanted files of each layer."""
    http = HttpOptions(timeout=more.pop("timeout", 5.0), retries=0)
    options = SourceOptions(environment={"DOCKER_HOST": engine.address}, **more)
    with Http(http) as client, open_target(TargetKind.IMAGE, reference, client, options) as target:
        assert target.target.image is not None
        assert target.target.source == "docker"
        return target.target.image, [read(tree) for tree in target.trees]


def refused(engine: EngineSimulator, reference: str = f"docker:{NAME}", **more: Any) -> HullcheckError:
    with pytest.raises(HullcheckError) as raised:
        opened(engine, reference, **more)
    assert "\n" not in raised.value.message
    assert len(raised.value.message) < 2000
    return raised.value


def export(engine: EngineSimulator, identity: str, *body: bytes, **more: Any) -> None:
    """Have the engine send `body` when it is asked for the image."""
    engine.answers[f"/images/{identity}/get"] = Answer(200, body, **more)


def archive(*layers: LayerFile, **more: Any) -> bytes:
    return archive_files(docker_archive_files([(layers, ())], **more))


# What is told


def test_an_image_is_what_the_engine_tells_of_it(engine: EngineSimulator) -> None:
    steps = [("ADD base", 4), ('/bin/sh -c #(nop)  CMD ["sh"]', 0), ("ENV A=1", 0), ("COPY top", 3)]
    identity = engine.add(LAYERS, [NAME], steps=steps, **CONFIG)
    record, files = opened(engine)
    assert files == [{"var/status": "base"}, {"app/status": "top"}]
    assert (record.id, record.tags, record.platform) == (identity, (NAME,), "linux/amd64")
    assert (record.user, record.labels, record.created) == ("app", (("a", "b"),), "2024-01-01T00:00:00Z")
    assert [it.diff_id for it in record.layers] == [BASE.diff_id, TOP.diff_id]
    assert [it.created_by for it in record.layers] == ["ADD base", "COPY top"]
    assert [step.empty_layer for step in record.history] == [False, True, True, False]


def test_an_image_is_exported_once_and_only_when_a_layer_is_read(engine: EngineSimulator) -> None:
    engine.add(LAYERS, [NAME])
    options = SourceOptions(environment={"DOCKER_HOST": engine.address})
    with Http() as http, open_target(TargetKind.IMAGE, f"docker:{NAME}", http, options) as target:
        assert engine.exports() == 0
        with ThreadPoolExecutor(4) as pool:
            files = list(pool.map(read, [*target.trees, *target.trees]))
        assert files == 2 * [{"var/status": "base"}, {"app/status": "top"}]
        assert engine.exports() == 1


def test_an_export_that_failed_is_not_asked_for_again(engine: EngineSimulator) -> None:
    export(engine, engine.add(LAYERS, [NAME]), b"no archive")
    options = SourceOptions(environment={"DOCKER_HOST": engine.address})
    with Http() as http, open_target(TargetKind.IMAGE, f"docker:{NAME}", http, options) as target:
        for tree in target.trees:
            with pytest.raises(ImageError):
                read(tree)
        assert engine.exports() == 1


def test_the_temporary_file_is_gone_afterwards(engine: EngineSimulator) -> None:
    engine.add(LAYERS, [NAME])
    before = len(list(Path("/proc/self/fd").iterdir()))
    opened(engine)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_an_export_tells_the_commands_where_the_history_leaves_them_open(engine: EngineSimulator) -> None:
    """A layer that only removes files has no size, as a step has that makes none."""
    steps = [("RUN make", 4), ("RUN rm", 0), ("RUN true", 0)]
    made = [{"created_by": "RUN make"}, {"created_by": "RUN rm"}, {"created_by": "RUN true", "empty_layer": True}]
    engine.add(LAYERS, [NAME], steps=steps, history=made)
    record, files = opened(engine)
    assert [it.created_by for it in record.layers] == ["RUN make", "RUN rm"]
    assert files == [{"var/status": "base"}, {"app/status": "top"}]
    assert record.tags == (NAME,)
    assert engine.exports() == 1


def test_an_image_has_its_id_or_its_beginning_for_a_name(engine: EngineSimulator) -> None:
    identity = engine.add(LAYERS, [NAME])
    for name in (identity, identity.removeprefix("sha256:")[:12]):
        assert opened(engine, f"docker:{name}")[0].id == identity


def test_an_image_without_a_tag_is_known_by_its_digest(engine: EngineSimulator) -> None:
    name = f"registry.example/app@{digest(b'manifest')}"
    engine.add(LAYERS, digests=[name])
    assert opened(engine, f"docker:{name}")[0].tags == (name,)


def test_the_name_that_is_meant_is_the_first(engine: EngineSimulator) -> None:
    engine.add(LAYERS, ["other:1", NAME])
    assert opened(engine)[0].tags == (NAME, "other:1")


def test_an_engine_may_have_its_images_in_the_store_of_containerd(engine: EngineSimulator) -> None:
    """Their ids are the digests of their manifests or indexes; an export is an OCI layout as well."""
    built = image(LayerFile(BASE.archive), LayerFile(TOP.archive), **CONFIG)
    for identity in (digest(built.manifest), digest(index(built.descriptor()))):
        containerd_image(engine, built, identity)
        record, files = opened(engine)
        assert (record.id, record.digest) == (configuration_of(built), digest(built.manifest))
        assert files == [{"var/status": "base"}, {"app/status": "top"}]
    containerd_image(engine, built, digest(b"other"))
    assert "in place of" in refused(engine).message


def test_an_engine_that_may_have_more_platforms_than_it_tells_of_does_not_pass_for_all(
    engine: EngineSimulator,
) -> None:
    built = image(LayerFile(BASE.archive), LayerFile(TOP.archive), **CONFIG)
    containerd_image(engine, built, digest(built.manifest))
    error = refused(engine, platform="all")
    assert "may be there for more platforms than the one that the engine tells of" in error.message
    assert "containerd:NAME" in error.hint
    assert engine.exports() == 0


def configuration_of(built: BuiltImage) -> str:
    return next(name for name, content in built.blobs.items() if b'"rootfs"' in content)


def containerd_image(engine: EngineSimulator, built: BuiltImage, identity: str) -> None:
    inner = index(built.descriptor())
    listing = index(
        {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": digest(inner), "size": len(inner)}
    )
    if identity == digest(built.manifest):
        listing = index(named(built, "1.0"))
    files = layout_files(listing, built, blobs={digest(inner): inner})
    paths = [f"blobs/sha256/{digest(LayerFile(it.archive).blob)[7:]}" for it in LAYERS]
    entry = {"Config": f"blobs/sha256/{configuration_of(built)[7:]}", "RepoTags": [NAME], "Layers": paths}
    files["manifest.json"] = encoded([entry])
    engine.add(LAYERS, [NAME], **CONFIG)
    tell(engine, INSPECT, Id=identity, RepoDigests=[f"team/app@{identity}"], Descriptor={"digest": identity})
    engine.answers[f"/images/{identity}/history"] = answer([])
    export(engine, identity, archive_files(files))


def test_an_image_may_have_no_layers(engine: EngineSimulator) -> None:
    engine.add([], [NAME], steps=[("CMD x", 0)])
    tell(engine, INSPECT, RootFS={"Type": "layers"})
    assert opened(engine)[0].layers == ()
    assert engine.exports() == 0


@pytest.mark.parametrize("version", ["", "1.24", "1.55", "../../x", "1.41/../.."])
def test_the_engine_is_asked_in_its_own_version(engine: EngineSimulator, version: str) -> None:
    engine.version = version if version.replace(".", "").isdigit() else ""
    if version != engine.version:
        engine.answers["/_ping"] = Answer(raw=f"HTTP/1.1 200 OK\r\nApi-Version: {version}\r\n\r\nOK".encode())
    engine.add(LAYERS, [NAME])
    assert opened(engine)[1] == [{"var/status": "base"}, {"app/status": "top"}]


# What is not what was meant


def test_an_image_that_is_not_there_is_told(engine: EngineSimulator) -> None:
    error = refused(engine, "docker:gone:1")
    assert error.message == "docker has no image gone:1"
    assert "registry:NAME" in error.hint


def test_an_image_of_another_platform_is_a_mistake(engine: EngineSimulator) -> None:
    engine.add(LAYERS, [NAME])
    error = refused(engine, platform="linux/arm64")
    assert isinstance(error, InvalidParameter)
    assert "linux/amd64" in error.message


@pytest.mark.parametrize("name", ["../../containers/x", "a/../../info", "A", "x?all=1", "", "a b", "x\r\nHost: y"])
def test_what_is_no_name_is_not_asked_for(engine: EngineSimulator, name: str) -> None:
    assert isinstance(refused(engine, f"docker:{name}"), InvalidParameter)
    assert engine.seen == []


def test_an_export_of_another_image_is_refused(engine: EngineSimulator) -> None:
    identity = engine.add(LAYERS, [NAME])
    export(engine, identity, archive(BASE, TOP, architecture="arm64"))
    error = refused(engine)
    assert f"in place of {identity}" in error.message
    export(engine, identity, archive_files(docker_archive_files([(LAYERS, ()), ((TOP,), ())])))
    assert "2 images" in refused(engine).message


def test_other_layers_than_were_told_of_are_refused(engine: EngineSimulator) -> None:
    identity = engine.add(LAYERS, [NAME])
    tell(engine, INSPECT, RootFS={"Layers": [TOP.diff_id, BASE.diff_id]})
    assert "other layers" in refused(engine).message
    # The configuration is the one that was meant, what is said to be its layers is not.
    tell(engine, INSPECT, RootFS={"Layers": [BASE.diff_id, TOP.diff_id]})
    files = docker_archive_files([(LAYERS, ())])
    swapped = {
        name: (TOP if content == BASE.blob else BASE).blob if name.endswith("layer.tar") else content
        for name, content in files.items()
    }
    export(engine, identity, archive_files(swapped))
    error = refused(engine)
    assert isinstance(error, ImageError)
    assert "has digest" in error.message


# What goes wrong


def test_an_export_that_is_cut_is_told(engine: EngineSimulator) -> None:
    identity = engine.add(LAYERS, [NAME])
    whole = archive(*LAYERS)
    for size in (0, 100, 512, 3000, len(whole) - 1):
        for sized in (False, True):
            export(engine, identity, whole[:size], cut=True, sized=sized)
            assert "cut short" in refused(engine).message
        # An engine that dies and has its proxy end the answer properly.
        export(engine, identity, whole[:size])
        if size < len(whole) - 1:
            assert refused(engine).message.startswith("team/app:1.0, as the engine saves it")


def test_an_error_in_the_middle_of_an_export_is_told(engine: EngineSimulator) -> None:
    identity = engine.add(LAYERS, [NAME])
    failure = encoded({"errorDetail": {"message": "disk is broken"}, "error": "disk is broken"}) + b"\r\n"
    for before in (b"", archive(*LAYERS)[:3000], archive(*LAYERS)[:3072]):
        export(engine, identity, before, failure)
        assert "the engine gave up: disk is broken" in refused(engine).message


def test_an_export_that_stalls_is_told(engine: EngineSimulator) -> None:
    identity = engine.add(LAYERS, [NAME])
    export(engine, identity, archive(*LAYERS)[:3000], stall=20)
    started = time.monotonic()
    assert "stopped sending" in refused(engine, timeout=0.2).message
    # Not as long as the beginning may take.
    assert time.monotonic() - started < 2


def test_an_export_may_be_long_in_coming(engine: EngineSimulator) -> None:
    """Engines write it to their own disk before they send the first byte."""
    identity = engine.add(LAYERS, [NAME])
    engine.answers[f"/images/{identity}/get"] = Answer(200, _after(0.5, archive(*LAYERS)))
    with pytest.raises(ImageError):
        opened(engine, timeout=0.01)
    engine.answers[f"/images/{identity}/get"] = Answer(200, _after(0.5, archive(*LAYERS)), sized=True)
    assert opened(engine, timeout=0.2)[1] == [{"var/status": "base"}, {"app/status": "top"}]


def _after(seconds: float, content: bytes) -> Iterator[bytes]:
    time.sleep(seconds)
    yield content


def test_an_export_that_is_damaged_is_refused_or_the_same(engine: EngineSimulator) -> None:
    identity = engine.add(LAYERS, [NAME])
    whole = archive(*LAYERS)
    chance = random.Random(3)
    for _ in range(150):
        damaged = bytearray(whole)
        at = chance.randrange(len(whole))
        damaged[at : at + chance.choice((1, 8, 512))] = chance.randbytes(chance.choice((0, 1, 8, 700)))
        export(engine, identity, bytes(damaged))
        try:
            assert opened(engine)[1] == [{"var/status": "base"}, {"app/status": "top"}]
        except ImageError:
            continue


def test_an_endless_export_ends_at_the_limit(engine: EngineSimulator) -> None:
    engine.answers[f"/images/{engine.add(LAYERS, [NAME])}/get"] = Answer(200, repeat(bytes(65536)))
    assert "more than the 1000000 bytes" in refused(engine, limits=Limits(export=1_000_000)).message


def test_a_full_disk_is_one_clear_error(engine: EngineSimulator) -> None:
    engine.answers[f"/images/{engine.add(LAYERS, [NAME])}/get"] = Answer(200, repeat(bytes(65536)))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        error = refused(engine)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "no temporary file of team/app:1.0, as the engine saves it" in error.message
    assert "TMPDIR" in error.hint


@pytest.mark.parametrize("path", [INSPECT, "/images/ID/history", "/images/ID/get"])
@pytest.mark.parametrize(
    ("given", "words"),
    [
        (answer({"message": "server is\nbroken"}, 500), "500, server is broken"),
        (Answer(500, [b"<html>"]), "500"),
        (Answer(404, [b"404 page not found\n"]), "404"),
        (Answer(302, [b""]), "302"),
        (Answer(200, [b"{"], cut=True), "cut short"),
        (Answer(raw=b"\x15\x03\x01\x00\x02\x02"), "does not speak HTTP"),
        (Answer(raw=b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n"), "does not speak HTTP"),
    ],
)
def test_an_engine_that_fails_is_one_clear_line(engine: EngineSimulator, path: str, given: Answer, words: str) -> None:
    identity = engine.add(LAYERS, [NAME])
    engine.answers[path.replace("ID", identity)] = given
    error = refused(engine)
    assert isinstance(error, ImageError)
    assert words in error.message


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b'{"Id": 1}',
        b'{"Id": "../../x", "RootFS": {"Layers": []}}',
        encoded({"Id": digest(b""), "RootFS": {"Layers": ["sha256:0"]}}),
        encoded({"Id": digest(b""), "Config": {"Labels": {"a": 1}}, "RootFS": {"Layers": []}}),
        b"[" * 100_000,
        b'{"Id": "\xff"}',
    ],
)
def test_what_is_no_description_of_an_image_is_told(engine: EngineSimulator, content: bytes) -> None:
    engine.answers[INSPECT] = Answer(200, [content])
    engine.answers[f"/images/{digest(b'')}/history"] = answer([])
    error = refused(engine)
    assert isinstance(error, ImageError)
    assert error.hint


@pytest.mark.parametrize("content", [b"{}", b"[1]", b'[{"Created": "x"}]', b'[{"CreatedBy": {}}]'])
def test_what_is_no_history_is_told(engine: EngineSimulator, content: bytes) -> None:
    engine.answers[f"/images/{engine.add(LAYERS, [NAME])}/history"] = Answer(200, [content])
    assert "history" in refused(engine).message


@pytest.mark.parametrize("path", [INSPECT, "/images/ID/history"])
def test_a_huge_description_ends_at_the_limit(engine: EngineSimulator, path: str) -> None:
    identity = engine.add(LAYERS, [NAME])
    engine.answers[path.replace("ID", identity)] = Answer(200, repeat(b" " * 65536))
    assert "more than 1000000 bytes" in refused(engine, limits=Limits(config=1_000_000)).message


def test_times_out_of_this_world_are_no_times(engine: EngineSimulator) -> None:
    identity = engine.add(LAYERS, [NAME])
    steps = [{"Created": when, "CreatedBy": "RUN x", "Size": 1} for when in (2**62, -1)]
    engine.answers[f"/images/{identity}/history"] = answer(steps)
    assert [step.created for step in opened(engine)[0].history] == ["", ""]


# Nobody there


def test_no_engine_at_the_socket_is_told(tmp_path: Path) -> None:
    gone = EngineSimulator(tmp_path / "gone.sock")
    error = refused(gone)
    assert error.message == f"Docker: {gone.address}: nobody listens there: No such file or directory"
    assert "start Docker" in error.hint
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(gone.path))
    assert "Connection refused" in refused(gone).message
    (tmp_path / "file").write_text("")
    assert "nobody listens there" in refused(EngineSimulator(tmp_path / "file" / "x.sock")).message
    assert refused(EngineSimulator(tmp_path / ("x" * 200))).message.startswith("Docker: unix://")
    assert isinstance(refused(EngineSimulator(Path("/a\0b"))), ImageError)


def test_a_configuration_is_as_the_export_has_it(engine: EngineSimulator) -> None:
    """Whether it comes from what the engine tells or from its export makes no difference."""
    steps = [("RUN 0", 0), ("RUN 1", 0)]
    engine.add(LAYERS, [NAME], steps=steps, history=[{"created_by": by} for by, _ in steps], **CONFIG)
    told, _ = opened(engine)
    asked = engine.exports()
    engine.add(LAYERS, [NAME], steps=[*steps, ("RUN 2", 0)], history=[{"created_by": by} for by, _ in steps], **CONFIG)
    exported, _ = opened(engine)
    assert (asked, engine.exports()) == (1, 2)
    for record in (told, exported):
        assert record.environment == (("A", "1"),)
        assert [it.created_by for it in record.layers] == ["RUN 0", "RUN 1"]
    assert encoded(config(LAYERS, **CONFIG)) != b""
