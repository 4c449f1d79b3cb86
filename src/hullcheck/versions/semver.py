"""SemVer 2.0 and its relatives: npm, Cargo, Go, Hex, Swift, Julia, GitHub Actions.

Any count of numbers is taken, a leading `v` or `=`, and a pre-release without hyphen; build metadata does not count.
https://semver.org/spec/v2.0.0.html#spec-item-11
"""

import re

from hullcheck.versions.encoding import NUMBERS, is_number, release, text
from hullcheck.versions.scheme import Scheme

_PRE_RELEASE = b"\x01"
_RELEASE = b"\x02"
_WORD = b"\xfe"

_plain = re.compile(r"[0-9]+(?:\.[0-9]+)*").fullmatch
_version = re.compile(r"[\s=vV]*([0-9]+(?:\.[0-9]+)*)-?([^+]*)").match
# "go1.21rc2 X:boringcrypto", "go1.20.5-vendor": what `runtime.Version` returns, see https://go.dev/doc/toolchain#version
_toolchain = re.compile(r"\s*go([0-9]+(?:\.[0-9]+)*)(?:(rc|beta)([0-9]+))?(?=[\s+-]|\Z)").match


def key(version: str) -> bytes | None:
    """Return the key of `version`, None where it has no leading number ("latest")."""
    if _plain(version):
        return release(version.split(".")) + _RELEASE
    parts = _version(_spelled_out(version))
    if not parts:
        return None
    numbers = release(parts[1].split("."))
    pre_release = parts[2].rstrip()
    if not pre_release:
        return numbers + _RELEASE
    return numbers + _PRE_RELEASE + b"".join(map(_identifier, pre_release.split(".")))


def successor(version: str) -> bytes | None:
    """Return the smallest bound above `version`."""
    own = key(version)
    return None if own is None else own + b"\0"


def _spelled_out(version: str) -> str:
    """Return a version of the Go toolchain as the Go vulnerability database writes it, others as they are."""
    toolchain = _toolchain(version)
    if not toolchain:
        return version
    numbers, stage, count = toolchain.groups()
    return f"{numbers}-{stage}.{count}" if stage else numbers


def _identifier(identifier: str) -> bytes:
    return NUMBERS[identifier] if is_number(identifier) else _WORD + text(identifier)


SEMVER = Scheme("semver", 1, key, successor)
