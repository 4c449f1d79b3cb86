"""Files that stand for what is hidden (OCI image specification, layer.md, "Whiteouts")."""

from hullcheck.model.tree import Hidden

WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"


def hidden_by(path: str) -> Hidden | None:
    """Return what the whiteout at `path` hides, None if that is nothing."""
    directory, _, name = path.rpartition("/")
    hidden = name.removeprefix(WHITEOUT)
    if name == _OPAQUE:
        return Hidden(directory, below=True)
    if hidden in {"", ".", ".."}:
        return None
    # Nothing is called like AUFS's administration, so that it may as well be hidden.
    return Hidden(f"{directory}/{hidden}" if directory else hidden)
