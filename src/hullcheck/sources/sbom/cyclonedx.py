"""CycloneDX 1.2 to 1.7 in JSON, in the dialects of Syft, Trivy and cdxgen."""

import re
from collections.abc import Iterator, Mapping

from hullcheck.errors import MalformedFile
from hullcheck.formats.node import Node
from hullcheck.model.gap import Gap
from hullcheck.model.inventory import Inventory
from hullcheck.model.package import Distribution, Location, Package, Requirement, Scope
from hullcheck.sources.sbom.purls import Listed, item

_VERSIONS = frozenset({"1.2", "1.3", "1.4", "1.5", "1.6", "1.7"})

# Components that are no packages; those of other kinds are if they have a purl or could have one.
_NO_PACKAGES = frozenset(
    {"container", "cryptographic-asset", "data", "device", "file", "machine-learning-model", "operating-system"}
)

_SCOPES = {"optional": Scope.OPTIONAL, "excluded": Scope.DEVELOPMENT}

_SYFT_PATH = re.compile(r"syft:location:[0-9]+:path")
_SYFT_LAYER = "syft:location:0:layerID"
_TRIVY = "aquasecurity:trivy:"
_TRIVY_PATH = f"{_TRIVY}FilePath"
_DEVELOPMENT = frozenset({"cdx:npm:package:development", "cdx:python:package:development"})


def read_cyclonedx(node: Node, path: str) -> Inventory:
    """Return what the document lists, in its order; what it is about itself is not part of that."""
    version = node.text_or_none("specVersion") or ""
    if node.text_or_none("bomFormat") != "CycloneDX" or version not in _VERSIONS:
        raise MalformedFile(
            path,
            f"CycloneDX of version {version!r} is not read",
            place="specVersion",
            hint=f"have it made in one of the versions {', '.join(sorted(_VERSIONS))}",
        )
    files = _files(node)
    packages: list[Package] = []
    requirements: list[Requirement] = []
    gaps: list[Gap] = []
    distribution: Distribution | None = None
    for component in components(node):
        if component.text_or_none("type") == "operating-system":
            distribution = distribution or _distribution(component, path)
            continue
        match _item(component, files, path):
            case Package() as package:
                packages.append(package)
            case Requirement() as requirement:
                requirements.append(requirement)
            case Gap() as gap:
                gaps.append(gap)
            case None:
                continue
    return Inventory(tuple(packages), tuple(requirements), distribution, gaps=tuple(gaps))


def components(node: Node) -> Iterator[Node]:
    """Yield the components of the document and, at any depth, those that lie in them or in what it is about."""
    metadata = node.node_or_none("metadata")
    subject = metadata.node_or_none("component") if metadata else None
    waiting = [*([subject] if subject else []), node]
    while waiting:
        for component in waiting.pop().nodes("components"):
            yield component
            if component.has("components"):
                waiting.append(component)


def _files(node: Node) -> Mapping[str, str]:
    """Return, for the packages of Trivy's lock files, which file they stand in: what depends on it says so."""
    needs = {it.text("ref"): it.texts("dependsOn") for it in node.nodes("dependencies") if it.has("dependsOn")}
    files: dict[str, str] = {}
    for component in components(node):
        if component.text_or_none("type") == "application" and f"{_TRIVY}Type" in _properties(component):
            name = component.text("name")
            waiting = [component.text_or_none("bom-ref") or ""]
            while waiting:
                for reference in needs.get(waiting.pop(), ()):
                    if reference not in files:
                        files[reference] = name
                        waiting.append(reference)
    return files


def _item(component: Node, files: Mapping[str, str], sbom: str) -> Package | Requirement | Gap | None:
    purl = component.text_or_none("purl") or ""
    properties = _properties(component)
    kind = component.text_or_none("type") or ""
    if not purl and (kind in _NO_PACKAGES or _is_group(component, kind, properties)):
        return None
    group, name = component.text_or_none("group"), component.text("name")
    development = any(properties.get(key) == "true" for key in _DEVELOPMENT)
    listed = Listed(
        name=f"{group}/{name}" if group else name,
        version=component.text_or_none("version") or "",
        purl=purl,
        source=_source(properties, purl),
        lists=files.get(component.text_or_none("bom-ref") or "", ""),
        paths=_paths(component, properties),
        layer=properties.get(f"{_TRIVY}LayerDiffID") or properties.get(_SYFT_LAYER, ""),
        scope=Scope.DEVELOPMENT if development else _SCOPES.get(component.text_or_none("scope") or "", Scope.RUNTIME),
        licences=tuple(_licences(component)),
    )
    return item(listed, sbom)


def _is_group(component: Node, kind: str, properties: Mapping[str, str]) -> bool:
    """Say whether a component without a purl only holds others: a lock file of Trivy's, or one that has no version."""
    listed = kind == "application" and f"{_TRIVY}Type" in properties
    return listed or (not component.text_or_none("version") and any(True for _ in component.nodes("components")))


def _properties(component: Node) -> dict[str, str]:
    pairs = ((it.text_or_none("name"), it.text_or_none("value")) for it in component.nodes("properties"))
    return {name: value for name, value in pairs if name and value}


def _paths(component: Node, properties: Mapping[str, str]) -> tuple[str, ...]:
    """Return the files that show the package: Syft's locations, Trivy's file, cdxgen's source file, or the evidence."""
    syft = (value for name, value in properties.items() if _SYFT_PATH.fullmatch(name))
    others = (properties.get(_TRIVY_PATH), properties.get("SrcFile"))
    evidence = component.node_or_none("evidence") if component.is_node("evidence") else None
    occurrences = (it.text_or_none("location") for it in evidence.nodes("occurrences")) if evidence else ()
    return tuple(dict.fromkeys(path for path in (*syft, *others, *occurrences) if path))


def _source(properties: Mapping[str, str], purl: str) -> str:
    """Return the source package in Trivy's dialect, whose name and parts of the version are properties."""
    name, version, release, epoch = (
        properties.get(f"{_TRIVY}{part}", "") for part in ("SrcName", "SrcVersion", "SrcRelease", "SrcEpoch")
    )
    full = f"{version}-{release}" if version and release else version
    if purl.startswith("pkg:rpm/"):
        return f"{name}-{full}.src.rpm" if name and full else name
    if epoch not in {"", "0"} and full:
        full = f"{epoch}:{full}"
    return f"{name}@{full}" if name and full else name


def _licences(component: Node) -> Iterator[str]:
    for choice in component.nodes("licenses"):
        licence = choice.node_or_none("license")
        found = licence.text_or_none("id") or licence.text_or_none("name") if licence else None
        if found := found or choice.text_or_none("expression"):
            yield found


def _distribution(component: Node, sbom: str) -> Distribution:
    properties = _properties(component)
    name = component.text("name")
    version = properties.get("syft:distro:versionID") or component.text_or_none("version") or ""
    return Distribution(
        id=properties.get("syft:distro:id") or name.lower(),
        version=version,
        name=properties.get("syft:distro:prettyName") or f"{name} {version}".strip(),
        codename=properties.get("syft:distro:versionCodename", ""),
        like=tuple(value for key, value in properties.items() if key.startswith("syft:distro:idLike:")),
        location=Location(sbom),
    )
