"""From a parsed command line to the function that does what it asks for."""

import os
import sys

from hullcheck.cli.messages import Messages
from hullcheck.cli.parser import SHELLS, Call, build
from hullcheck.cli.stdout import show
from hullcheck.config.file import read_configuration
from hullcheck.config.options import COMMANDS
from hullcheck.config.settings import ignored_variables, settle
from hullcheck.errors import InvalidParameter
from hullcheck.model.target import TargetKind

_SCANS = {
    "image": TargetKind.IMAGE,
    "repo": TargetKind.REPOSITORY,
    "rootfs": TargetKind.ROOTFS,
    "sbom": TargetKind.SBOM,
}


def run(call: Call) -> int:
    """Do what `call` asks for, and return the exit code."""
    if call.command not in COMMANDS:
        return _without_options(call)
    for name in ignored_variables(os.environ):
        Messages(sys.stderr).warn(f"{name}: no option has this variable, it is ignored")
    file = read_configuration(call.config, os.environ)
    settings = settle(call.command, call.flags, os.environ, file.content, file.name)
    if file.content:
        # It may lie in a checkout that somebody else has written to.
        Messages(sys.stderr, quiet=settings.values.get("quiet") is True).note(f"options are also from {file.name}")
    if call.command in _SCANS:
        from hullcheck.cli.scan import scan

        return scan(_SCANS[call.command], call.operand, settings)
    if call.command == "convert":
        from hullcheck.cli.convert import convert

        return convert(call.operand, settings)
    from hullcheck.cli import database

    return database.COMMANDS[call.command](settings)


def _without_options(call: Call) -> int:
    if call.command == "version":
        from hullcheck import __version__

        show(f"hullcheck {__version__}\n")
        return 0
    if call.operand not in SHELLS:
        raise InvalidParameter(f"unknown shell {call.operand!r}", hint=f"scripts are made for {', '.join(SHELLS)}")
    import shtab

    show(shtab.complete(build(), shell=call.operand))
    return 0
