"""What to do next: the upgrades that remove most, and where more is to be had."""

from collections.abc import Iterator

from hullcheck.model.inheritance import origins
from hullcheck.model.platforms import Presence, presence
from hullcheck.model.result import ScanResult
from hullcheck.reports.advice import Upgrade, upgrades
from hullcheck.reports.naming import name, source_package, version
from hullcheck.reports.platforms import only_where
from hullcheck.reports.terminal.base import common_base
from hullcheck.reports.terminal.layout import Line, paragraph
from hullcheck.reports.terminal.words import counted
from hullcheck.reports.visible import shortened, visible

_UPGRADES = 5
_LONGEST = 200


def next_steps(result: ScanResult, width: int) -> Iterator[Line]:
    """Yield what to do, nothing where there are no findings."""
    if not result.findings:
        return
    yield (("What to do next", "title"),)
    found = upgrades(result)
    whose = presence(result.target)
    for number, upgrade in enumerate(found[:_UPGRADES], 1):
        yield from paragraph(_sentence(upgrade, whose), width, "", ((f"  {number}. ", "dim"),), "     ")
    if len(found) > _UPGRADES:
        left = sum(upgrade.count for upgrade in found[_UPGRADES:])
        text = f"{counted(len(found) - _UPGRADES, 'more upgrade')} would remove {left:,} more."
        yield from paragraph(text, width, "dim", (("     ", ""),), "     ")
    yield from _newer_base(result, width)
    unfixed = sum(1 for finding in result.findings if not finding.fixed)
    if unfixed:
        text = f"{counted(unfixed, 'finding')} without a fix: is there a package among them that you can do without?"
        yield from paragraph(text, width, "", (("  - ", "dim"),), "    ")
    text = "For every detail, and for machines: add `--format json` or `--format json,sarif --output-dir DIR`."
    yield from paragraph(text, width, "", (("  - ", "dim"),), "    ")


def _newer_base(result: ScanResult, width: int) -> Iterator[Line]:
    """Yield that a newer base may have what its packages lack: who builds on it need not upgrade them one by one."""
    found = origins(result.target, result.findings)
    if found and found.inherited.total:
        name = common_base(result.target)
        newer, it = (f"a newer {name}", "it") if name else ("newer base images", "them")
        text = f"Build on {newer}: {counted(found.inherited.total, 'finding')} came with {it}."
        yield from paragraph(text, width, "", (("  - ", "dim"),), "    ")


def _sentence(upgrade: Upgrade, whose: Presence) -> str:
    packages = upgrade.affected.packages
    names = source_package(upgrade.affected.findings[0]) or ", ".join(name(package.purl) for package in packages)
    installed = version(packages[0].purl)
    to = f"from {installed} to {visible(upgrade.to)}" if upgrade.to else f"from {installed} to the newest version"
    where = f" in {shortened(visible(upgrade.place), _LONGEST)}" if upgrade.place else ""
    removed = ", ".join(f"{count:,} {severity}" for severity, count in upgrade.by_severity)
    mark = only_where(packages[0], whose)
    where += f" ({mark})" if mark else ""
    return f"Upgrade {shortened(names, _LONGEST)} {to}{where}: removes {upgrade.count:,} ({removed})."
