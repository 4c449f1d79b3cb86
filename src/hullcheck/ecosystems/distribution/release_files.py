"""Files of one line that tell the release of a distribution, from before os-release(5).

What they do not tell is not an error: where nothing does, packages of an operating system without a distribution do.
"""

import re
from collections.abc import Iterator, Mapping

from hullcheck.ecosystems.distribution.printable import printable
from hullcheck.model.package import Distribution, Location
from hullcheck.model.source_file import SourceFile

_LONGEST_LINE = 256

_VERSION = re.compile(r"[0-9][0-9A-Za-z._-]*")
_DEBIAN = re.compile(r"(?P<major>[0-9]+)(?:\.(?P<minor>[0-9]+)(?:\.[0-9]+)*)?|(?P<codename>[a-z]+)/sid")

# The first version of Debian that is called by one number.
_WHEEZY = 7

# The name before the word "release", and the ID that os-release(5) has for it. Longer names stand before shorter ones.
_REDHAT_FAMILY: Mapping[str, str] = {
    "almalinux": "almalinux",
    "amazon linux": "amzn",
    "centos": "centos",
    "fedora": "fedora",
    "oracle linux": "ol",
    "red hat": "rhel",
    "rocky linux": "rocky",
    "scientific linux": "scientific",
}


def parse_alpine_release(file: SourceFile) -> Iterator[Distribution]:
    """Yield Alpine Linux; the file holds its version."""
    version = _line(file)
    if _VERSION.fullmatch(version):
        yield Distribution("alpine", version, f"Alpine Linux {version}", "", (), Location(file.path))


def parse_redhat_release(file: SourceFile) -> Iterator[Distribution]:
    """Yield the distribution of "CentOS Linux release 7.9.2009 (Core)" and the like, with VERSION_ID's part of it."""
    line = _line(file)
    name, _, rest = line.lower().partition(" release ")
    version = rest.partition(" ")[0]
    identifier = next((known for begin, known in _REDHAT_FAMILY.items() if name.startswith(begin)), "")
    if identifier and _VERSION.fullmatch(version):
        if identifier == "centos":
            version = version.partition(".")[0]
        yield Distribution(identifier, version, line, "", (), Location(file.path))


def parse_debian_version(file: SourceFile) -> Iterator[Distribution]:
    """Yield Debian, of "12.5" with the version that os-release(5) has ("12"); "trixie/sid" has none."""
    found = _DEBIAN.fullmatch(_line(file))
    if found is None:
        return
    codename = found["codename"] or ""
    version = found["major"] or ""
    if version and int(version) < _WHEEZY:
        version = f"{version}.{found['minor'] or 0}"
    name = f"Debian GNU/Linux {version or codename}"
    yield Distribution("debian", version, name, codename, (), Location(file.path))


def _line(file: SourceFile) -> str:
    """Return the first line of `file`, as far as a release is ever told."""
    return printable(file.content[:_LONGEST_LINE].decode("utf-8", "replace").partition("\n")[0])
