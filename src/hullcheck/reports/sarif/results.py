"""A finding as a result of SARIF."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hullcheck.model.finding import Finding
from hullcheck.model.inheritance import Inheritance
from hullcheck.model.package import Package
from hullcheck.model.purl import purl_text
from hullcheck.reports.naming import affected, cves, name, source_package, version
from hullcheck.reports.sarif.places import Places
from hullcheck.reports.sarif.severity import LEVELS, NUMBERS
from hullcheck.reports.sarif.text import message
from hullcheck.reports.visible import visible


def sarif_results(
    findings: Iterable[Finding], rules: Mapping[str, int], places: Places, inherited: Inheritance
) -> Iterator[dict[str, object]]:
    """Yield `findings` as results; `rules` holds the index of the rule of each vulnerability.

    `inherited` tells which are from the base image, and which platforms have them.
    """
    # Findings share their packages, and what is said of a package takes most of the time.
    sites: dict[int, _Site] = {}
    for finding in findings:
        package = finding.package
        site = sites.get(id(package)) or sites.setdefault(id(package), _site(package, places, inherited))
        yield _result(finding, rules[finding.id], site)


@dataclass(frozen=True, slots=True)
class _Site:
    """What results say of a package, whatever it is affected by."""

    name: str
    version: str
    purl: str
    locations: list[dict[str, object]]
    inherited: bool | None
    platforms: tuple[str, ...]


def _site(package: Package, places: Places, inherited: Inheritance) -> _Site:
    purl = package.purl
    platforms = tuple(map(visible, inherited.presence.of(package)))
    return _Site(
        name(purl), version(purl), purl_text(purl), places.locations(package), inherited.of(package), platforms
    )


def _result(finding: Finding, rule: int, site: _Site) -> dict[str, object]:
    return {
        "ruleId": visible(finding.id),
        "ruleIndex": rule,
        "level": LEVELS[finding.severity],
        "message": message(_sentence(finding, site)),
        "locations": site.locations,
        "partialFingerprints": {
            "hullcheckFingerprint/v1": finding.fingerprint,
            # The one that GitHub compares. The number counts equal ones, of which there are none.
            "primaryLocationLineHash": f"{finding.fingerprint}:1",
        },
        "properties": _properties(finding, site),
    }


def _sentence(finding: Finding, site: _Site) -> str:
    of_source = f" (source package {source_package(finding)})" if source_package(finding) else ""
    flaw = f"{visible(finding.id)} ({finding.severity}): {visible(finding.title)}".removesuffix(": ")
    if not finding.fixed:
        return f"{site.name} {site.version}{of_source}, for which no fixed version is known, is affected by {flaw}"
    return f"Upgrade {site.name} from {site.version} to {visible(finding.fixed)}{of_source}: it is affected by {flaw}"


def _properties(finding: Finding, site: _Site) -> dict[str, object]:
    """Return what SARIF has no place for: our own names, and those of `qscanner` in both casings."""
    package, score = finding.package, finding.cvss[0] if finding.cvss else None
    known: dict[str, object] = {
        "cvssScore": score.score if score else None,
        "cvssVector": score.vector if score else None,
        "epss": finding.epss,
        "epssPercentile": finding.epss_percentile,
        "kevAdded": finding.kev_added or None,
        "place": visible(package.place) or None,
        "direct": package.direct,
        "inherited": site.inherited,
        "platforms": site.platforms or None,
    }
    return {
        "severity": NUMBERS[finding.severity],
        "severityName": finding.severity,
        "severitySource": visible(finding.severity_source),
        "cves": cves(finding),
        "cve-ids": cves(finding),
        "aliases": finding.aliases,
        "purl": site.purl,
        "scope": package.scope,
        **{key: value for key, value in known.items() if value is not None},
        "advisories": sorted({f"{match.advisory.feed}/{match.advisory.id}" for match in finding.matches}),
        "affectedRanges": sorted({affected(match.range) for match in finding.matches}),
        **_software(finding, site),
    }


def _software(finding: Finding, site: _Site) -> dict[str, object]:
    location = next(iter(finding.package.locations), None)
    return {
        "packageName": site.name,
        "affectedPackage": site.name,
        "installedVersion": site.version,
        "packageVersion": site.version,
        "fixedVersion": visible(finding.fixed),
        "vulnerableSoftware": [
            {
                "name": site.name,
                "installedVersion": site.version,
                "fixedVersion": visible(finding.fixed),
                "layerSHA": location.layer if location else "",
                "packagePath": visible(location.path) if location else "",
            }
        ],
    }
