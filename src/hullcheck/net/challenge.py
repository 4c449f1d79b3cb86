"""The challenges of WWW-Authenticate (RFC 9110, section 11.6.1; RFC 6750, section 3)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = re.compile(rf"[\s,]*({_WORD})\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s,\"]+))", re.DOTALL)
_SCHEME = re.compile(rf"[\s,]*({_WORD})(?=[\s,]|$)")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)

# Longer headers are refused by the HTTP library.
_LONGEST = 65_536


@dataclass(frozen=True, slots=True)
class Challenge:
    """A way to authenticate that a server offers; `scheme` and the names of `parameters` are in lower case."""

    scheme: str
    parameters: Mapping[str, str]


def challenges(header: str) -> tuple[Challenge, ...]:
    """Return the challenges in `header`, up to where it is not understood."""
    found: list[tuple[str, dict[str, str]]] = []
    at = 0
    while at < len(header[:_LONGEST]):
        if found and (match := _PARAMETER.match(header, at)):
            value = _ESCAPE.sub(r"\1", match[2]) if match[2] is not None else match[3]
            found[-1][1][match[1].lower()] = value
        elif match := _SCHEME.match(header, at):
            found.append((match[1].lower(), {}))
        else:
            break
        at = match.end()
    return tuple(Challenge(scheme, parameters) for scheme, parameters in found)
