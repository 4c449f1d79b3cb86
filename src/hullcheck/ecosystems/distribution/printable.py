"""Names that are shown to people."""

_LONGEST = 200


def printable(text: str) -> str:
    """Return `text` without characters that would do something to a terminal, and no longer than a name is."""
    return "".join(filter(str.isprintable, text[:_LONGEST])).strip()
