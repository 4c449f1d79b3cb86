"""Paths of files within a target."""


def normalised(path: str) -> str | None:
    """Return `path` relative to the root of the target, without "." and ".." in it; None if it leads out of the target.

    "" is the root itself. A path from the root is one from the root of the target.
    """
    if not path.startswith((".", "/")) and "//" not in path and "/." not in path:
        return path.removesuffix("/")
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            if not segments:
                return None
            segments.pop()
        elif segment not in {"", "."}:
            segments.append(segment)
    return "/".join(segments)
