"""What was found in layers, on the disk."""

import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from packageurl import PackageURL

from hullcheck.inventory import layer_cache
from hullcheck.inventory.layer import LayerInventory, Reading
from hullcheck.inventory.layer_cache import LayerCache
from hullcheck.model.layer import Layer
from hullcheck.model.package import Location, Package

SOURCE = Path(__file__).resolve().parents[3] / "src"
LAYER = Layer("sha256:content", "sha256:blob", 10, "", "RUN it")
WITHOUT_DIGEST = replace(LAYER, digest="")
MANNER = "limits, analyzers"


def inventory(diff_id: str = LAYER.diff_id, count: int = 1) -> LayerInventory:
    packages = tuple(Package(PackageURL("npm", None, f"p{n}", "1"), (Location(f"{n}/w"),)) for n in range(count))
    return LayerInventory(diff_id, (Reading("w", "npm", packages),), frozenset({"w"}))


def files(cache: LayerCache) -> list[Path]:
    return sorted(path for path in cache.directory.rglob("*") if path.is_file())


@pytest.fixture
def cache(tmp_path: Path) -> LayerCache:
    return LayerCache(tmp_path / "cache")


def test_what_was_put_is_got_by_blob_and_by_content(cache: LayerCache) -> None:
    assert cache.get(LAYER, MANNER) is None
    cache.put(LAYER, MANNER, inventory())
    assert cache.get(LAYER, MANNER) == inventory()
    assert cache.get(WITHOUT_DIGEST, MANNER) == inventory()


def test_a_layer_that_was_read_by_its_content_alone_is_not_known_by_a_blob(cache: LayerCache) -> None:
    cache.put(WITHOUT_DIGEST, MANNER, inventory())
    assert cache.get(WITHOUT_DIGEST, MANNER) == inventory()
    assert cache.get(LAYER, MANNER) is None


def test_a_blob_is_what_it_was_whatever_an_image_says_of_its_content(cache: LayerCache) -> None:
    cache.put(LAYER, MANNER, inventory())
    cache.put(Layer("sha256:clean", "sha256:other", 1, "", ""), MANNER, inventory("sha256:clean", 0))
    found = cache.get(replace(LAYER, diff_id="sha256:clean"), MANNER)
    assert found == inventory()


def test_a_blob_is_not_known_by_a_digest_that_cannot_be_compared(cache: LayerCache) -> None:
    other = replace(LAYER, diff_id="sha512:content")
    cache.put(other, MANNER, inventory(other.diff_id))
    assert cache.get(LAYER, MANNER) is None
    assert cache.get(other, MANNER) == inventory(other.diff_id)
    cache.put(LAYER, MANNER, inventory())
    assert cache.get(LAYER, MANNER) == inventory()


@pytest.mark.parametrize("manner", ["", "other limits", f"{MANNER} "])
def test_what_was_read_in_another_manner_is_not_known(cache: LayerCache, manner: str) -> None:
    cache.put(LAYER, MANNER, inventory())
    assert cache.get(LAYER, manner) is None


