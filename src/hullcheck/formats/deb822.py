"""Debian's control files: stanzas of fields. deb822(5)."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.formats.blocks import Block, read_blocks
from hullcheck.model.source_file import SourceFile

T = TypeVar("T")

# Some forty are in use.
_MOST_FIELDS = 1000

# Printable ASCII without blanks and the colon.
_NAME = re.compile(rb"[!-9;-~]+")


@dataclass(frozen=True, slots=True)
class Stanza:
    """Fields by their names in lower case, each with its line; further lines of a value follow after line feeds."""

    path: str
    line: int
    fields: Mapping[str, tuple[int, str]]

    def text(self, name: str) -> str:
        """Return the value of the field `name`, which is not empty."""
        value = self.text_or_none(name)
        if value is None:
            raise MalformedFile(self.path, f"no field {name}", place=f"line {self.line}")
        return value

    def text_or_none(self, name: str) -> str | None:
        """Return the value of the field `name`, None where it is missing or empty."""
        _, value = self.fields.get(name.lower(), (0, ""))
        return value or None

    def malformed(self, name: str, problem: str) -> MalformedFile:
        """Return the error that the field `name` has `problem`."""
        line, _ = self.fields.get(name.lower(), (self.line, ""))
        return MalformedFile(self.path, f"{name}: {problem}", place=f"line {line}")


def read_stanzas(file: SourceFile, read: Callable[[Stanza], Iterator[T]]) -> Iterator[T]:
    """Yield what `read` makes of each stanza of `file`.

    A malformed stanza hides no other: the first error is raised behind the last stanza.
    """
    return read_blocks(file, lambda block: read(_stanza(block)))


def _stanza(block: Block) -> Stanza:
    fields: dict[str, tuple[int, list[str]]] = {}
    values: list[str] | None = None
    for number, line in enumerate(block.lines, block.line):
        if line.startswith(b"#"):
            continue
        if not line[:1].isspace():
            name, value = _field(block, number, line)
            if name in fields:
                raise block.malformed(number, f"the field {name} for the second time")
            if len(fields) == _MOST_FIELDS:
                raise LimitExceeded(block.path, f"more than {_MOST_FIELDS} fields", place=f"line {number}")
            values = [value]
            fields[name] = (number, values)
        elif values is None:
            raise block.malformed(number, "a continuation of nothing")
        else:
            values.append(_text(line))
    return Stanza(
        block.path, block.line, {name: (number, "\n".join(texts).strip()) for name, (number, texts) in fields.items()}
    )


def _field(block: Block, number: int, line: bytes) -> tuple[str, str]:
    name, colon, value = line.partition(b":")
    name = name.rstrip()
    if not colon or not _NAME.fullmatch(name):
        raise block.malformed(number, "neither a field, a continuation nor a blank line")
    return name.decode("ascii").lower(), _text(value)


def _text(value: bytes) -> str:
    # Maintainers of old packages are not all in UTF-8; what is compared is ASCII.
    return value.strip().decode("utf-8", "replace")
