"""Names and versions of npm packages."""

import re

from packageurl import PackageURL

# What a registry accepts, or accepted once: https://github.com/npm/validate-npm-package-name
_NAME = re.compile(r"(?:(@[A-Za-z0-9~!'()*._-]+)/)?([A-Za-z0-9~!'()*_-][A-Za-z0-9~!'()*._-]*)")
_LONGEST_NAME = 214
# What can be shown to anybody; https://github.com/npm/node-semver takes no more than 256 characters.
_VERSION = re.compile(r"[!-~]{1,256}")
# npm takes "v1.2.3" and " =1.2.3" for 1.2.3 where it reads a package's own version.
_VERSION_PREFIX = re.compile(r"[\s=v]+(?=[0-9])")


def npm_purl(name: str, version: str | None = None) -> PackageURL | None:
    """Return the purl of `name`, None where no package can have that name or version."""
    parts = _NAME.fullmatch(name) if len(name) <= _LONGEST_NAME else None
    if parts is None or (version and not _VERSION.fullmatch(version)):
        return None
    return PackageURL("npm", parts[1], parts[2], version)


def clean_version(version: str) -> str:
    """Return `version` as npm does when it reads it from a `package.json`."""
    return _VERSION_PREFIX.sub("", version.strip(), count=1) if version[:1] in "=v \t\n" else version.rstrip()


def alias_target(specification: str) -> tuple[str, str]:
    """Return the real name and the version or range in "npm:name@range"."""
    text = specification.removeprefix("npm:")
    at = text.find("@", 1)
    return (text, "") if at < 0 else (text[:at], text[at + 1 :])


def published_archive(url: str) -> tuple[str, str] | None:
    """Return name and version of the package in an archive at `url`, None where it is not one of a registry, which has
    it at "…/@scope/name/-/name-1.2.3.tgz".
    """
    path = url.partition("#")[0].partition("?")[0]
    match path.split("/"):
        case ["http:" | "https:", "", _, *above, name, "-", archive] if archive.startswith(f"{name}-"):
            version = archive.removeprefix(f"{name}-").removesuffix(".tgz")
            scope = above[-1] if above and above[-1].startswith("@") else ""
            return (f"{scope}/{name}" if scope else name, version) if archive.endswith(".tgz") and version else None
        case _:
            return None
