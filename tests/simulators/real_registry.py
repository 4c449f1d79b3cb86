"""Debian's docker-registry on a loopback port."""

import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.simulators.registry import wait_until

_CONFIGURATION = """\
version: 0.1
log: {{level: info}}
storage: {{filesystem: {{rootdirectory: "{root}/storage"}}}}
http: {{addr: "127.0.0.1:{port}"}}
{authentication}
"""
_AUTHENTICATION = 'auth: {{htpasswd: {{realm: hullcheck, path: "{root}/htpasswd"}}}}'


@dataclass(frozen=True)
class RealRegistry:
    """A registry that runs: `host` is "address:port", `log` the file that it logs its requests to."""

    host: str
    log: Path
    login: str

    def push(self, source: str, name: str, *options: str) -> None:
        """Copy an image from where skopeo calls it `source`."""
        login = ["--dest-creds", self.login] if self.login else []
        command = [program("skopeo"), "copy", "--dest-tls-verify=false", *login, *options, source]
        run([*command, f"docker://{self.host}/{name}"])

    def requests(self) -> str:
        """Return the log."""
        return self.log.read_text()


def program(name: str) -> str:
    """Return the path of a program, which must be installed."""
    path = shutil.which(name)
    assert path is not None, f"{name} is missing: `make system` installs what tests need"
    return path


def run(command: list[str]) -> str:
    """Run a program that must succeed, and return what it prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


@contextmanager
def serving_real_registry(root: Path, login: str = "") -> Iterator[RealRegistry]:
    """Run a registry in `root` until the block ends; `login` ("user:password") is what it wants, if anything."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    if login:
        user, _, password = login.partition(":")
        (root / "htpasswd").write_text(run([program("htpasswd"), "-Bbn", user, password]))
    authentication = _AUTHENTICATION.format(root=root) if login else ""
    configuration = root / "config.yml"
    configuration.write_text(_CONFIGURATION.format(root=root, port=port, authentication=authentication))
    log = root / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [program("docker-registry"), "serve", str(configuration)], stdout=output, stderr=subprocess.STDOUT
        )
    try:
        wait_until(lambda: process.poll() is not None or _listens(port))
        assert process.poll() is None, log.read_text()
        yield RealRegistry(f"127.0.0.1:{port}", log, login)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
