"""URLs that stand where versions are expected."""

import re

_USER = re.compile(r"(?<=://)[^/\s]*@")
_QUERY = re.compile(r"\?[^#\s]*")


def without_credentials(url: str) -> str:
    """Return `url` without user, password and query, in which tokens stand, so that it can be shown."""
    return _QUERY.sub("", _USER.sub("", url))
