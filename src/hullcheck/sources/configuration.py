"""The configuration of an image: OCI image specification 1.1, config.md, and Docker image specification 1.2."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from hullcheck.errors import LimitExceeded
from hullcheck.formats.json import read_json
from hullcheck.formats.node import Node
from hullcheck.model.layer import HistoryStep
from hullcheck.model.source_file import SourceFile
from hullcheck.net.digest import is_digest
from hullcheck.sources import redaction
from hullcheck.sources.documents import read_platform
from hullcheck.sources.platforms import Platform

T = TypeVar("T")

Pairs = tuple[tuple[str, str], ...]

# Engines stop at 127 layers; what changes the configuration alone adds some hundreds of steps at most. Nobody has as
# many variables, labels or words of a command, each of which is searched for secrets.
MAX_STEPS = 10_000
MAX_ENTRIES = 10_000


@dataclass(frozen=True, slots=True)
class Runtime:
    """How a container of the image runs: see `Image` for the fields."""

    user: str = ""
    labels: Pairs = ()
    environment: Pairs = ()
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    working_directory: str = ""
    exposed_ports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """An image's configuration, without its secrets; `created_by` are the build commands of its layers, lowest first.

    `history` is what the image tells of its build, which may be anything.
    """

    platform: Platform
    os_version: str
    created: str
    author: str
    runtime: Runtime
    diff_ids: tuple[str, ...]
    created_by: tuple[str, ...]
    history: tuple[HistoryStep, ...]


def read_config(content: bytes, name: str) -> Config:
    """Return the configuration that `content` is."""
    node = read_json(SourceFile(name, content))
    runtime = node.node_or_none("config")
    rootfs = node.node("rootfs")
    diff_ids = rootfs.texts("diff_ids")
    if not all(is_digest(diff_id) for diff_id in diff_ids):
        raise rootfs.malformed("diff_ids", "expected digests of the layers")
    history = tuple(_history(node, name))
    return Config(
        read_platform(node),
        node.text_or_none("os.version") or "",
        node.text_or_none("created") or "",
        node.text_or_none("author") or "",
        _runtime(runtime, name) if runtime else Runtime(),
        diff_ids,
        _commands(history, len(diff_ids)),
        history,
    )


def _runtime(node: Node, name: str) -> Runtime:
    ports = node.node_or_none("ExposedPorts")
    return Runtime(
        user=node.text_or_none("User") or "",
        labels=redaction.told(_few(node.text_members("Labels"), f"{name}, Labels")),
        environment=_environment(_few(node.texts("Env"), f"{name}, Env")),
        entrypoint=redaction.words(_few(_words(node, "Entrypoint"), f"{name}, Entrypoint")),
        command=redaction.words(_few(_words(node, "Cmd"), f"{name}, Cmd")),
        working_directory=node.text_or_none("WorkingDir") or "",
        exposed_ports=tuple(sorted(ports.keys(), key=_port)) if ports else (),
    )


def _few(entries: Iterable[T], name: str) -> tuple[T, ...]:
    few = tuple(islice(entries, MAX_ENTRIES + 1))
    if len(few) > MAX_ENTRIES:
        raise LimitExceeded(name, f"has more than {MAX_ENTRIES} entries")
    return few


def _environment(entries: Iterable[str]) -> Pairs:
    """Return the variables by name; of several with one name the last counts, as for the program that is started."""
    variables = (entry.partition("=") for entry in entries)
    return tuple(sorted({name: redaction.variable(name, value) for name, _, value in variables}.values()))


def _words(node: Node, key: str) -> tuple[str, ...]:
    """Return the words of a command; Docker takes text for a command of one word, which old images have."""
    return (node.text(key),) if node.is_text(key) else node.texts(key)


def _port(port: str) -> tuple[int, str]:
    number = port.partition("/")[0].partition("-")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) <= len("65535") else 0, port


def _history(node: Node, name: str) -> Iterator[HistoryStep]:
    for number, step in enumerate(node.nodes("history")):
        if number == MAX_STEPS:
            raise LimitExceeded(name, f"has a history of more than {MAX_STEPS} steps")
        yield HistoryStep(
            created=step.text_or_none("created") or "",
            created_by=redaction.command(step.text_or_none("created_by") or ""),
            author=step.text_or_none("author") or "",
            comment=redaction.command(step.text_or_none("comment") or ""),
            empty_layer=step.flag("empty_layer"),
        )


def _commands(history: Sequence[HistoryStep], layers: int) -> tuple[str, ...]:
    """Return the build command of each layer: those of the steps of the history that made one.

    A history that tells of more or fewer layers than there are (of a squashed image) is of no use.
    """
    steps = [cleaned(step.created_by or step.comment) for step in history if not step.empty_layer]
    return tuple(steps) if len(steps) == layers else ("",) * layers


def cleaned(command: str) -> str:
    """Return a build command as it stands in the Dockerfile, as far as that can be told.

    The classic builder writes "/bin/sh -c #(nop) COPY file:… in /" and "/bin/sh -c make", BuildKit
    "RUN /bin/sh -c make # buildkit" and, with arguments of the build, "RUN |1 VERSION=2 /bin/sh -c make # buildkit".
    """
    text = command.removesuffix("# buildkit").strip()
    shell = "/bin/sh -c "
    if text.startswith(f"{shell}#(nop)"):
        return text.removeprefix(f"{shell}#(nop)").strip()
    if text.startswith(shell):
        return f"RUN {text.removeprefix(shell).strip()}"
    if text.startswith(f"RUN {shell}"):
        return f"RUN {text.removeprefix(f'RUN {shell}').strip()}"
    return text
