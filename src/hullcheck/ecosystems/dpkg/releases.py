"""The releases of Debian and Ubuntu as OSV names them."""

import re

_DEBIAN = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,3}))?(?:\.[0-9]+)*")
_UBUNTU = re.compile(r"([0-9]{1,2})\.([0-9]{2})(?:\.[0-9]+)*")

# The first release whose name is one number.
_WHEEZY = 7


def debian_release(version: str) -> str | None:
    """Return "12" for "12" and "12.5", None for the releases to come, which have no version."""
    numbers = _DEBIAN.fullmatch(version)
    if numbers is None:
        return None
    return numbers[1] if int(numbers[1]) >= _WHEEZY else f"{int(numbers[1])}.{int(numbers[2] or 0)}"


def ubuntu_release(version: str) -> str | None:
    """Return "22.04:LTS" for "22.04" and "23.10" for "23.10": April of every second year has long-term support."""
    numbers = _UBUNTU.fullmatch(version)
    if numbers is None:
        return None
    release = f"{numbers[1]}.{numbers[2]}"
    return f"{release}:LTS" if numbers[2] == "04" and int(numbers[1]) % 2 == 0 else release