@pytest.mark.parametrize("name", ["__version__", "_READING"])
def test_what_another_version_found_is_not_known(cache: LayerCache, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    cache.put(LAYER, MANNER, inventory())
    monkeypatch.setattr(layer_cache, name, "other")
    assert cache.get(LAYER, MANNER) is None


DAMAGES: tuple[Callable[[bytes], bytes], ...] = (
    lambda _: b"",
    lambda content: content[:20],
    lambda content: content[:-1],
    lambda content: content + b"x",
    lambda content: bytes([content[0] ^ 1]) + content[1:],
    lambda content: content[:40] + bytes([content[40] ^ 1]) + content[41:],
    lambda content: content[:-1] + bytes([content[-1] ^ 1]),
)


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("which", [0, 1])
def test_what_is_damaged_is_not_known_and_is_put_again(
    cache: LayerCache, damage: Callable[[bytes], bytes], which: int
) -> None:
    cache.put(LAYER, MANNER, inventory())
    file = files(cache)[which]
    file.write_bytes(damage(file.read_bytes()))
    assert cache.get(LAYER, MANNER) is None
    cache.put(LAYER, MANNER, inventory())
    assert cache.get(LAYER, MANNER) == inventory()


def test_an_entry_under_the_name_of_another_is_not_taken_for_it(cache: LayerCache) -> None:
    cache.put(WITHOUT_DIGEST, MANNER, inventory())
    (entry,) = files(cache)
    other = replace(WITHOUT_DIGEST, diff_id="sha256:other")
    cache.put(other, MANNER, inventory("sha256:other"))
    for path in files(cache):
        path.write_bytes(entry.read_bytes())
    assert cache.get(other, MANNER) is None


def test_what_was_not_used_for_the_longest_time_goes_first(tmp_path: Path) -> None:
    cache = LayerCache(tmp_path, limit=3 * 4096 * 10 // 9 + 10)
    layers = [Layer(f"sha256:{number}", "", 0, "", "") for number in range(6)]
    past = time.time() - 1000
    for age, layer in enumerate(layers):
        before = set(files(cache))
        cache.put(layer, MANNER, inventory(layer.diff_id))
        (new,) = set(files(cache)) - before
        os.utime(new, (past + age, past + age))
    assert cache.get(layers[0], MANNER)
    cache.prune()
    known = [cache.get(layer, MANNER) is not None for layer in layers]
    assert known == [True, False, False, False, True, True]


def test_a_cache_within_its_limit_is_left_alone(cache: LayerCache) -> None:
    cache.put(LAYER, MANNER, inventory())
    cache.prune()
    assert cache.get(LAYER, MANNER) == inventory()


def test_there_is_nothing_to_prune_where_nothing_was_put(cache: LayerCache) -> None:
    cache.prune()
    assert not cache.directory.exists()


def test_where_nothing_can_be_written_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = LayerCache(tmp_path / "file" / "cache")
    cache.put(LAYER, MANNER, inventory())
    assert cache.get(LAYER, MANNER) is None


def test_a_directory_of_somebody_else_is_of_no_use_and_no_error(
    tmp_path: Path, unprivileged: Callable[[Path], AbstractContextManager[None]]
) -> None:
    cache = LayerCache(tmp_path / "cache")
    cache.put(LAYER, MANNER, inventory())
    cache.directory.chmod(0o700)
    with unprivileged(tmp_path):
        cache.put(LAYER, MANNER, inventory())
        assert cache.get(LAYER, MANNER) is None
        cache.prune()
    assert cache.get(LAYER, MANNER) == inventory()


def test_what_can_only_be_read_is_known_as_well(cache: LayerCache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.put(LAYER, MANNER, inventory())

    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    # Only who may mount file systems has one that cannot be written to, whoever asks.
    monkeypatch.setattr(os, "utime", refuse)
    assert cache.get(LAYER, MANNER) == inventory()


def test_others_may_not_write_to_what_it_is_in_either(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        LayerCache(tmp_path / "home" / "cache" / "layers").put(LAYER, MANNER, inventory())
    finally:
        os.umask(before)
    assert [path for path in tmp_path.rglob("*") if path.stat().st_mode & 0o077] == []


def test_others_may_not_read_it(cache: LayerCache) -> None:
    cache.put(LAYER, MANNER, inventory())
    assert cache.directory.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in files(cache))


WORKER = """
import sys
from pathlib import Path
from packageurl import PackageURL
from hullcheck.inventory.layer import LayerInventory, Reading
from hullcheck.inventory.layer_cache import LayerCache
from hullcheck.model.layer import Layer
from hullcheck.model.package import Location, Package

cache = LayerCache(Path(sys.argv[1]), limit=1 << 20)
print("ready", flush=True)
for turn in range(int(sys.argv[2])):
    layer = Layer(f"sha256:{turn % 7}", f"sha256:blob{turn % 7}", 0, "", "")
    packages = tuple(Package(PackageURL("npm", None, f"p{n}", "1"), (Location(f"{n}/w"),)) for n in range(2000))
    expected = LayerInventory(layer.diff_id, (Reading("w", "npm", packages),))
    found = cache.get(layer, "m")
    assert found is None or found == expected
    cache.put(layer, "m", expected)
    cache.prune()
"""


def worker(cache: LayerCache, turns: int) -> "subprocess.Popen[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(cache.directory), str(turns)],
        env={**environment, "PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def test_processes_at_the_same_time_never_see_half_an_entry(cache: LayerCache) -> None:
    workers = [worker(cache, 30) for _ in range(4)]
    for process in workers:
        process.communicate()
    assert [process.returncode for process in workers] == [0, 0, 0, 0]


def test_a_process_that_is_killed_leaves_nothing_that_counts_and_is_cleaned_up_after(cache: LayerCache) -> None:
    for delay in range(8):
        with worker(cache, 10_000) as process:
            time.sleep(0.01 * delay)
            process.kill()
    for number in range(7):
        found = cache.get(Layer(f"sha256:{number}", "", 0, "", ""), "m")
        assert found is None or found.layer == f"sha256:{number}"
    left = LayerCache(cache.directory, limit=0)
    left.prune()
    assert files(cache) == []
