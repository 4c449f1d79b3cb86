"""Images that were scanned before, by their chains of layers: what later images are built on."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from hullcheck.errors import MalformedFile
from hullcheck.formats.json import read_json
from hullcheck.model.layer import Image
from hullcheck.model.source_file import SourceFile

# Of a name; what is longer was made up.
_LONGEST = 1000
_LARGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class KnownImage:
    """An image: what it is called, the digest of its manifest ("" where it has none), how many layers it has.

    It is `named` where that is its own name, and not that of a file which holds it.
    """

    name: str
    digest: str
    layers: int
    named: bool


@dataclass(frozen=True, slots=True)
class KnownImages:
    """The last `limit` images, each a small file in `directory`, which any number of processes may share.

    A file is named by the chain of its image and by the image's name, put in place whole, and never changed but for
    its time. One that is damaged counts as missing, and what cannot be written is not kept.
    """

    directory: Path
    limit: int = 1000

    def remember(self, image: Image, name: str) -> None:
        """Keep that `image`, whose layers were read and have their diff IDs, is called `name`."""
        diff_ids = [layer.diff_id for layer in image.layers]
        if not diff_ids or len(name) > _LONGEST:
            return
        *_, chain = chains(diff_ids)
        key = hashlib.sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:16]
        try:
            content = msgspec.json.encode({"name": name, "digest": image.digest, "named": name in image.tags})
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(f"{chain}.{key}", content)
            self._forget_the_oldest()
        except (OSError, UnicodeEncodeError):
            return

    def below(self, diff_ids: Sequence[str], fits: Callable[[KnownImage], bool]) -> tuple[KnownImage, ...]:
        """Return the images that have the longest chain that `diff_ids` begin with and go on behind, of those that fit.

        Those with a name of their own are first, in the order of the names.
        """
        by_chain: dict[str, list[Path]] = {}
        for path in self._files():
            by_chain.setdefault(path.name.partition(".")[0], []).append(path)
        if not by_chain:
            return ()
        for length, chain in reversed(tuple(enumerate(chains(diff_ids[:-1]), 1))):
            read = (_read(path, length) for path in by_chain.get(chain, ()))
            if found := [known for known in read if known and fits(known)]:
                return tuple(sorted(found, key=lambda known: (not known.named, known.name, known.digest)))
        return ()

    def _files(self) -> list[Path]:
        try:
            return [path for path in self.directory.iterdir() if not path.name.startswith(".")]
        except OSError:
            return []

    def _write(self, name: str, content: bytes) -> None:
        descriptor, temporary = tempfile.mkstemp(prefix=".new-", dir=self.directory)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            Path(temporary).replace(self.directory / name)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise

    def _forget_the_oldest(self) -> None:
        """Remove the files beyond the limit that were of no use for the longest time, unfinished ones among them."""
        paths = list(self.directory.iterdir())
        if len(paths) <= self.limit:
            return
        for _, path in sorted((_age(path), path) for path in paths)[: len(paths) - self.limit]:
            path.unlink(missing_ok=True)


def chains(diff_ids: Sequence[str]) -> Iterator[str]:
    """Yield a digest of the first of `diff_ids`, of the first two, and so on."""
    chain = hashlib.sha256()
    for diff_id in diff_ids:
        chain.update(f"{diff_id}\n".encode())
        yield chain.hexdigest()


def _read(path: Path, layers: int) -> KnownImage | None:
    try:
        if path.stat().st_size > _LARGEST:
            return None
        node = read_json(SourceFile(str(path), path.read_bytes()))
        known = KnownImage(node.text("name"), node.text("digest"), layers, node.flag("named"))
    except (OSError, MalformedFile):
        return None
    with suppress(OSError):  # A directory that can only be read serves as well.
        os.utime(path)
    return known


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
