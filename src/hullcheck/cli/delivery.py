"""Which reports go where: decided before a scan begins, done when it has ended."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hullcheck.cli.messages import Messages
from hullcheck.cli.stdout import is_terminal, show
from hullcheck.config.settings import Settings
from hullcheck.delivery.documents import Document, write
from hullcheck.delivery.outputs import as_lines, outputs
from hullcheck.errors import InvalidParameter
from hullcheck.model.result import ScanResult
from hullcheck.reports.report import Report
from hullcheck.reports.table import report

_DEFAULT = "table"
_STDOUT = "-"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_STEM = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """The reports of a run.

    `shown` goes to stdout; `named` go to the files that the user named, `collected` into `directory` under names of
    their own; `outputs` is the file for pipeline outputs. Paths are None where nothing is wanted.
    """

    shown: Report | None
    named: tuple[tuple[Report, Path], ...]
    collected: tuple[Report, ...]
    directory: Path
    outputs: Path | None
    color: str

    def paths(self, result: ScanResult) -> tuple[tuple[Report, Path], ...]:
        """Return every report that is written to a file, and the file."""
        stem = _stem(result.target.name)
        return (*self.named, *((one, self.directory / f"{stem}{one.suffix}") for one in self.collected))


def plan(settings: Settings) -> Plan:
    """Return what `settings` ask for. Raises `InvalidParameter`."""
    named = tuple(_assignment(text) for text in settings.items("output"))
    formats = tuple(dict.fromkeys(report(name) for name in settings.items("format")))
    directory, outputs_file = settings.text("output-dir"), settings.text("outputs")
    _refuse_twice([*(str(path) for _, path in named), *([outputs_file] if outputs_file else [])])
    if not formats and not named:
        formats = (report(_DEFAULT),)
    if directory:
        shown = tuple(one for one in formats if one.name == _DEFAULT)
    elif len(formats) > 1:
        raise InvalidParameter(
            f"{len(formats)} formats, and one stdout", hint="name --output-dir DIR, or --output FORMAT=FILE for each"
        )
    else:
        shown = formats
    return Plan(
        shown=shown[0] if shown else None,
        named=named,
        collected=tuple(one for one in formats if one not in shown),
        directory=Path(directory),
        outputs=Path(outputs_file) if outputs_file else None,
        color=settings.text("color"),
    )


def deliver(plan: Plan, result: ScanResult, environment: Mapping[str, str], messages: Messages) -> None:
    """Write and show all reports of `result`: files first, so that what stdout says is already true."""
    paths = plan.paths(result)
    write(_documents(plan, result, paths))
    if plan.shown is not None:
        _show(plan.shown, plan.color, result, environment)
    for one, path in paths:
        messages.note(f"wrote {one.name} to {path}")


def _documents(plan: Plan, result: ScanResult, paths: tuple[tuple[Report, Path], ...]) -> Iterator[Document]:
    for one, path in paths:
        yield Document(path, one.render(result))
    if plan.outputs is not None:
        named = {one.name: str(path) for one, path in paths}
        yield Document(plan.outputs, as_lines(outputs(result, named)))


def _show(shown: Report, color: str, result: ScanResult, environment: Mapping[str, str]) -> None:
    show(_drawn(color, result, environment) if shown.name == _DEFAULT else shown.render(result))


def _drawn(color: str, result: ScanResult, environment: Mapping[str, str]) -> str:
    """Return the table for the terminal that stdout is, or for a pipe."""
    import shutil

    from hullcheck.reports.terminal import TABLE, draw

    colour = color == "always" or (color == "auto" and _is_colourful(environment))
    if not is_terminal() and not colour:
        return TABLE.render(result)
    return draw(result, width=shutil.get_terminal_size().columns, colour=colour)


def _is_colourful(environment: Mapping[str, str]) -> bool:
    """Say whether stdout shows colours: https://no-color.org."""
    return is_terminal() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


def _refuse_twice(files: list[str]) -> None:
    """Raise where a file is named for two documents, of which only the last would be there."""
    for file, count in Counter(os.path.normpath(file) for file in files).items():
        if count > 1 and not file.startswith("/dev/"):
            raise InvalidParameter(f"{file}: named for {count} documents", hint="name a file for each")


def _assignment(text: str) -> tuple[Report, Path]:
    name, sign, file = text.partition("=")
    if not sign or not file:
        raise InvalidParameter(f"--output {text}: expected FORMAT=FILE", hint="for example --output json=result.json")
    if file == _STDOUT:
        raise InvalidParameter(f"--output {text}: {_STDOUT} is no file", hint=f"`--format {name}` goes to stdout")
    return report(name), Path(file)


def _stem(target: str) -> str:
    """Return what the names of report files begin with: the last parts of the target's name, as far as safe."""
    name = _UNSAFE.sub("-", target).strip("-.") or "target"
    return name[-_LONGEST_STEM:].strip("-.")
