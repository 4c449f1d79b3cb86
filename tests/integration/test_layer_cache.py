"""Second scans: what is known of layers, and who may not make use of it."""

import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.integration.conftest import COMMAND, Hullcheck, manifest, pack, tool, write
from tests.simulators.images import (
    LayerFile,
    archive_files,
    digest,
    docker_archive_files,
    file,
    image,
    index,
    layer,
    layout_files,
    named,
    write_files,
)
from tests.simulators.real_registry import RealRegistry, serving_real_registry

pytestmark = pytest.mark.xdist_group("integration")

LODASH = "srv/node_modules/lodash/package.json"
CLEAN = layer(file(LODASH, manifest("lodash", "4.17.21").encode()))
VULNERABLE = layer(file(LODASH, manifest("lodash", "4.17.4").encode()))


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, layout: Path) -> Iterator[RealRegistry]:
    with serving_real_registry(tmp_path_factory.mktemp("registry")) as serving:
        serving.push(f"oci:{layout}:app", "team/app:1")
        serving.push(f"oci:{with_another_top(layout, tmp_path_factory.mktemp('next'))}:app", "team/app:2")
        yield serving


def with_another_top(layout: Path, work: Path) -> Path:
    """Return a copy of `layout` whose image has one more layer."""
    tree = write(work / "top", {"srv/new/node_modules/minimist/package.json": manifest("minimist", "0.0.8")})
    shutil.copytree(layout, work / "layout")
    archive = pack(work / "top.tar", tree)
    tool("umoci", "raw", "add-layer", "--image", f"{work / 'layout'}:app", "--history.created_by", "RUN new", archive)
    return work / "layout"


def transferred(registry: RealRegistry, since: int) -> list[str]:
    """Return the digests of the blobs that the registry has sent, as often as it did."""
    answers = [line for line in registry.requests()[since:].splitlines() if "response completed" in line]
    return [f"sha256:{line.partition('/blobs/sha256:')[2][:64]}" for line in answers if "/blobs/sha256:" in line]


def test_a_second_scan_transfers_no_layer_and_finds_the_same(hullcheck: Hullcheck, registry: RealRegistry) -> None:
    first = hullcheck("image", f"{registry.host}/team/app:1", "-f", "json")
    begin = len(registry.requests())
    second = hullcheck("image", f"{registry.host}/team/app:1", "-f", "json")
    assert (second.code, second.out) == (first.code, first.out)
    assert transferred(registry, begin) == [first.json()["target"]["image"]["id"]]


def test_of_a_new_tag_only_the_layer_that_changed_is_transferred(hullcheck: Hullcheck, registry: RealRegistry) -> None:
    hullcheck("image", f"{registry.host}/team/app:1", "-f", "json")
    begin = len(registry.requests())
    run = hullcheck("image", f"{registry.host}/team/app:2", "-f", "json")
    record = run.json()["target"]["image"]
    assert sorted(transferred(registry, begin)) == sorted([record["id"], record["layers"][-1]["digest"]])
    assert "pkg:npm/minimist CVE-2021-44906" in run.findings()


def test_what_one_source_has_shown_is_known_from_another(
    hullcheck: Hullcheck, registry: RealRegistry, layout: Path
) -> None:
    hullcheck("image", layout, "-f", "json")
    begin = len(registry.requests())
    run = hullcheck("image", f"{registry.host}/team/app:1", "-f", "json")
    assert transferred(registry, begin) == [run.json()["target"]["image"]["id"]]


def single(root: Path, made: LayerFile, claimed: LayerFile) -> Path:
    """Write a layout whose image has the blob `made`, and says that it holds what `claimed` does."""
    built = image(made, rootfs={"type": "layers", "diff_ids": [claimed.diff_id]})
    return write_files(root, layout_files(index(named(built, "app:1")), built))


def test_an_image_cannot_hide_behind_the_content_of_another(hullcheck: Hullcheck, tmp_path: Path) -> None:
    clean = hullcheck("image", single(tmp_path / "clean", CLEAN, CLEAN), "-f", "json")
    assert [package["purl"] for package in clean.json()["packages"]] == ["pkg:npm/lodash@4.17.21"]
    lying = [hullcheck("image", single(tmp_path / "lying", VULNERABLE, CLEAN), "-f", "json") for _ in range(2)]
    honest = hullcheck("image", single(tmp_path / "honest", VULNERABLE, VULNERABLE), "-f", "json")
    assert [package["purl"] for package in honest.json()["packages"]] == ["pkg:npm/lodash@4.17.4"]
    lying.append(hullcheck("image", single(tmp_path / "lying", VULNERABLE, CLEAN), "-f", "json"))
    for run in lying:
        assert run.code == 7
        assert f"uncompressed: has digest {VULNERABLE.diff_id} and not {CLEAN.diff_id}" in run.err


def test_an_image_cannot_give_its_content_to_another(hullcheck: Hullcheck, tmp_path: Path) -> None:
    assert hullcheck("image", single(tmp_path / "lying", CLEAN, VULNERABLE)).code == 7
    assert hullcheck("image", single(tmp_path / "honest", VULNERABLE, VULNERABLE), "-f", "json").findings()


