"""Runs targets with mutated inputs, and keeps the inputs that must not do what they did."""

import hashlib
import random
import signal
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from tests.fuzz.targets import Target

# Seconds for an input of up to a megabyte.
SLOWEST = 10.0

# How many inputs of a target are as good to go on from as its seeds.
_POOL = 50


class TooSlowError(Exception):
    """An input takes longer than `SLOWEST`."""


@dataclass(frozen=True)
class Crash:
    """An input that did what must not happen, where it was put, and what happened."""

    target: str
    path: Path
    problem: str


def fuzz(targets: Sequence[Target], seconds: float, seed: int, crashes: Path) -> tuple[Counter[str], list[Crash]]:
    """Run `targets` in turn for `seconds`; return how many inputs each had, and the crashes, one for each place."""
    counts: Counter[str] = Counter()
    found: dict[tuple[str, str], Crash] = {}
    end = time.monotonic() + seconds
    rounds = 0
    while time.monotonic() < end:
        for target in targets:
            for content, dice in _inputs(target, f"{seed}-{rounds}", min(end, time.monotonic() + 1)):
                counts[target.name] += 1
                crash = attempted(target, content, dice, crashes)
                if crash is not None:
                    found.setdefault((target.name, crash.problem.splitlines()[-2]), crash)
        rounds += 1
    return counts, list(found.values())


def attempted(target: Target, content: bytes, dice: str, crashes: Path) -> Crash | None:
    """Run `target` with `content`; if it crashes, keep the input, behind a line with its dice."""
    try:
        with in_time():
            target.run(content, random.Random(dice))
    except Exception:  # noqa: BLE001 # Whatever it is that a target lets out is a crash.
        name = f"{target.name}-{hashlib.sha256(content).hexdigest()[:16]}"
        crashes.mkdir(parents=True, exist_ok=True)
        (crashes / name).write_bytes(dice.encode() + b"\n" + content)
        return Crash(target.name, crashes / name, traceback.format_exc())
    return None


def replayed(target: Target, path: Path) -> Crash | None:
    """Run `target` with the input that was kept at `path`."""
    dice, _, content = path.read_bytes().partition(b"\n")
    return attempted(target, content, dice.decode(), path.parent)


def _inputs(target: Target, seed: str, end: float) -> Iterator[tuple[bytes, str]]:
    """Yield inputs until `end`, at least one, each with the seed of its dice."""
    dice = random.Random(f"{target.name}-{seed}")
    seeds = target.seeds()
    pool = list(seeds)
    number = 0
    while not number or time.monotonic() < end:
        content = target.mutated(dice.choice(pool), seeds, dice)
        if len(pool) < _POOL:
            pool.append(content)
        elif dice.random() < 0.1:
            pool[dice.randrange(len(seeds), _POOL)] = dice.choice((content, *seeds))
        yield content, f"{target.name}-{seed}-{number}"
        number += 1


@contextmanager
def in_time() -> Iterator[None]:
    """Raise `TooSlowError` in what takes too long."""

    def ring(_: int, __: FrameType | None) -> None:
        raise TooSlowError(f"more than {SLOWEST} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, SLOWEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
