"""The command line as argparse sees it, made from the tables of options and commands."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from hullcheck.config.options import COMMANDS, Kind, Option, Value
from hullcheck.config.settings import split
from hullcheck.config.sizes import shown, size
from hullcheck.errors import InvalidParameter


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its words, what it does, its operand ("" for none) and examples of its use."""

    words: str
    summary: str
    operand: str = ""
    operand_help: str = ""
    examples: tuple[str, ...] = ()


SHELLS = ("bash", "zsh", "tcsh")

LIST = (
    Command(
        "image",
        "scan a container image",
        "REF",
        "name of an image (in Docker, Podman, containerd or a registry), OCI layout (directory or tar) or docker "
        "archive; - is an archive on stdin",
        (
            "hullcheck image alpine:3.20",
            "hullcheck image docker:app:dev",
            "hullcheck image ./layout --max-critical 0 --format sarif,json --output-dir reports",
            "hullcheck image docker-archive:app.tar -o json=result.json",
            "docker save app:1.4 | hullcheck image - --base-image debian:12",
        ),
    ),
    Command(
        "repo",
        "scan a source tree",
        "PATH",
        "directory with manifests and lock files",
        ("hullcheck repo .", "hullcheck repo . --exclude-dirs test,vendor --max-high 0"),
    ),
    Command("rootfs", "scan an unpacked root file system", "PATH", "its directory", ("hullcheck rootfs /mnt/root",)),
    Command(
        "sbom",
        "scan an SBOM",
        "FILE",
        "CycloneDX or SPDX document (JSON)",
        ("hullcheck sbom app.cdx.json --format json",),
    ),
    Command(
        "db build",
        "build the advisory database from a directory or URL",
        examples=("hullcheck db build --from /srv/osv", "hullcheck db build --from https://mirror.example/osv"),
    ),
    Command(
        "db update",
        "download newer advisories for what is in the database, or all if it is empty",
        examples=("hullcheck db update",),
    ),
    Command("db status", "show what the advisory database holds, and from when", examples=("hullcheck db status",)),
    Command(
        "convert",
        "turn a saved JSON result into other reports",
        "FILE",
        "a JSON result of an earlier scan",
        ("hullcheck convert result.json --format sarif",),
    ),
    Command("completion", "print a completion script", "SHELL", ", ".join(SHELLS), ("hullcheck completion bash",)),
    Command("version", "print the version"),
)

_EPILOG = """\
exit codes:
  0 passed   42 denied   43 audit   50 threshold exceeded   51 scan incomplete
  2 invalid parameter   5-41 a stage failed   130 interrupted   1 anything else

Options can also be set as HULLCHECK_* variables and in hullcheck.toml.
`hullcheck COMMAND --help` shows the options of a command, with examples.
"""


@dataclass(frozen=True, slots=True)
class Call:
    """A parsed command line: `flags` holds the options that were given.

    What runs commands knows nothing of argparse: another vocabulary, such as that of qscanner, has only to make calls.
    """

    command: str
    operand: str
    config: str
    flags: dict[str, Value]


def parse(arguments: list[str]) -> Call:
    """Return what `arguments` ask for. Raises `InvalidParameter`; `--help` prints and exits."""
    given = vars(build().parse_args(_with_stdin_last(arguments)))
    command = given["command"]
    flags = {
        option.name: _value(option, given[option.name]) for option in COMMANDS.get(command, ()) if option.name in given
    }
    return Call(command, given.get("operand", ""), given.get("config", ""), flags)


def _with_stdin_last(arguments: list[str]) -> list[str]:
    """Return `arguments` with "-:TAG", an image of an archive on stdin, where argparse does not take it for options."""
    images = [argument for argument in arguments if argument.startswith("-:")]
    if not images or "--" in arguments:
        return arguments
    return [*(argument for argument in arguments if argument not in images), "--", *images]


def build() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = _Parser(
        "hullcheck",
        description="Is this image, or this code, fit to sail?",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, dest="word", parser_class=_Parser)
    groups: dict[str, Callable[..., argparse.ArgumentParser]] = {"": commands.add_parser}
    for command in LIST:
        group, _, word = command.words.rpartition(" ")
        if group not in groups:
            outer = commands.add_parser(group, help="the advisory database", allow_abbrev=False)
            inner = outer.add_subparsers(metavar="COMMAND", required=True, dest="inner", parser_class=_Parser)
            groups[group] = inner.add_parser
        _add(groups[group], word, command)
    return parser


def _add(add_parser: Callable[..., argparse.ArgumentParser], word: str, command: Command) -> None:
    examples = "".join(f"  {example}\n" for example in command.examples)
    parser = add_parser(
        word,
        help=command.summary,
        description=f"{command.summary[0].upper()}{command.summary[1:]}.",
        epilog=f"examples:\n{examples}" if examples else "",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(command=command.words)
    if command.operand:
        parser.add_argument("operand", metavar=command.operand, help=command.operand_help)
    options = COMMANDS.get(command.words, ())
    if options:
        parser.add_argument("--config", metavar="FILE", default="", help="configuration file (default: hullcheck.toml)")
    groups: dict[str, argparse._ArgumentGroup] = {}
    for option in options:
        if option.group not in groups:
            groups[option.group] = parser.add_argument_group(option.group)
        _add_option(groups[option.group], option)


def _add_option(parser: argparse._ArgumentGroup, option: Option) -> None:
    names = [*([f"-{option.short}"] if option.short else []), f"--{option.name}"]
    text = f"{option.help}{_default(option)}".replace("%", "%%")
    match option.kind:
        case Kind.FLAG:
            action = argparse.BooleanOptionalAction
            parser.add_argument(*names, dest=option.name, action=action, default=argparse.SUPPRESS, help=text)
        case Kind.NUMBER:
            parser.add_argument(
                *names, dest=option.name, type=int, metavar=option.metavar, default=argparse.SUPPRESS, help=text
            )
        case Kind.SIZE:
            parser.add_argument(
                *names, dest=option.name, type=size, metavar=option.metavar, default=argparse.SUPPRESS, help=text
            )
        case Kind.LIST:
            parser.add_argument(
                *names, dest=option.name, action="append", metavar=option.metavar, default=argparse.SUPPRESS, help=text
            )
        case Kind.TEXT:
            metavar = option.metavar or None
            parser.add_argument(*names, dest=option.name, metavar=metavar, default=argparse.SUPPRESS, help=text)


def _default(option: Option) -> str:
    """Return what help says of the default of a number, unless that is a word of its own such as "unlimited"."""
    match option.kind, option.default:
        case Kind.NUMBER, int(number) if option.minimum != -1:
            return f" (default: {number})"
        case Kind.SIZE, int(count):
            return f" (default: {shown(count)})"
        case _:
            return ""


def _value(option: Option, given: object) -> Value:
    match given:
        case list():
            return tuple(item for text in given for item in split(str(text)))
        case bool() | int() | str():
            return given
        case _:
            raise TypeError(option.name)


class _Parser(argparse.ArgumentParser):
    """Raises where argparse would print its usage and exit."""

    def error(self, message: str) -> NoReturn:
        raise InvalidParameter(message, hint=f"`{self.prog} --help` shows what is possible")
