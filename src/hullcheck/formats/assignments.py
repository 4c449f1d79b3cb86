"""Assignments as a shell reads them, of which os-release(5) consists."""

import re
from collections.abc import Mapping

from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.model.source_file import SourceFile

LARGEST_FILE = 1024 * 1024

_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_SINGLE_QUOTED = re.compile(r"'([^']*)'")
_DOUBLE_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# In double quotes a backslash stands for itself before all other characters.
_ESCAPED_IN_QUOTES = re.compile(r'\\(["$`\\])')


def read_assignments(file: SourceFile) -> Mapping[str, str]:
    """Return the variables that `file` sets, without their quotes; the last assignment counts.

    A line that is no assignment is an error only where there is none at all: programs that read such files warn
    and go on.
    """
    if len(file.content) > LARGEST_FILE:
        raise LimitExceeded(file.path, f"larger than {LARGEST_FILE} bytes")
    values: dict[str, str] = {}
    other = 0
    lines = bytes(file.content).decode("utf-8-sig", "replace").split("\n")
    for number, line in enumerate(map(str.strip, lines), 1):
        assignment = _ASSIGNMENT.fullmatch(line)
        if assignment:
            values[assignment[1]] = _unquoted(assignment[2])
        elif line and not line.startswith("#"):
            other = other or number
    if other and not values:
        raise MalformedFile(file.path, "not an assignment", place=f"line {other}")
    return values


def _unquoted(value: str) -> str:
    """Return `value` without quotes and escapes; a quote without its end is a character like others."""
    if quoted := _SINGLE_QUOTED.match(value):
        return quoted[1]
    if quoted := _DOUBLE_QUOTED.match(value):
        return _ESCAPED_IN_QUOTES.sub(r"\1", quoted[1])
    return _ESCAPED.sub(r"\1", value.partition(" #")[0].rstrip())
