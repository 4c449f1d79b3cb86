"""SPDX 2.2 and 2.3 in JSON, in the dialects of Syft and Trivy."""

from collections.abc import Iterator, Mapping

from hullcheck.errors import MalformedFile
from hullcheck.formats.node import Node
from hullcheck.model.gap import Gap
from hullcheck.model.inventory import Inventory
from hullcheck.model.package import Distribution, Location, Package, Requirement
from hullcheck.sources.sbom.purls import Listed, item

_VERSIONS = frozenset({"SPDX-2.2", "SPDX-2.3"})

# Purposes of elements that are no packages.
_NO_PACKAGES = frozenset({"ARCHIVE", "CONTAINER", "DEVICE", "FILE", "OPERATING-SYSTEM", "OPERATING_SYSTEM", "SOURCE"})
_SYSTEMS = frozenset({"OPERATING-SYSTEM", "OPERATING_SYSTEM"})

_SYFT_SOURCE = "acquired package info from "
_TRIVY_SOURCE = "built package from: "
_TRIVY_LAYER = "LayerDiffID: "

_NOTHING = frozenset({"", "NOASSERTION", "NONE"})


def read_spdx(node: Node, path: str) -> Inventory:
    """Return what the document lists, in its order; the one element that it describes is not part of that."""
    version = node.text("spdxVersion")
    if version not in _VERSIONS:
        raise MalformedFile(
            path, f"{version} is not read", place="spdxVersion", hint="have it made as SPDX 2.3, in JSON"
        )
    subject = _subject(node)
    files = _files(node)
    packages: list[Package] = []
    requirements: list[Requirement] = []
    gaps: list[Gap] = []
    distribution: Distribution | None = None
    for element in node.nodes("packages"):
        if _purpose(element) in _SYSTEMS:
            distribution = distribution or _distribution(element, path)
            continue
        match _item(element, subject, files, path):
            case Package() as package:
                packages.append(package)
            case Requirement() as requirement:
                requirements.append(requirement)
            case Gap() as gap:
                gaps.append(gap)
            case None:
                continue
    return Inventory(tuple(packages), tuple(requirements), distribution, gaps=tuple(gaps))


def _subject(node: Node) -> str:
    """Return the element that the document is about, "" if it is about all of its packages."""
    described = dict.fromkeys(node.texts("documentDescribes"))
    document = node.text_or_none("SPDXID") or "SPDXRef-DOCUMENT"
    for relationship in node.nodes("relationships"):
        ends = relationship.text("spdxElementId"), relationship.text("relatedSpdxElement")
        kind = relationship.text("relationshipType")
        if kind == "DESCRIBES" and ends[0] == document:
            described[ends[1]] = None
        elif kind == "DESCRIBED_BY" and ends[1] == document:
            described[ends[0]] = None
    others = sum(1 for _ in node.nodes("packages")) > 1
    return next(iter(described)) if len(described) == 1 and others else ""


def _files(node: Node) -> Mapping[str, str]:
    """Return, for the packages of Trivy's lock files, which file they stand in: it is an element that contains them."""
    names = {
        element.text("SPDXID"): element.text("name")
        for element in node.nodes("packages")
        if _purpose(element) == "APPLICATION" and not _purl(element)
    }
    return {
        relationship.text("relatedSpdxElement"): names[relationship.text("spdxElementId")]
        for relationship in node.nodes("relationships")
        if relationship.text("relationshipType") == "CONTAINS" and relationship.text("spdxElementId") in names
    }


def _item(element: Node, subject: str, files: Mapping[str, str], sbom: str) -> Package | Requirement | Gap | None:
    identifier = element.text("SPDXID")
    purl = _purl(element)
    information = element.text_or_none("sourceInfo") or ""
    version = element.text_or_none("versionInfo") or ""
    name = element.text("name")
    holds_packages = name in files.values()
    if identifier == subject or (not purl and (_purpose(element) in _NO_PACKAGES or holds_packages)):
        return None
    listed = Listed(
        name=name,
        version="" if version in _NOTHING else version,
        purl=purl,
        source=_source(information),
        lists=files.get(identifier, ""),
        paths=_paths(information),
        layer=next(_layers(element), ""),
        licences=tuple(dict.fromkeys(_licences(element))),
    )
    return item(listed, sbom)


def _purpose(element: Node) -> str:
    return element.text_or_none("primaryPackagePurpose") or ""


def _purl(element: Node) -> str:
    for reference in element.nodes("externalRefs"):
        if reference.text_or_none("referenceType") == "purl":
            return reference.text("referenceLocator")
    return ""


def _paths(information: str) -> tuple[str, ...]:
    """Return the files that Syft names: "acquired package info from DPKG DB: /var/lib/dpkg/status, /..."."""
    if not information.startswith(_SYFT_SOURCE):
        return ()
    return tuple(information.partition(": ")[2].split(", "))


def _source(information: str) -> str:
    """Return the source package that Trivy names: "built package from: NAME VERSION"."""
    if not information.startswith(_TRIVY_SOURCE):
        return ""
    name, _, version = information.removeprefix(_TRIVY_SOURCE).strip().partition(" ")
    return f"{name}@{version}" if version else name


def _layers(element: Node) -> Iterator[str]:
    for text in element.texts("attributionTexts"):
        if text.startswith(_TRIVY_LAYER):
            yield text.removeprefix(_TRIVY_LAYER)


def _licences(element: Node) -> Iterator[str]:
    for key in ("licenseConcluded", "licenseDeclared"):
        licence = element.text_or_none(key) or ""
        if licence not in _NOTHING:
            yield licence


def _distribution(element: Node, sbom: str) -> Distribution:
    name = element.text("name")
    version = element.text_or_none("versionInfo") or ""
    return Distribution(name.lower(), version, f"{name} {version}".strip(), "", (), Location(sbom))
