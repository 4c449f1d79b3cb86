"""`python -m tests.fuzz`: see `--help`."""

import argparse
import resource
import sys
from pathlib import Path

from tests.fuzz.run import fuzz, replayed
from tests.fuzz.targets import TARGETS

# Address space, so that what takes memory without end is a crash and not the end of the machine.
_MEMORY = 4 << 30


def main() -> int:
    """Fuzz, or replay what was kept; return 1 if there were crashes."""
    parser = argparse.ArgumentParser("tests.fuzz", description="Feed readers of hostile input with mutated real input.")
    names = [target.name for target in TARGETS]
    parser.add_argument("--seconds", type=float, default=60, help="for all targets together (default: 60)")
    parser.add_argument("--target", action="append", choices=names, help="which; can be repeated (default: all)")
    parser.add_argument("--seed", type=int, default=1, help="another one gives other inputs")
    parser.add_argument("--crashes", type=Path, default=Path("build/crashes"), help="where inputs that crash are kept")
    parser.add_argument("--replay", type=Path, help="an input that was kept, whose name begins with its target")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    targets = [target for target in TARGETS if target.name in (options.target or names)]
    if options.replay:
        target = next(it for it in TARGETS if options.replay.name.startswith(f"{it.name}-"))
        crash = replayed(target, options.replay)
        crashes = [crash] if crash else []
    else:
        counts, crashes = fuzz(targets, options.seconds, options.seed, options.crashes)
        print(", ".join(f"{name}: {counts[name]}" for name in sorted(counts)))
    for crash in crashes:
        print(f"\n{crash.target}: {crash.problem}replay: python -m tests.fuzz --replay {crash.path}", file=sys.stderr)
    return 1 if crashes else 0


if __name__ == "__main__":
    sys.exit(main())
