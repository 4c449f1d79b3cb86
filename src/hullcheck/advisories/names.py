"""One spelling for names that an ecosystem takes as the same."""

import re
from collections.abc import Callable, Mapping

_separators = re.compile(r"[-_.]+").sub


def canonical_name(feed: str, name: str) -> str:
    """Return the spelling of `name` under which advisories of `feed` are stored and looked up."""
    spelling = _SPELLINGS.get(feed, str)
    # A record of the Maven feed has a blank behind the name; no ecosystem has names with blanks around them.
    return spelling(name.strip())


def _python(name: str) -> str:
    """Follow https://packaging.python.org/en/latest/specifications/name-normalization/."""
    return _separators("-", name).lower()


_SPELLINGS: Mapping[str, Callable[[str], str]] = {
    # The purl specification has them in lower case, and not all that write purls keep the case of the path.
    "Go": str.lower,
    # https://learn.microsoft.com/nuget/consume-packages/finding-and-choosing-packages: ids ignore case.
    "NuGet": str.lower,
    # https://getcomposer.org/doc/04-schema.md#name: names are lower-case, and were not always.
    "Packagist": str.lower,
    "PyPI": _python,
    # https://github.com/package-url/purl-spec: names are lower-case in purls; a few old packages have capitals.
    "npm": str.lower,
}