@pytest.mark.parametrize("claimed", [digest(VULNERABLE.blob), digest(VULNERABLE.archive, "sha512")])
def test_an_image_cannot_make_another_one_look_damaged(hullcheck: Hullcheck, tmp_path: Path, claimed: str) -> None:
    built = image(VULNERABLE, rootfs={"type": "layers", "diff_ids": [claimed]})
    hullcheck("image", write_files(tmp_path / "first", layout_files(index(named(built, "app:1")), built)))
    honest = hullcheck("image", single(tmp_path / "honest", VULNERABLE, VULNERABLE), "-f", "json")
    assert [package["purl"] for package in honest.json()["packages"]] == ["pkg:npm/lodash@4.17.4"]


def test_layers_that_have_too_much_together_have_so_again(hullcheck: Hullcheck, tmp_path: Path) -> None:
    many = [layer(*(file(f"{level}/{number}") for number in range(90))) for level in range(4)]
    built = image(*many)
    layout = write_files(tmp_path / "layout", layout_files(index(named(built, "app:1")), built))
    runs = [hullcheck("image", layout, "--max-entries", "100") for _ in range(4)]
    assert {run.code for run in runs} == {7}
    assert len({run.err for run in runs}) == 1
    assert "the layers of the image: together more than 200 members" in runs[0].err


def test_a_blob_that_was_changed_on_the_disk_is_noticed(hullcheck: Hullcheck, tmp_path: Path) -> None:
    layout = single(tmp_path / "layout", CLEAN, CLEAN)
    assert hullcheck("image", layout, "-f", "json").json()["packages"]
    blob = layout / "blobs" / "sha256" / digest(CLEAN.blob).removeprefix("sha256:")
    blob.write_bytes(bytes(len(CLEAN.blob)))
    run = hullcheck("image", layout)
    assert run.code == 7
    assert f"has digest {digest(bytes(len(CLEAN.blob)))} and not {digest(CLEAN.blob)}" in run.err


def docker_archive(path: Path, files: Mapping[str, bytes]) -> Path:
    path.write_bytes(archive_files(files))
    return path


def test_a_docker_archive_cannot_hide_behind_the_content_of_another(hullcheck: Hullcheck, tmp_path: Path) -> None:
    clean, vulnerable = (
        layer(file(LODASH, manifest("lodash", version).encode()), packing="") for version in ("4.17.21", "4.17.4")
    )
    honest = docker_archive_files([((clean,), ("app:1",))])
    assert hullcheck("image", docker_archive(tmp_path / "a.tar", honest), "-f", "json").json()["packages"]
    lying = {name: vulnerable.blob if content == clean.blob else content for name, content in honest.items()}
    assert lying != honest
    run = hullcheck("image", docker_archive(tmp_path / "b.tar", lying))
    assert run.code == 7
    assert "has digest" in run.err


def test_nothing_is_kept_where_the_user_does_not_want_it(hullcheck: Hullcheck, tmp_path: Path, layout: Path) -> None:
    run = hullcheck("image", layout, "--no-cache", "-f", "json")
    assert [path for path in hullcheck.home.rglob("*") if path.is_file()] == []
    elsewhere = hullcheck("image", layout, "--cache-dir", tmp_path / "cache", "-f", "json")
    assert [path for path in hullcheck.home.rglob("*") if path.is_file()] == []
    assert any(path.is_file() for path in (tmp_path / "cache").rglob("*"))
    assert run.out == elsewhere.out


def test_a_cache_that_cannot_be_written_changes_nothing(hullcheck: Hullcheck, tmp_path: Path, layout: Path) -> None:
    (tmp_path / "file").write_text("")
    run = hullcheck("image", layout, "--cache-dir", tmp_path / "file", "-f", "json")
    assert run.out == hullcheck("image", layout, "-f", "json").out


def start(hullcheck: Hullcheck, layout: Path) -> "subprocess.Popen[str]":
    environment = {name: value for name, value in hullcheck.environment().items() if not name.startswith("COV")}
    command = [str(COMMAND), "image", str(layout), "-f", "json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def test_scans_at_the_same_time_share_what_they_learn(hullcheck: Hullcheck, layout: Path) -> None:
    expected = hullcheck("image", layout, "--no-cache", "-f", "json").out
    outputs = [process.communicate()[0] for process in [start(hullcheck, layout) for _ in range(4)]]
    assert outputs == [expected] * 4


def test_scans_that_are_killed_at_any_moment_change_nothing(hullcheck: Hullcheck, layout: Path) -> None:
    expected = hullcheck("image", layout, "--no-cache", "-f", "json").out
    began = time.monotonic()
    start(hullcheck, layout).communicate()
    whole = time.monotonic() - began
    shutil.rmtree(hullcheck.home / ".cache")
    for turn in range(5):
        with start(hullcheck, layout) as process:
            time.sleep(whole * (turn + 1) / 6)
            process.kill()
    assert hullcheck("image", layout, "-f", "json").out == expected
    assert hullcheck("image", layout, "-f", "json").out == expected


def test_what_was_kept_under_another_name_is_not_believed(hullcheck: Hullcheck, layout: Path) -> None:
    first = hullcheck("image", layout, "-f", "json")
    entries = sorted((hullcheck.home / ".cache").rglob("layers/content/*"))
    assert len(entries) == 3
    contents = [path.read_bytes() for path in entries]
    for path, content in zip(entries, [*contents[1:], contents[0]], strict=True):
        path.write_bytes(content)
    assert hullcheck("image", layout, "-f", "json").out == first.out
