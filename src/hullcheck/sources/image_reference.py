"""What is meant by the name of an image: a directory, a file, or an image of an engine or registry."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from hullcheck.errors import ArchiveError, InvalidParameter, MalformedFile
from hullcheck.model.progress import Progress
from hullcheck.net.http import Http
from hullcheck.net.reference import parse_reference
from hullcheck.sources.docker_archive import MANIFEST, open_docker_archive
from hullcheck.sources.faults import told_as
from hullcheck.sources.files import DirectoryFiles, Files, open_archive
from hullcheck.sources.image import Images
from hullcheck.sources.oci_layout import INDEX, open_layout
from hullcheck.sources.options import SourceOptions
from hullcheck.sources.platforms import is_several
from hullcheck.sources.providers import CONTAINERD, DOCKER, PODMAN, PROVIDERS, REGISTRY
from hullcheck.sources.stdin import STDIN, open_stdin

# How an image is had, and the image, or one for each platform.
OpenedImages = tuple[str, Images]

LAYOUT = "oci-layout"
OCI_ARCHIVE = "oci-archive"
DOCKER_ARCHIVE = "docker-archive"
_ARCHIVE = ""  # One of the two, which is told by what is in it.
ANYWHERE = "anywhere"  # Where an image is looked for that is no file.

# The first that fits counts.
_PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "containerd:": CONTAINERD,
        "docker-archive:": DOCKER_ARCHIVE,
        "docker-daemon:": DOCKER,
        "docker://": REGISTRY,
        "docker:": DOCKER,
        "oci-archive:": OCI_ARCHIVE,
        "oci:": LAYOUT,
        "podman:": PODMAN,
        "registry:": REGISTRY,
    }
)

# What no image of a registry is called.
_PATH_BEGINNINGS = ("/", "./", "../", "~")
_PATH_ENDINGS = (".tar", ".tar.bz2", ".tar.gz", ".tar.xz", ".tar.zst", ".tgz", "/")


@dataclass(frozen=True, slots=True)
class Meaning:
    """How an image is had: from `path`, in which `tag` names it ("": the only one), or by the name `path`."""

    source: str
    path: str
    tag: str = ""


def meaning(reference: str) -> Meaning:
    """Return what `reference` means: what its prefix says, else what exists, else an image from anywhere."""
    prefix = next((prefix for prefix in _PREFIXES if reference.startswith(prefix)), "")
    rest = reference.removeprefix(prefix)
    source = _PREFIXES.get(prefix, _ARCHIVE)
    if source in PROVIDERS:
        return Meaning(source, rest)
    first, _, tag = rest.partition(":")
    if first == STDIN:
        return Meaning(OCI_ARCHIVE if source == LAYOUT else source, STDIN, tag)
    for path, tag in _readings(rest):
        if _is_layout(path):
            return Meaning(LAYOUT, path, tag)
        if _is_file(path):
            return Meaning(OCI_ARCHIVE if source == LAYOUT else source, path, tag)
    if prefix or rest.startswith(_PATH_BEGINNINGS) or rest.endswith(_PATH_ENDINGS) or _is_pipe(rest):
        raise _nothing_there(rest)
    return Meaning(ANYWHERE, rest)


def reads_stdin(reference: str) -> bool:
    """Say whether `reference` means an image of an archive on stdin."""
    source = next((prefix for prefix in _PREFIXES if reference.startswith(prefix)), "")
    return reference.removeprefix(source).partition(":")[0] == STDIN


def registry_of(reference: str) -> str:
    """Return the registry whose image the user means by `reference`, "" where it is not told to be one's."""
    meant = meaning(reference)
    if meant.source not in {ANYWHERE, REGISTRY}:
        return ""
    try:
        return parse_reference(meant.path).host
    except InvalidParameter:
        # The id of an image.
        return ""


@contextmanager
def open_image(
    reference: str, http: Http, options: SourceOptions, progress: Progress, note: Callable[[str], None] = lambda _: None
) -> Iterator[OpenedImages]:
    """Open the image that `reference` means. Its layers can be read until this is left.

    `note` is told where an image was not looked for, or not found, against what the user may think.
    """
    if options.storage.driver:
        from hullcheck.sources.storage.drivers import open_directories

        yield open_directories(reference, options, progress)
        return
    meant = meaning(reference)
    with ExitStack() as stack:
        if meant.source == ANYWHERE or meant.source in PROVIDERS:
            # 40 ms that scans of layouts and archives are spared.
            from hullcheck.sources.search import Wanted, find

            order = () if meant.source == ANYWHERE else (meant.source,)
            source, images = find(Wanted(meant.path, http, options, progress), order, note, stack)
        else:
            with told_as(ArchiveError):
                files = _files(meant, stack, options, progress)
                source = meant.source or _kind(files, options)
                if source == DOCKER_ARCHIVE:
                    images = Images((open_docker_archive(files, meant.tag, options, progress),))
                else:
                    images = open_layout(files, meant.tag, options, progress)
        yield source, images


def _files(meant: Meaning, stack: ExitStack, options: SourceOptions, progress: Progress) -> Files:
    if meant.path == STDIN:
        return stack.enter_context(open_stdin(options.limits, progress))
    if meant.source == LAYOUT:
        return DirectoryFiles(meant.path, Path(meant.path))
    return stack.enter_context(open_archive(Path(meant.path), meant.path, options.limits))


def _kind(files: Files, options: SourceOptions) -> str:
    """Return which kind of archive `files` are: one that is both has all that its manifest.json names.

    That is one platform of each image, where the index may have more.
    """
    if files.has(INDEX) and is_several(options.platform):
        return OCI_ARCHIVE
    if files.has(MANIFEST):
        return DOCKER_ARCHIVE
    if files.has(INDEX):
        return OCI_ARCHIVE
    raise MalformedFile(
        files.name,
        f"no image: it holds neither {MANIFEST} nor {INDEX}",
        hint="`docker save` and `skopeo copy` write image archives; a root file system is scanned unpacked, "
        "with `hullcheck rootfs`",
    )


def _readings(text: str) -> Iterator[tuple[str, str]]:
    """Yield the ways to divide "path:tag", the longest path first."""
    yield text, ""
    at = text.rfind(":")
    while at > 0:
        yield text[:at], text[at + 1 :]
        at = text.rfind(":", 0, at)


def _is_layout(path: str) -> bool:
    # Without a name it would be the root of the file system.
    return path != "" and (_is_file(f"{path}/{INDEX}") or _is_file(f"{path}/oci-layout"))


def _is_directory(path: str) -> bool:
    try:
        return Path(path).is_dir()
    except OSError:
        return False


def _is_file(path: str) -> bool:
    try:
        return Path(path).is_file()
    except OSError:
        return False


def _is_pipe(path: str) -> bool:
    try:
        return Path(path).is_fifo()
    except OSError:
        return False


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:
        return False


def _nothing_there(path: str) -> ArchiveError:
    if not path:
        return ArchiveError("no archive and no directory is named", hint="write its path behind the prefix")
    if _is_directory(path):
        return ArchiveError(
            f"{path}: a directory without an OCI image layout",
            hint="root file systems are scanned with `hullcheck rootfs`, source trees with `hullcheck repo`",
        )
    if _is_pipe(path):
        return ArchiveError(f"{path}: a pipe", hint=f"an archive comes through stdin: hullcheck image - < {path}")
    if _exists(path):
        return ArchiveError(f"{path}: neither a file nor a directory", hint="save the image into a file first")
    return ArchiveError(f"{path}: no such file", hint="an image of a registry is named registry:NAME")
