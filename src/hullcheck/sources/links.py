"""Symbolic links within a directory."""

from pathlib import Path

# As many as Linux follows.
_MAX_LINKS = 40


class Outside(Exception):
    """A link leads out of the directory, or nowhere for being one of a circle."""


def resolved(root: str, path: str, *, confined: bool) -> str:
    """Return what `path` leads to below `root`, a path without links; raise `Outside` where that is not below it.

    If `confined`, links are followed as if `root` were the root of the file system (chroot), so that none leads out.
    What it leads to need not exist.
    """
    done: list[str] = []
    left = path.split("/")[::-1]
    links = 0
    while left:
        segment = left.pop()
        if segment in {"", "."}:
            continue
        if segment == "..":
            if not done and not confined:
                raise Outside
            done[-1:] = []
            continue
        done.append(segment)
        target = _target("/".join([root, *done]))
        if target is None:
            continue
        links += 1
        if links > _MAX_LINKS:
            raise Outside
        done.pop()
        if target.startswith("/"):
            target = target if confined else _relative(target, root)
            done = []
        left.extend(target.split("/")[::-1])
    return "/".join(done)


def _target(full: str) -> str | None:
    """Return where the link at `full` leads, None if it is none."""
    try:
        return str(Path(full).readlink())
    except OSError:
        return None


def _relative(target: str, root: str) -> str:
    if target != root and not target.startswith(f"{root}/"):
        raise Outside
    return target[len(root) :]
