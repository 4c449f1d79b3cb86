"""What Go's archive/tar, with which container engines unpack layers, reads in an archive."""

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

SOURCE = Path(__file__).with_suffix("") / "main.go"

# How much of a file is compared.
MOST = 1 << 22


@dataclass(frozen=True)
class GoMember:
    """A member as Go reads it; `content` is the SHA-256 of its first `MOST` bytes, `error` what went wrong in them."""

    name: bytes
    target: bytes
    flag: str
    size: int
    mode: int
    content: str
    error: str


@dataclass(frozen=True)
class GoReading:
    """The members of an archive, and why there were no more ("" at its end)."""

    members: tuple[GoMember, ...]
    error: str


@dataclass(frozen=True)
class GoTar:
    """Go's reader, which runs."""

    process: subprocess.Popen[bytes]

    def read(self, archive: bytes) -> GoReading:
        """Return what Go reads in `archive`."""
        stdin, stdout = _pipes(self.process)
        stdin.write(len(archive).to_bytes(8, "big") + archive)
        stdin.flush()
        found = json.loads(stdout.readline())
        return GoReading(tuple(_member(it) for it in found["Members"]), found["Error"])


@contextmanager
def running_go_tar(directory: Path) -> Iterator[GoTar]:
    """Build Go's reader in `directory` and run it."""
    program = directory / "go-tar"
    environment = {**os.environ, "GO111MODULE": "off", "GOTOOLCHAIN": "local", "GOFLAGS": ""}
    environment.setdefault("GOCACHE", str(directory / "cache"))
    subprocess.run(["go", "build", "-o", program, SOURCE], check=True, env=environment)
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield GoTar(process)
        _pipes(process)[0].close()


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


def _member(found: Any) -> GoMember:
    return GoMember(
        base64.b64decode(found["Name"] or ""),
        base64.b64decode(found["Target"] or ""),
        chr(found["Flag"]),
        found["Size"],
        found["Mode"],
        found["Content"],
        found["Error"],
    )
