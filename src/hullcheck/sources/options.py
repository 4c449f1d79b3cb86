"""What a user can say about how targets are read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hullcheck.formats.tar import TarLimits
from hullcheck.net.keychain import CredentialOptions
from hullcheck.net.mirrors import Mirror

# What to do where a file is beyond `Limits.file`.
RAISE_FILE_SIZE = "raise --max-file-size to have it read"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a target is read before it is refused, in bytes.

    Users set `layer` (--max-layer-size), `file` (--max-file-size) and the members of `archive` (--max-entries).
    `layer` is a layer after decompression: the largest that are known, of machine learning, have some 20 GiB. A wanted
    file larger than `file` is not read, which is stated; one larger than `memory` is read by way of a temporary file.
    `document` is a manifest or index (the size that registries accept at most, by the OCI distribution specification),
    `config` an image's configuration, `configs` those of all its platforms together, `sbom` an SBOM,
    `export` an image as a container engine saves it.
    """

    layer: int = 64 * 1024**3
    file: int = 2 * 1024**3
    memory: int = 16 * 1024**2
    document: int = 4 * 1024**2
    config: int = 16 * 1024**2
    configs: int = 64 * 1024**2
    sbom: int = 512 * 1024**2
    export: int = 256 * 1024**3
    archive: TarLimits = field(default_factory=TarLimits)


@dataclass(frozen=True, slots=True)
class StorageOptions:
    """Where engines store their images.

    `driver` is the one whose storage is read instead of asking engines and registries ("": none), `root` the engine's
    directory ("": the one that its configuration names), `namespace` one of containerd ("": all). `home` is the user's,
    `config` and `data` are where a user without rights has configurations and storages, and `podman` is the
    configuration of Podman's storage, if it was named.
    """

    driver: str = ""
    root: str = ""
    namespace: str = ""
    home: str = ""
    config: str = ""
    data: str = ""
    podman: str = ""


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """How targets are read.

    `platform` is "os/architecture[/variant]", a list of them with commas, "all" for each that the image is for, "" for
    this machine's or the only one there is. `insecure` lists
    registries ("host[:port]") that may be asked in plain HTTP; loopback hosts may be without. `credentials` says where
    logins for registries are from, `mirrors` who is asked before them. `docker_config` is the configuration of Docker's
    client, which knows its engines, "" for none.

    `image_sources` are where an image is looked for that is no file, in this order: "docker", "podman", "registry"...;
    () is the usual order, in which engines that are not there are passed over. `environment` is where DOCKER_HOST and
    the like are looked up; without one no engine is asked that is not named.

    `exclude_dirs` and `exclude_files` are globs for directories and files that are left out of source trees and root
    file systems: "*" and "?" stay within a segment, "**" does not; a glob without "/" is meant at any depth.
    """

    platform: str = ""
    insecure: tuple[str, ...] = ()
    credentials: CredentialOptions = field(default_factory=CredentialOptions)
    mirrors: tuple[Mirror, ...] = ()
    docker_config: str = ""
    image_sources: tuple[str, ...] = ()
    environment: Mapping[str, str] | None = None
    exclude_dirs: tuple[str, ...] = ()
    exclude_files: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    storage: StorageOptions = field(default_factory=StorageOptions)
