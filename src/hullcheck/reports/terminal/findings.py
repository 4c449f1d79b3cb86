"""The findings of one lock file, application or operating system."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hullcheck.model.finding import Finding
from hullcheck.model.inheritance import Inheritance
from hullcheck.model.package import Package, Scope
from hullcheck.model.platforms import presence
from hullcheck.model.result import ScanResult
from hullcheck.model.severity import Severity
from hullcheck.reports.advice import upgrade_of
from hullcheck.reports.groups import Affected, Group
from hullcheck.reports.naming import ecosystem, name, source_package, version
from hullcheck.reports.platforms import only, only_where
from hullcheck.reports.terminal.layout import Line, Span, cells, fitted, folded, padded, paragraph
from hullcheck.reports.terminal.words import counted
from hullcheck.reports.visible import shortened, visible

# Of one package. What is beyond is listed by its ids, and what is milder than medium sooner.
_ROWS = 8
_MILD_ROWS = 3
_WIDEST_ID = 20  # GHSA-xxxx-xxxx-xxxx has 19
_WIDEST_FIX = 24
_WIDEST_RULE = 120
_LONGEST = 200  # characters of a name or a path, which a target can make as long as it likes
_NARROWEST_TITLE = 16
_NO_FIX = "no fix"
_INDENT = "  "


@dataclass(frozen=True, slots=True)
class Columns:
    """The widths of the columns, in cells. They are the same for all groups, so that the eye can go down."""

    width: int
    severity: int
    id: int
    mark: int
    fixed: int

    @staticmethod
    def of(findings: Sequence[Finding], width: int) -> "Columns":
        """Return the widths that `findings` need on a page of `width`."""
        return Columns(
            width,
            max((len(finding.severity) for finding in findings), default=0),
            min(max((cells(visible(finding.id)) for finding in findings), default=0), _WIDEST_ID),
            3 if any(finding.kev_added for finding in findings) else 0,
            min(max((cells(visible(finding.fixed or _NO_FIX)) for finding in findings), default=0), _WIDEST_FIX),
        )


def column_heads(columns: Columns) -> Line:
    """Return the names of the columns."""
    mark = "    " if columns.mark else ""
    severity, identifier = padded("severity", columns.severity), padded("id", columns.id)
    return ((f"{_INDENT}{severity}  {identifier}{mark}  {padded('fixed in', columns.fixed)}  title", "dim"),)


def group_rows(group: Group, columns: Columns, inherited: Inheritance) -> Iterator[Line]:
    """Yield the findings of `group`, package by package; `inherited` tells which are from the base image."""
    for affected in group.affected:
        yield from _package_lines(affected, columns, inherited)
        rows, rest = _chosen(affected.findings)
        for finding in rows:
            yield from _row(finding, columns)
        yield from _listed(rest, columns)


def group_head(group: Group, result: ScanResult, width: int) -> Iterator[Line]:
    """Yield where the findings of `group` are, how many, and the layer that brought its packages if it is one."""
    affected = sum(len(each.packages) for each in group.affected)
    count = f"{counted(group.count, 'finding')} in {affected:,} of {counted(group.packages, 'package')}"
    yield from folded(((_title(group, result), "group"), (f"  {count}", "dim")), width)
    yield (("─" * min(width, _WIDEST_RULE), "dim"),)
    if brought := _layer(group, result):
        yield ((fitted(f"{_INDENT}{brought}", width), "dim"),)


def _title(group: Group, result: ScanResult) -> str:
    kind = ecosystem(group.purl_type)
    if group.place:
        return f"{shortened(visible(group.place), _LONGEST)} · {kind}"
    if group.is_system and result.distribution and result.distribution.name:
        return f"{visible(result.distribution.name)} · {kind}"
    return f"{kind} packages"


def _layer(group: Group, result: ScanResult) -> str:
    """Return which layer all affected packages of `group` come from, and its build command; "" if they differ."""
    found = {
        location.layer
        for affected in group.affected
        for package in affected.packages
        for location in package.locations[:1]
    }
    whose = presence(result.target)
    for image in result.target.every_image:
        for number, layer in enumerate(image.layers, 1):
            if found == {layer.diff_id}:
                names = whose.layers.get(layer.diff_id, ())
                mark = f" ({only(names)})" if len(names) < len(whose.names) else ""
                text = f"layer {number} of {len(image.layers)}{mark}"
                return f"{text}: {' '.join(visible(layer.created_by).split())}".rstrip(": ")
    return ""


def _package_lines(affected: Affected, columns: Columns, inherited: Inheritance) -> Iterator[Line]:
    """Yield the names of the packages, their version, and the upgrade that helps."""
    names = ", ".join(shortened(name(package.purl), _LONGEST) for package in affected.packages)
    package = affected.packages[0]
    notes = [version(package.purl), *_notes(package, affected), *_origin(affected, inherited)]
    if mark := only_where(package, inherited.presence):
        notes.append(f"({mark})")
    upgrade = upgrade_of(affected, "")
    spans: list[Span] = [(names, "package"), (" " + " ".join(notes), "")]
    if upgrade.to and len(affected.findings) > 1:
        every = len(upgrade.removed) == len(affected.findings)
        of = "all" if every else f"{len(upgrade.removed)} of {len(affected.findings)}"
        spans.append((f"  → {visible(upgrade.to)} fixes {of}", "fixed"))
    yield from folded(spans, columns.width)


def _notes(package: Package, affected: Affected) -> Iterator[str]:
    source = source_package(affected.findings[0])
    if source and all(name(each.purl) != source for each in affected.packages):
        yield f"(of {source})"
    if package.direct is False:
        yield "(transitive)"
    if package.scope is not Scope.RUNTIME:
        yield f"({package.scope})"


def _origin(affected: Affected, inherited: Inheritance) -> Iterator[str]:
    """Yield that the packages are from the base image, if they are."""
    origins = {inherited.of(package) for package in affected.packages}
    if True in origins:
        yield "(from the base image)" if len(origins) == 1 else "(partly from the base image)"


def _chosen(findings: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Return the findings that get a row (the worst, and all that are known to be exploited), and the others."""
    rows: list[Finding] = []
    rest: list[Finding] = []
    for number, finding in enumerate(findings):
        limit = _ROWS if finding.severity.rank <= Severity.MEDIUM.rank else _MILD_ROWS
        (rows if number < limit or finding.kev_added else rest).append(finding)
    return (rows, rest) if len(rest) > 1 else (list(findings), [])


