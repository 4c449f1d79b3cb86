"""What the name of an archive says of its artifact: "artifact-1.2.3-classifier.jar"."""

import re

# In Gradle's cache, the directory above the groups.
GRADLE_CACHE = "files-2.1"

# Words of a version that a number may follow, as in "1.0-alpha-2".
_QUALIFIERS = frozenset(
    {
        *("a", "alpha", "b", "beta", "build", "cr", "ga", "m", "milestone", "p", "pre", "r", "rc"),
        *("snapshot", "sp"),
    }
)
_CLASSIFIER = re.compile(
    r"-(?:all|bundle|bundled|exec|fat|fatjar|full|jar-with-dependencies|javadoc|jdk\d+|linux|macos|natives?|nodep"
    r"|no_aop|osx|runner|runtime|shaded|sources|standalone|tests?|uber|windows|with-dependencies)(?:[-_.].*)?",
    re.ASCII,
)
# What file systems allow for a name; names in archives can be longer.
_LONGEST = 255
_DATE = re.compile(r"v\d{8}", re.ASCII)
_VERSIONED = re.compile(r"[-_]v?\d+(?:\.\d+)+[^/]*", re.ASCII)
_ONLY_VERSION = re.compile(r"v?\d+(?:\.\d+)+[^/]*", re.ASCII)


def split_name(stem: str, known: tuple[str, ...] = ()) -> tuple[str, str]:
    """Return artifact and version of the file name `stem`, which has no suffix; "" for a version that it has not.

    Where one of the versions `known` stands in it, that is it. Else it begins with the first number or date
    ("v20211006") behind a hyphen that no other word than "alpha" and its like separates from a later number:
    "log4j-1.2-api-2.14.1" is version 2.14.1 of "log4j-1.2-api".
    """
    stem = stem[-_LONGEST:]
    for version in known:
        artifact, found, rest = stem.rpartition(f"-{version}")
        classified = rest.startswith("-") and not any(map(_is_of_version, rest[1:].split("-")))
        if version and found and artifact and (classified or not rest):
            return artifact, version
    words = stem.split("-")
    for index in range(1, len(words)):
        if _begins(words[index]) and _one_version(words[index:]):
            version = "-".join(words[index:])
            return "-".join(words[:index]), _without_classifier(version)
    return stem, ""


def without_version(path: str) -> str:
    """Return `path` without the versions in the names of its segments, and without segments that are one."""
    # Gradle keeps each file of a version in a directory that is called by the file's digest.
    match path.split("/"):
        case [*above, cache, group, artifact, _, _] if cache == GRADLE_CACHE:
            return "/".join((*above, cache, group, artifact))
    segments = (segment for segment in path.split("/") if not _ONLY_VERSION.fullmatch(segment))
    return "/".join(_VERSIONED.sub("", segment) for segment in segments)


def _begins(word: str) -> bool:
    return word[:1].isdecimal() or _DATE.fullmatch(word) is not None


def _one_version(words: list[str]) -> bool:
    foreign = False
    for word in words:
        if word[:1].isdecimal() and foreign:
            return False
        foreign = foreign or not _is_of_version(word)
    return True


def _is_of_version(word: str) -> bool:
    return word[:1].isdecimal() or word.lower().rstrip("0123456789") in _QUALIFIERS


def _without_classifier(version: str) -> str:
    found = _CLASSIFIER.search(version)
    return version[: found.start()] if found and found.end() == len(version) else version
