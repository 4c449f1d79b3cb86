"""The fuzzer itself: it runs every target, and keeps what crashes."""

import random
from pathlib import Path

import pytest
from tests.fuzz.mutations import archive_of, bytes_of, json_of
from tests.fuzz.run import fuzz, replayed
from tests.fuzz.targets import TARGETS, Target, tar_seeds


def broken(content: bytes, dice: random.Random) -> None:
    assert b"x" not in content, dice.random()


BROKEN = Target("broken", lambda: (b"abcd",), lambda seed, _, dice: seed + bytes([dice.randrange(110, 125)]), broken)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_target_takes_its_seeds_and_what_is_made_of_them(target: Target, tmp_path: Path) -> None:
    for seed in target.seeds():
        target.run(seed, random.Random(0))
    counts, crashes = fuzz([target], 0.5, 1, tmp_path)
    assert (crashes, counts[target.name] > 0) == ([], True)


def test_what_crashes_is_kept_and_crashes_again(tmp_path: Path) -> None:
    counts, crashes = fuzz([BROKEN], 0.3, 1, tmp_path)
    assert counts["broken"] > len(crashes) > 0
    again = replayed(BROKEN, crashes[0].path)
    assert again is not None
    assert again.problem == crashes[0].problem


def test_the_same_seed_makes_the_same_inputs() -> None:
    made = [
        (
            archive_of(tar_seeds()[0], tar_seeds(), random.Random(5)),
            bytes_of(b"abc", [b"def"], random.Random(5)),
            json_of({"a": [1, {"b": "c"}]}, random.Random(5)),
        )
        for _ in range(2)
    ]
    assert made[0] == made[1]
