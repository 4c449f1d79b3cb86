"""The entry point: parse, run the command, turn errors into one line and an exit code."""

import os
import sys

from hullcheck import __version__

_TERMINATED = 143  # 128 + SIGTERM, as shells count


def main() -> int:
    """Run the command line and return the exit code."""
    arguments = sys.argv[1:]
    # The answer to this question must come fast: nothing else is imported for it.
    if arguments in (["--version"], ["version"]):
        sys.stdout.write(f"hullcheck {__version__}\n")
        return 0
    return _guarded(arguments)


def _guarded(arguments: list[str]) -> int:
    from hullcheck.cli import exits
    from hullcheck.cli.messages import Messages
    from hullcheck.errors import HullcheckError

    sys.excepthook = _report_bug
    if getattr(sys, "stderr", None) is None:  # Started with `2>&-`: what is said is said to nobody.
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    _end_on_sigterm()
    try:
        return _run(arguments)
    except HullcheckError as error:
        Messages(sys.stderr).error(error)
        return exits.of_error(error)
    except KeyboardInterrupt:
        sys.stderr.write("\nhullcheck: interrupted, nothing is left half-written\n")
        return exits.INTERRUPTED


def _run(arguments: list[str]) -> int:
    from hullcheck.cli.parser import parse
    from hullcheck.cli.run import run

    return run(parse(arguments))


def _end_on_sigterm() -> None:
    """Let SIGTERM unwind the stack, so that temporary files are removed."""
    import signal

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))


def _report_bug(kind: type[BaseException], error: BaseException, traceback: object) -> None:
    """Say in one line that this is a bug; the traceback is shown when HULLCHECK_TRACEBACK is set."""
    if os.environ.get("HULLCHECK_TRACEBACK"):
        sys.__excepthook__(kind, error, traceback)  # type: ignore[arg-type]
        return
    sys.stderr.write(
        f"hullcheck: error: {kind.__name__}: {error}: this is a bug in Hullcheck "
        "(run again with HULLCHECK_TRACEBACK=1 and report what it prints)\n"
    )
