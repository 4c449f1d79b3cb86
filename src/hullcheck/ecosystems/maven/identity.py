"""Which artifact an archive is, where no pom.properties says so: by its name, its manifest and its place.

An artifact is only looked up under its group, so that a wrong group hides flaws. A group is taken from what states it,
in the order of `_group`; a bundle's symbolic name only where no other group can have made it.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from hullcheck.ecosystems.maven.coordinates import Coordinates, coordinates, is_id, is_version
from hullcheck.ecosystems.maven.file_name import GRADLE_CACHE, split_name
from hullcheck.ecosystems.maven.groups import known_group

Manifest = Mapping[str, str]

_VERSIONS = ("implementation-version", "bundle-version", "specification-version")
# Ivy's "organisation#module;revision".
_IVY = re.compile(r"([\w.-]+)#([\w.-]+);\S+", re.ASCII)
_BUILD = re.compile(r"-(?:[0-9a-f]{40}|release-\d+)\b.*", re.ASCII)
# Derby counts its bundles in millionths of its third number.
_NOT_A_RELEASE = re.compile(r"\d+\.\d+\.\d{7,}.*", re.ASCII)
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_SCALA = re.compile(r"_[23](?:\.\d+)*", re.ASCII)
# The time of the build that Tycho adds, as in "3.16.0.v20200828-0759".
_BUILT = re.compile(r"\.v\d{8}-\d{4}$", re.ASCII)
_SNAPSHOT = "-SNAPSHOT"
# Organisations that publish under several groups below their name.
_TOO_GENERAL = frozenset(
    {"com.google", "com.ibm", "com.oracle", "com.sun", "org.apache", "org.eclipse", "org.glassfish"}
)

# Directories that hold archives by group.
_REPOSITORIES = frozenset({"maven-repo", "repository"})

_RUNTIME = "Java Runtime Environment"
_LAUNCHER = "gradle-wrapper"

# Tomcat calls its archives by other names than its artifacts.
_TOMCAT = "Apache Tomcat"
_TOMCAT_NAMES = {
    "annotations-api": "tomcat-annotations-api",
    "catalina": "tomcat-catalina",
    "catalina-ant": "tomcat-catalina-ant",
    "catalina-ha": "tomcat-catalina-ha",
    "catalina-ssi": "tomcat-ssi",
    "catalina-storeconfig": "tomcat-storeconfig",
    "catalina-tribes": "tomcat-tribes",
    "el-api": "tomcat-el-api",
    "jasper": "tomcat-jasper",
    "jasper-el": "tomcat-jasper-el",
    "jaspic-api": "tomcat-jaspic-api",
    "jsp-api": "tomcat-jsp-api",
    "servlet-api": "tomcat-servlet-api",
    "websocket-api": "tomcat-websocket-api",
}


def identify(stem: str, directory: str, manifest: Manifest) -> Coordinates:
    """Return what is known of the archive whose file name without suffix is `stem`."""
    versions = tuple(_versions(manifest))
    artifact, version = _split_bundle(stem, manifest) or split_name(stem, versions)
    version = version or next(iter(versions), "")
    if _is_tomcat(manifest):
        artifact = _TOMCAT_NAMES.get(artifact, artifact)
    qualifier, name = _split_qualified(artifact, version, manifest)
    if qualifier:
        return coordinates(qualifier, name, version)
    return coordinates(_group(artifact, version, directory, manifest), artifact, version)


def descriptor_by_name(described: Iterable[Coordinates], stem: str) -> Coordinates | None:
    """Return that of the artifacts put into the archive `stem` after which it is called, None if it is none of them."""
    return next((found for found in described if _is_called(stem, found)), None)


def descriptor_by_identity(described: Collection[Coordinates], identity: Coordinates) -> Coordinates | None:
    """Return that of the artifacts put into an archive which is the archive itself under another file name: the only
    one, or the only one of its version, unless the archive says that it is something else.
    """
    alike = [found for found in described if found.version == identity.version]
    if not identity.version:
        alike = list(described)
    if len(alike) != 1 or identity.group not in {"", alike[0].group}:
        return None
    return alike[0]


def as_named(found: Coordinates, stem: str) -> Coordinates:
    """Return `found`, after which the archive `stem` is called, in the version that it is published under.

    That can have a qualifier that its descriptor lacks: 7.4.1.jre11 is built from version 7.4.1 for a release of Java.
    And it can lack one: Tycho releases what is a snapshot by its descriptor.
    """
    bundle = stem.removeprefix(f"{found.artifact}_")
    _, version = split_name(stem) if bundle == stem else ("", _BUILT.sub("", bundle))
    if version and found.version == f"{version}{_SNAPSHOT}":
        return replace(found, version=version)
    rest = version.removeprefix(f"{found.version}.")
    if found.version and (rest == version or not rest[:1].isalpha()):
        return found
    return replace(found, version=version) if is_version(version) else found


def comes_with_a_tool(stem: str, manifest: Manifest) -> bool:
    """Say whether an archive is a part of a Java runtime or the launcher of Gradle, which are no artifacts."""
    return manifest.get("implementation-title") == _RUNTIME or stem == _LAUNCHER


def _is_called(stem: str, found: Coordinates) -> bool:
    full = f"{found.artifact}-{found.version}"
    if stem in {found.artifact, full} or stem.endswith((f".{full}", f".{found.artifact}")):
        return True
    rest = stem.removeprefix(found.artifact)
    return rest != stem and (stem.startswith(f"{full}-") or (rest[:1] in {"-", "_"} and rest[1:2].isdecimal()))


def _versions(manifest: Manifest) -> Iterator[str]:
    """Yield the versions that `manifest` gives, the likeliest first, without the commit and date of the build."""
    for key in _VERSIONS:
        words = manifest.get(key, "").split()
        version = _BUILD.sub("", words[0]) if words else ""
        if is_version(version) and version[0].isdecimal() and not _NOT_A_RELEASE.fullmatch(version):
            yield version


def _group(artifact: str, version: str, directory: str, manifest: Manifest) -> str:
    return (
        _group_of_directory(artifact, version, directory)
        or _group_of_ivy(manifest)
        or known_group(artifact, version)
        or _group_of_tomcat(artifact, manifest)
        or _group_of_bundle(artifact, manifest)
        or _group_of_vendor(version, manifest)
    )


def _group_of_directory(artifact: str, version: str, directory: str) -> str:
    """Return the group that the layout of a repository or cache says."""
    match directory.split("/"):
        case [*above, name, last] if (name, last) == (artifact, version):
            start = max((index for index, segment in enumerate(above) if segment in _REPOSITORIES), default=len(above))
            return ".".join(above[start + 1 :])
        case [*_, cache, group, name, last, _] if (cache, name, last) == (GRADLE_CACHE, artifact, version):
            return group
        case _:
            return ""


def _group_of_ivy(manifest: Manifest) -> str:
    found = _IVY.fullmatch(manifest.get("implementation-title", ""))
    return found[1] if found else ""


def _group_of_tomcat(artifact: str, manifest: Manifest) -> str:
    if not _is_tomcat(manifest):
        return ""
    if artifact.startswith("tomcat-embed-"):
        return "org.apache.tomcat.embed"
    return "org.apache.tomcat" if artifact.startswith("tomcat-") else ""


def _group_of_bundle(artifact: str, manifest: Manifest) -> str:
    """Return the group that the symbolic name of an OSGi bundle holds.

    Maven's bundle plugin makes it of group and artifact, and leaves out what the two have in common. With a hyphen
    in the artifact it is either "group.artifact", or the group's last segment begins the artifact; without, it
    may be the group itself, or the group and the artifact.
    """
    name = _symbolic_name(manifest)
    first, hyphen, rest = artifact.partition("-")
    if not hyphen:
        return ""
    group = name.removesuffix(f".{artifact}")
    if group == name:
        group = name.removesuffix(f".{rest}")
        if group == name or group.rpartition(".")[2] != first:
            return ""
    return group if _is_group(group) else ""


def _symbolic_name(manifest: Manifest) -> str:
    return manifest.get("bundle-symbolicname", "").partition(";")[0].strip()


def _split_bundle(stem: str, manifest: Manifest) -> tuple[str, str] | None:
    """Return artifact and version of a bundle that is called as Eclipse and Equinox call it: "org.eclipse.osgi_3.16.0",
    behind which may stand when it was built.
    """
    name = _symbolic_name(manifest)
    version = stem.removeprefix(f"{name}_")
    return (name, _BUILT.sub("", version)) if name and version != stem and version[:1].isdecimal() else None


def _group_of_vendor(version: str, manifest: Manifest) -> str:
    """Return the vendor's id, which is the group where Maven or sbt wrote the manifest.

    An archive that others were put into can have the manifest of one of them, which is of another version.
    """
    vendor = manifest.get("implementation-vendor-id", "")
    stated = tuple(_versions(manifest))
    is_own = not version or not stated or any(_alike(version, other) for other in stated)
    return vendor if is_own and _is_group(vendor) else ""


def _alike(version: str, other: str) -> bool:
    """Say whether two versions begin with the same two numbers, or the one number that one of them has."""
    pairs = zip(_NUMBER.findall(version)[:2], _NUMBER.findall(other)[:2], strict=False)
    return all(int(one) == int(two) for one, two in pairs)


def _is_group(text: str) -> bool:
    return "." in text and is_id(text) and text not in _TOO_GENERAL


def _is_tomcat(manifest: Manifest) -> bool:
    return _TOMCAT in (manifest.get("implementation-title"), manifest.get("specification-title"))


def _split_qualified(artifact: str, version: str, manifest: Manifest) -> tuple[str, str]:
    """Return group and artifact of "group.artifact", as launchers and fast-jars name the files of a program, if the
    artifact is known to be of that group.
    """
    titled = manifest.get("implementation-title", "").casefold()
    place = artifact.rfind(".")
    while place >= 0:
        group, name = artifact[:place], artifact[place + 1 :]
        stated = known_group(name, version) or _group_of_bundle(name, manifest) or _group_of_tomcat(name, manifest)
        if not stated and _SCALA.sub("", name).casefold() == titled:
            stated = _group_of_vendor(version, manifest)
        if group in (stated, _group_of_ivy(manifest)):
            return group, name
        place = artifact.rfind(".", 0, place)
    return "", artifact
