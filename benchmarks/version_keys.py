"""How long a version key takes and how many bytes it has, on versions that the feeds mention.

Run from the project: `PYTHONPATH=src:. .venv/bin/python benchmarks/version_keys.py`.
"""

import time
from collections.abc import Sequence

from tests.unit.versions.schemes import SCHEMES, known, published

from hullcheck.versions.scheme import Scheme

FEEDS = (
    ("Alpine", "apk"),
    ("Wolfi", "apk"),
    ("Debian", "dpkg"),
    ("Maven", "maven"),
    ("PyPI", "pep440"),
    ("Go", "semver"),
    ("crates.io", "semver"),
    ("npm", "semver"),
)
EVERY_RECORD = 1_000_000
ROUNDS = 5


def main() -> None:
    """Print a line for each feed."""
    print(f"{'feed':10} {'scheme':7} {'versions':>8} {'µs/key':>7} {'bytes: median':>13} {'p99':>4} {'max':>4}")
    for feed, name in FEEDS:
        versions = published(feed, EVERY_RECORD)
        best = min(_seconds(SCHEMES[name], versions) for _ in range(ROUNDS))
        lengths = sorted(len(known(SCHEMES[name], version)) for version in versions)
        median, p99 = lengths[len(lengths) // 2], lengths[len(lengths) * 99 // 100]
        per_key = best / len(versions) * 1e6
        print(f"{feed:10} {name:7} {len(versions):8} {per_key:7.2f} {median:13} {p99:4} {lengths[-1]:4}")


def _seconds(scheme: Scheme, versions: Sequence[str]) -> float:
    started = time.process_time()
    for version in versions:
        scheme.key(version)
    return time.process_time() - started


if __name__ == "__main__":
    main()
