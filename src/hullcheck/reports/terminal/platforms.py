"""The platforms that an image was scanned for, each with what it consists of and how it fares."""

from collections.abc import Iterator

from hullcheck.model.decision import Counts
from hullcheck.model.layer import Image
from hullcheck.model.package import Distribution
from hullcheck.model.platforms import presence
from hullcheck.model.result import ScanResult
from hullcheck.reports.terminal.base import base_lines
from hullcheck.reports.terminal.layout import Line, Span, cells, fitted, padded, paragraph
from hullcheck.reports.terminal.words import by_severity, counted
from hullcheck.reports.visible import shortened, visible

_LONGEST = 40
_WIDEST = 32
# The whole digest fits into 80 cells.
_BELOW = "    "


def platform_lines(result: ScanResult, width: int) -> Iterator[Line]:
    """Yield the platforms, nothing where there is only one."""
    whose = presence(result.target)
    counts = whose.counts(result.findings)
    systems = {it.name: it.distribution for it in result.platforms}
    names = {name: shortened(visible(name), _LONGEST) for name in whose.names}
    column = min(max(map(cells, names.values()), default=0), _WIDEST)
    indent = " " * (column + 4)
    for name, image in zip(whose.names, result.target.images, strict=True):
        system = None if result.distribution else systems.get(name)
        first: tuple[Span, ...] = (("  ", ""), (f"{padded(names[name], column)}  ", "package"))
        yield from paragraph(_facts(image, system, counts[name]), width, "", first, indent)
        yield ((_BELOW, ""), (fitted(visible(image.digest or image.id), width - len(_BELOW)), "dim"))
        for line in base_lines(image, width - len(_BELOW)):
            yield ((_BELOW, ""), *line)


def user(image: Image) -> str:
    """Return who a container of `image` runs as, "" where its system has no such default."""
    if image.user:
        return f"runs as {shortened(visible(image.user), _LONGEST)}"
    return "runs as root" if image.platform.startswith("linux") else ""


def _facts(image: Image, system: Distribution | None, counts: Counts) -> str:
    worst = ", ".join(f"{number:,} {severity}" for severity, number in by_severity(counts)[:2] if number)
    findings = counted(counts.total, "finding") + (f" ({worst})" if worst else "")
    title = visible(system.name or f"{system.id} {system.version}") if system else ""
    return " · ".join(fact for fact in (title, counted(len(image.layers), "layer"), user(image), findings) if fact)