def _row(finding: Finding, columns: Columns) -> Iterator[Line]:
    start: list[Span] = [
        (_INDENT, ""),
        (padded(finding.severity.value, columns.severity), finding.severity.value),
        (f"  {padded(visible(finding.id), columns.id)}", ""),
    ]
    if columns.mark:
        start += [(" ", ""), ("KEV", "exploited") if finding.kev_added else ("   ", "")]
    fixed = padded(visible(finding.fixed) or _NO_FIX, columns.fixed)
    start += [("  ", ""), (fixed, "fixed" if finding.fixed else "dim"), ("  ", "")]
    title = visible(" ".join(finding.title.split()))
    room = columns.width - sum(cells(text) for text, _ in start)
    if room >= _NARROWEST_TITLE:
        yield (*start, (fitted(title, room), ""))
        return
    yield start
    indent = " " * (len(_INDENT) + columns.severity + 2)
    yield ((indent + fitted(title, columns.width - len(indent)), "dim"),)


def _listed(findings: Iterable[Finding], columns: Columns) -> Iterator[Line]:
    """Yield `findings` by their ids alone, those of one severity and fix together."""
    alike: dict[tuple[Severity, str], list[str]] = {}
    for finding in findings:
        alike.setdefault((finding.severity, finding.fixed), []).append(visible(finding.id))
    for (severity, fixed), ids in alike.items():
        start = ((_INDENT, ""), (padded(severity.value, columns.severity), severity.value), ("  ", ""))
        text = f"{len(ids)} more, {f'fixed in {visible(fixed)}' if fixed else _NO_FIX}: {', '.join(ids)}"
        indent = " " * sum(cells(part) for part, _ in start)
        yield from paragraph(text, columns.width, "dim", start, indent)
