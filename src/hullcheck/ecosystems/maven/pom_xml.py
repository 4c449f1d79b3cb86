"""Dependencies that a pom.xml declares."""

import re
from collections.abc import Iterator, Mapping

from packageurl import PackageURL

from hullcheck.ecosystems.maven.coordinates import is_version
from hullcheck.ecosystems.maven.pom import Dependency, read_pom
from hullcheck.model.package import Location, OwnProject, Package, Requirement, Scope
from hullcheck.model.source_file import SourceFile

# A range that is one version: "[1.2.3]" says that no other will do.
_PINNED = re.compile(r"\[\s*([^\s,\[\]()]+)\s*\]")
_MOVING = frozenset({"LATEST", "RELEASE"})

# What a container provides is needed to build and not brought along.
_SCOPES: Mapping[str, Scope] = {"provided": Scope.DEVELOPMENT, "test": Scope.TEST}


def parse_pom_xml(file: SourceFile) -> Iterator[Package | Requirement | OwnProject]:
    """Yield the project of `file` and the dependencies that it declares, those of its plugins and its parent left out.

    One whose version the file does not hold (a parent or an imported model manages it, it is a range, or a property is
    not defined) is a requirement.
    """
    pom = read_pom(file)
    own = pom.coordinates
    if own.group and own.artifact:
        yield OwnProject(PackageURL("maven", own.group, own.artifact), Location(file.path))
    for dependency in pom.dependencies():
        location = Location(file.path, line=dependency.line)
        version = _exact_version(dependency.version)
        if version and "$" not in dependency.group + dependency.artifact:
            purl = _purl(dependency, version)
            yield Package(purl, (location,), file.path, _scope(dependency), direct=True)
        else:
            yield Requirement(_purl(dependency), dependency.version, location, _scope(dependency))


def _exact_version(version: str) -> str:
    pinned = _PINNED.fullmatch(version)
    exact = pinned[1] if pinned else version
    return exact if is_version(exact) and exact not in _MOVING else ""


def _purl(dependency: Dependency, version: str | None = None) -> PackageURL:
    """Return the purl, with the type and classifier of what is not a plain jar (purl specification, "maven")."""
    qualifiers = {"classifier": dependency.classifier, "type": "" if dependency.type == "jar" else dependency.type}
    return PackageURL("maven", dependency.group, dependency.artifact, version, qualifiers)


def _scope(dependency: Dependency) -> Scope:
    default = Scope.OPTIONAL if dependency.optional else Scope.RUNTIME
    return _SCOPES.get(dependency.scope, default)
