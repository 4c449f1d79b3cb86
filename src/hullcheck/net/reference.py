"""References of images: "name", "name:tag", "name@digest" (grammar and defaults of distribution/reference)."""

import re
from dataclasses import dataclass

from hullcheck.errors import InvalidParameter
from hullcheck.net.digest import is_digest

DOCKER_HUB = "docker.io"

_HOST = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?"
)
_REPOSITORY = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_IDENTIFIER = re.compile(r"[0-9a-f]{64}")

_LOGIN = re.compile(r"//.*@(?!sha(?:256|512):)", re.DOTALL)

_LONGEST = 255
_LONGEST_REFERENCE = 600  # Name, tag and a SHA-512 digest.


@dataclass(frozen=True, slots=True)
class Reference:
    """An image in a registry: `tag` or `digest` may be "", not both."""

    host: str
    repository: str
    tag: str
    digest: str

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.host}/{self.repository}{tag}" + (f"@{self.digest}" if self.digest else "")

    @property
    def wanted(self) -> str:
        """Return what the registry is asked for: the digest if there is one, as a tag may move."""
        return self.digest or self.tag


def parse_reference(text: str) -> Reference:
    """Return the image that `text` names; without a host it is of Docker Hub, without tag and digest the latest."""
    if len(text) > _LONGEST_REFERENCE:
        raise _invalid(text, f"more than {_LONGEST_REFERENCE} characters")
    rest, at, digest = text.partition("@")
    if at and not is_digest(digest):
        raise _invalid(text, "the digest after @ is not sha256: and 64 hexadecimal digits in lower case")
    host, repository = _split_host(rest)
    repository, colon, tag = repository.partition(":")
    if colon and not _TAG.fullmatch(tag):
        raise _invalid(text, "the tag has letters, digits, '_', '.' and '-' only, and at most 128 of them")
    if not _HOST.fullmatch(host):
        raise _invalid(text, f"{host!r} is no host")
    if not _REPOSITORY.fullmatch(repository):
        lower = repository != repository.lower() and _REPOSITORY.fullmatch(repository.lower())
        raise _invalid(text, "the name must be in lower case" if lower else f"{repository!r} is no name of an image")
    if host == DOCKER_HUB and "/" not in repository:
        if _IDENTIFIER.fullmatch(repository):
            raise _invalid(text, "an image cannot be named by its id; name it by its tag or name@digest")
        repository = f"library/{repository}"
    if len(host) + 1 + len(repository) > _LONGEST:
        raise _invalid(text, f"the name has more than {_LONGEST} characters")
    return Reference(host, repository, tag or ("" if digest else "latest"), digest)


def _split_host(text: str) -> tuple[str, str]:
    """Return the host, Docker Hub if the first segment cannot be one, and the rest."""
    first, slash, rest = text.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost" or first != first.lower()):
        return DOCKER_HUB, text
    return (DOCKER_HUB if first in {"index.docker.io", "registry-1.docker.io"} else first), rest


def _invalid(text: str, problem: str) -> InvalidParameter:
    # An address may have a password in it.
    text = _LOGIN.sub("//", text[:_LONGEST])
    return InvalidParameter(f"image {text!r}: {problem}", hint="write it as [HOST/]NAME[:TAG][@sha256:DIGEST]")
