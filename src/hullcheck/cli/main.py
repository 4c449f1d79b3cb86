"""The entry point: parse, run the command, turn errors into one line and an exit code."""

import os
import sys

from hullcheck import __version__


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
    _take_as_interruptions()
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


def _take_as_interruptions() -> None:
    """Let what else ends a process unwind the stack as Ctrl-C does, so that temporary files are removed."""
    import signal

    for number in (signal.SIGHUP, signal.SIGTERM):
        # `nohup` has it ignored.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


def _report_bug(kind: type[BaseException], error: BaseException, traceback: object) -> None:
    """Say in one line that this is a bug; the traceback is shown when HULLCHECK_TRACEBACK is set."""
    if os.environ.get("HULLCHECK_TRACEBACK"):
        sys.__excepthook__(kind, error, traceback)  # type: ignore[arg-type]
        return
    from hullcheck.cli.messages import one_line

    sys.stderr.write(
        f"hullcheck: error: {kind.__name__}: {one_line(str(error))}: this is a bug in Hullcheck "
        "(run again with HULLCHECK_TRACEBACK=1 and report what it prints)\n"
    )
