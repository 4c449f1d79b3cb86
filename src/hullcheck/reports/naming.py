"""What people call a package."""

from collections.abc import Mapping

from packageurl import PackageURL

from hullcheck.model.advisory import AffectedRange
from hullcheck.model.finding import Finding
from hullcheck.reports.visible import visible

# Packages of an operating system: their namespace is the distribution.
SYSTEM = frozenset({"alpm", "apk", "deb", "rpm"})
_SEPARATORS: Mapping[str, str] = {"maven": ":"}


def name(purl: PackageURL) -> str:
    """Return the name of the package `purl` as its own tools write it."""
    if purl.type in SYSTEM or not purl.namespace:
        return visible(purl.name)
    return visible(f"{purl.namespace}{_SEPARATORS.get(purl.type, '/')}{purl.name}")


def version(purl: PackageURL) -> str:
    """Return the version of the package `purl`, with the epoch that rpm keeps beside it."""
    epoch = purl.qualifiers.get("epoch", "")
    text = purl.version or ""
    return visible(f"{epoch}:{text}" if epoch and epoch != "0" and ":" not in text else text)


def affected(bounds: AffectedRange) -> str:
    """Return the versions between `bounds` in words of mathematics: ">= 1.0, < 1.2"."""
    if bounds.introduced and bounds.introduced == bounds.last_affected:
        return visible(f"= {bounds.introduced}")
    parts = [f">= {bounds.introduced}"] if bounds.introduced not in {"", "0"} else []
    if bounds.fixed:
        parts.append(f"< {bounds.fixed}")
    elif bounds.last_affected:
        parts.append(f"<= {bounds.last_affected}")
    return visible(", ".join(parts)) or "all versions"


def cves(finding: Finding) -> tuple[str, ...]:
    """Return the CVE ids of `finding`."""
    return tuple(each for each in (finding.id, *finding.aliases) if each.startswith("CVE-"))


def source_package(finding: Finding) -> str:
    """Return the source package that the advisories list the package of `finding` under, if it has another name."""
    if finding.package.purl.type not in SYSTEM or not finding.matches:
        return ""
    compared = visible(finding.matches[0].compared.rpartition(" ")[0])
    return "" if compared == name(finding.package.purl) else compared


def ecosystem(purl_type: str) -> str:
    """Return what people call the packages of `purl_type`."""
    return _ECOSYSTEMS.get(purl_type, purl_type)


_ECOSYSTEMS: Mapping[str, str] = {"cargo": "Cargo", "golang": "Go", "maven": "Java", "pypi": "Python"}
