"""Where engines keep their images, and who may read them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hullcheck.errors import StorageError
from hullcheck.formats.json import read_json
from hullcheck.formats.node import Node
from hullcheck.formats.toml import read_toml
from hullcheck.model.source_file import SourceFile
from hullcheck.sources.files import DirectoryFiles, read
from hullcheck.sources.options import StorageOptions

_ADDITIONAL = "additionalimagestores"

_LARGEST_CONFIGURATION = 1024 * 1024

# Linux, capabilities(7) and Documentation/filesystems/overlayfs.rst: what is marked as "trusted" only who has this may
# see, in no user namespace but the first.
_CAP_SYS_ADMIN = 1 << 21
_ALL_USERS = ["0", "0", "4294967295"]
_NOBODY = 65534

_AS_ROOT = (
    "run it as root (in a container, with --cap-add SYS_ADMIN); as the user whose engine it is, in `podman unshare`"
)


class NoStorage(StorageError):
    """There is no storage of the engine, or this process may not read it."""


def docker_root(options: StorageOptions) -> Path:
    """Return Docker's data root (dockerd, "Daemon configuration file", data-root)."""
    if options.root:
        return Path(options.root)
    configurations = [(Path("/etc/docker/daemon.json"), Path("/var/lib/docker"))]
    if _without_rights():
        configurations.insert(0, (Path(options.config, "docker", "daemon.json"), Path(options.data, "docker")))
    for configuration, usual in configurations:
        node = _configuration(configuration)
        # Before Docker 17.05 it was called graph.
        named = _text(node, "data-root") or _text(node, "graph")
        root = Path(named) if named else usual
        if root.is_dir():
            return root
    return configurations[-1][1]


def containerd_root(options: StorageOptions) -> Path:
    """Return containerd's root (containerd-config.toml(5), root)."""
    if options.root:
        return Path(options.root)
    rootless = Path(options.data, "containerd")
    if _without_rights() and rootless.is_dir():
        return rootless
    return Path(_text(_configuration(Path("/etc/containerd/config.toml")), "root") or "/var/lib/containerd")


def podman_roots(options: StorageOptions) -> tuple[Path, ...]:
    """Return the root of Podman's storage and those of further image stores (containers-storage.conf(5))."""
    rootless = _without_rights()
    own = Path(options.config, "containers", "storage.conf")
    system = (Path("/etc/containers/storage.conf"), Path("/usr/share/containers/storage.conf"))
    candidates = (Path(options.podman),) if options.podman else (own, *system) if rootless else system
    path = next((it for it in candidates if it.is_file()), None)
    storage = _table(_configuration(path) if path else None, "storage")
    choices = _table(storage, "options")
    # What the system's configuration says of the root is not meant for users without rights.
    root = options.root or _text(storage, "rootless_storage_path" if rootless and path in system else "graphroot")
    usual = Path(options.data, "containers", "storage") if rootless else Path("/var/lib/containers/storage")
    named = (
        root or str(usual),
        "" if options.root else _text(storage, "imagestore"),
        *(choices.texts(_ADDITIONAL) if choices else ()),
        *(overlay.texts(_ADDITIONAL) if (overlay := _table(choices, "overlay")) else ()),
    )
    return tuple(dict.fromkeys(Path(_expanded(it, options)) for it in named if it))


def check_rights(root: Path, what: str) -> None:
    """Raise `StorageError` where this process may not see how layers in `root` mark what they hide."""
    try:
        owner = root.stat().st_uid
    except PermissionError as error:
        raise _forbidden(root, error) from error
    except OSError as error:
        hint = f"name {what}'s directory with --storage-root"
        raise NoStorage(f"{root}: {error.strerror or error}", hint=hint) from error
    namespace = _in_user_namespace()
    if owner == (_NOBODY if namespace else 0) and (namespace or not _has_rights()):
        raise NoStorage(f"{root}: only root may see what the layers in it hide", hint=_AS_ROOT)


@contextmanager
def readable(root: Path) -> Iterator[None]:
    """Tell what to do about a file in `root` that may not be read."""
    try:
        yield
    except PermissionError as error:
        raise _forbidden(root, error) from error


def _forbidden(root: Path, error: OSError) -> NoStorage:
    return NoStorage(f"{error.filename or root}: {error.strerror or error}", hint=_AS_ROOT)


def _configuration(path: Path) -> Node | None:
    """Return what the file at `path` holds, JSON or TOML by its name; None where there is none."""
    if not path.is_file():
        return None
    with readable(path):
        content = read(DirectoryFiles(str(path.parent), path.parent), path.name, _LARGEST_CONFIGURATION)
    file = SourceFile(str(path), content)
    return read_json(file) if path.suffix == ".json" else read_toml(file)


def _table(node: Node | None, key: str) -> Node | None:
    return node.node_or_none(key) if node else None


def _text(node: Node | None, key: str) -> str:
    return (node.text_or_none(key) or "") if node else ""


def _expanded(path: str, options: StorageOptions) -> str:
    return path.replace("${HOME}", options.home).replace("$HOME", options.home).replace("$UID", str(os.getuid()))


def _without_rights() -> bool:
    return os.geteuid() != 0 or _in_user_namespace()


def _in_user_namespace() -> bool:
    return Path("/proc/self/uid_map").read_text(encoding="ascii").split() != _ALL_USERS


def _has_rights() -> bool:
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    effective = next(line.split()[1] for line in lines if line.startswith("CapEff:"))
    return int(effective, 16) & _CAP_SYS_ADMIN != 0
