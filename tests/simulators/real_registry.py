"""Debian's docker-registry on a loopback port."""

import json
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.simulators.registry import wait_until


@dataclass(frozen=True)
class Tls:
    """How a registry speaks TLS: PEM files of its certificate and key, and of who vouches for its clients, if any."""

    certificate: Path
    clients: Path | None = None


@dataclass(frozen=True)
class Tokens:
    """Who issues the tokens that a registry accepts: where, and with which certificate they are signed."""

    realm: str
    certificate: Path


@dataclass(frozen=True)
class RealRegistry:
    """A registry that runs: `host` is "address:port", `log` the file that it logs its requests to."""

    host: str
    log: Path
    login: str
    options: tuple[str, ...] = ()

    def push(self, source: str, name: str, *options: str) -> None:
        """Copy an image from where skopeo calls it `source`."""
        login = ["--dest-creds", self.login] if self.login else []
        command = [program("skopeo"), "copy", "--dest-tls-verify=false", *login, *self.options, *options, source]
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
def serving_real_registry(
    root: Path, login: str = "", *, tls: Tls | None = None, tokens: Tokens | None = None, push: tuple[str, ...] = ()
) -> Iterator[RealRegistry]:
    """Run a registry in `root` until the block ends; `login` ("user:password") is what it wants, if anything.

    With `tokens` the login is for their server. `push` are options of skopeo without which it cannot push there.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # JSON is YAML.
    configuration = root / "config.yml"
    configuration.write_text(
        json.dumps(
            {
                "version": "0.1",
                "log": {"level": "info"},
                "storage": {"filesystem": {"rootdirectory": f"{root}/storage"}},
                "http": {"addr": f"127.0.0.1:{port}", **_tls(tls)},
                "auth": _authentication(root, "" if tokens else login, tokens),
            }
        )
    )
    log = root / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [program("docker-registry"), "serve", str(configuration)], stdout=output, stderr=subprocess.STDOUT
        )
    try:
        wait_until(lambda: process.poll() is not None or _listens(port))
        assert process.poll() is None, log.read_text()
        yield RealRegistry(f"127.0.0.1:{port}", log, login, push)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)


def _tls(tls: Tls | None) -> dict[str, Any]:
    if not tls:
        return {}
    files: dict[str, Any] = {"certificate": str(tls.certificate), "key": str(tls.certificate)}
    return {"tls": {**files, "clientcas": [str(tls.clients)]} if tls.clients else files}


def _authentication(root: Path, login: str, tokens: Tokens | None) -> dict[str, Any]:
    if tokens:
        certificate = str(tokens.certificate)
        who = {"realm": tokens.realm, "service": "registry", "issuer": "issuer", "rootcertbundle": certificate}
        return {"token": who}
    if not login:
        return {}
    user, _, password = login.partition(":")
    (root / "htpasswd").write_text(run([program("htpasswd"), "-Bbn", user, password]))
    return {"htpasswd": {"realm": "hullcheck", "path": f"{root}/htpasswd"}}


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
