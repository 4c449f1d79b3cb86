"""Project object models (maven.apache.org/ref/current/maven-model/maven.html), each by itself: what its parents and
imported models would add is not there.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hullcheck.ecosystems.maven.coordinates import Coordinates, coordinates
from hullcheck.errors import MalformedFile
from hullcheck.formats.xml import Element, read_xml
from hullcheck.model.source_file import SourceFile

_PROPERTY = re.compile(r"\$\{([^${}]{1,200})\}")
# A group or artifact, with properties that are not known.
_NAME = re.compile(r"[\w.${}-]+")
# Properties of properties; and the longest text that they may come to, lest a few lines become gigabytes.
_DEPTH = 20
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Dependency:
    """A dependency with the version and scope that the same model manages; texts are "" where it says nothing, and hold
    "${…}" where a property is not defined in it.
    """

    group: str
    artifact: str
    version: str
    scope: str
    optional: bool
    type: str
    classifier: str
    line: int


def read_pom(file: SourceFile) -> "Pom":
    """Return the model that `file` holds."""
    root = read_xml(file)
    if root.name != "project":
        raise MalformedFile(file.path, f"expected a project, found {root.name!r}", place=f"line {root.line}")
    return Pom(root, file.path)


class Pom:
    """A model of a project."""

    __slots__ = ("_path", "_project", "_properties")

    def __init__(self, project: Element, path: str) -> None:
        self._project = project
        self._path = path
        self._properties = _properties_of(project)

    @property
    def coordinates(self) -> Coordinates:
        """Return the coordinates of the project itself."""
        group, artifact, version = (
            _resolve(self._properties.get(f"project.{name}", ""), self._properties)
            for name in ("groupId", "artifactId", "version")
        )
        return coordinates(group, artifact, version)

    def dependencies(self) -> Iterator[Dependency]:
        """Yield the dependencies of the project and of its profiles, each of which may be active."""
        managed = self._managed(self._project, self._properties)
        yield from self._declared(self._project, self._properties, managed)
        for profile in self._project.all("profiles", "profile"):
            properties = {**self._properties, **_own_properties(profile)}
            own = self._managed(profile, properties)
            yield from self._declared(profile, properties, {**managed, **own})

    def _managed(self, owner: Element, properties: Mapping[str, str]) -> dict[tuple[str, ...], Dependency]:
        declared = owner.all("dependencyManagement", "dependencies", "dependency")
        dependencies = (self._dependency(element, properties) for element in declared)
        return {_key(dependency): dependency for dependency in dependencies}

    def _declared(
        self, owner: Element, properties: Mapping[str, str], managed: Mapping[tuple[str, ...], Dependency]
    ) -> Iterator[Dependency]:
        for element in owner.all("dependencies", "dependency"):
            own = self._dependency(element, properties)
            rule = managed.get(_key(own), own)
            yield Dependency(
                own.group,
                own.artifact,
                own.version or rule.version,
                own.scope or rule.scope,
                own.optional,
                own.type,
                own.classifier,
                own.line,
            )

    def _dependency(self, element: Element, properties: Mapping[str, str]) -> Dependency:
        names = ("groupId", "artifactId", "version", "scope", "type", "classifier", "optional")
        group, artifact, version, scope, kind, classifier, optional = (
            _resolve(element.text_of(name), properties) for name in names
        )
        if not _NAME.fullmatch(group) or not _NAME.fullmatch(artifact):
            raise MalformedFile(self._path, "a dependency without group or artifact", place=f"line {element.line}")
        return Dependency(group, artifact, version, scope, optional == "true", kind or "jar", classifier, element.line)


def _key(dependency: Dependency) -> tuple[str, ...]:
    return dependency.group, dependency.artifact, dependency.type, dependency.classifier


def _properties_of(project: Element) -> dict[str, str]:
    """Return the properties that `project` defines, and those that stand for its coordinates and its parent's."""
    parent = project.first("parent") or Element("parent", {}, 0)
    defined = _own_properties(project)
    properties: dict[str, str] = {}
    for name in ("groupId", "artifactId", "version"):
        inherited = parent.text_of(name)
        own = project.text_of(name) or ("" if name == "artifactId" else inherited)
        values = {
            f"project.{name}": own,
            f"pom.{name}": own,
            f"project.parent.{name}": inherited,
            f"parent.{name}": inherited,
        }
        properties.update({key: value for key, value in values.items() if value})
        # The old form without "project." gives way to a property of that name.
        properties.update({name: own} if own and name not in defined else {})
    return defined | properties


def _own_properties(owner: Element) -> dict[str, str]:
    defined = (element for properties in owner.all("properties") for element in properties.elements)
    return {element.name: element.text for element in defined if len(element.text) <= _LONGEST}


def _resolve(text: str, properties: Mapping[str, str]) -> str:
    """Return `text` with the values of the properties that are known."""
    resolved = text
    for _ in range(_DEPTH):
        if "${" not in resolved:
            return resolved
        longer = _PROPERTY.sub(lambda found: properties.get(found[1].strip(), found[0]), resolved)
        if len(longer) > _LONGEST:
            return text
        if longer == resolved:
            return resolved
        resolved = longer
    return text
