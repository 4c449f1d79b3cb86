"""Findings as people work through them: place by place, package by package."""

from collections.abc import Iterable
from dataclasses import dataclass

from hullcheck.model.finding import Finding
from hullcheck.model.package import Package
from hullcheck.model.platforms import Presence, presence
from hullcheck.model.result import ScanResult
from hullcheck.reports.naming import SYSTEM, name, source_package


@dataclass(frozen=True, slots=True)
class Affected:
    """Packages of one version that have the same flaws (those made of one source package, mostly), and these flaws.

    Where there are several platforms, the same ones have them.

    `findings` are those of the first of `packages`, worst first; the others have as many.
    """

    packages: tuple[Package, ...]
    findings: tuple[Finding, ...]

    @property
    def count(self) -> int:
        """Return the number of findings of all packages."""
        return len(self.packages) * len(self.findings)


@dataclass(frozen=True, slots=True)
class Group:
    """What belongs to one lock file, application or operating system, which has `packages` packages in all."""

    place: str
    purl_type: str
    packages: int
    affected: tuple[Affected, ...]

    @property
    def count(self) -> int:
        """Return the number of findings."""
        return sum(affected.count for affected in self.affected)

    @property
    def is_system(self) -> bool:
        """Say whether it is the operating system."""
        return not self.place and self.purl_type in SYSTEM


def groups(result: ScanResult) -> tuple[Group, ...]:
    """Return the findings of `result` by place, and in there by package: worst first, as the findings are."""
    sizes: dict[tuple[str, str], int] = {}
    for package in result.packages:
        sizes[_home(package)] = sizes.get(_home(package), 0) + 1
    found: dict[tuple[str, str], list[Finding]] = {}
    for finding in result.findings:
        found.setdefault(_home(finding.package), []).append(finding)
    whose = presence(result.target)
    return tuple(Group(*home, sizes.get(home, 0), _affected(findings, whose)) for home, findings in found.items())


def _home(package: Package) -> tuple[str, str]:
    return package.place, package.purl.type


def _affected(findings: Iterable[Finding], whose: Presence) -> tuple[Affected, ...]:
    by_package: dict[object, list[Finding]] = {}
    for finding in findings:
        purl = finding.package.purl
        # What hashing a purl does takes ten times as long.
        key = purl.namespace, purl.name, purl.version, tuple(purl.qualifiers.items()), purl.subpath
        by_package.setdefault(key, []).append(finding)
    alike: dict[tuple[object, ...], list[list[Finding]]] = {}
    for found in by_package.values():
        alike.setdefault((whose.of(found[0].package), *_likeness(found)), []).append(found)
    return tuple(Affected(tuple(each[0].package for each in same), tuple(same[0])) for same in alike.values())


def _likeness(findings: list[Finding]) -> tuple[object, ...]:
    """Return what packages share that are shown together."""
    first = findings[0]
    source = source_package(first) or name(first.package.purl)
    return source, first.package.purl.version, *((one.id, one.severity, one.fixed) for one in findings)
