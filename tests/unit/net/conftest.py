"""What tests of the network share."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class ClientFiles:
    """A certificate of a client, its key, and the authority that vouches for it."""

    cert: Path
    key: Path
    authority: Path


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *(str(argument) for argument in arguments)], check=True, capture_output=True)


@pytest.fixture(scope="session")
def client_files(tmp_path_factory: pytest.TempPathFactory) -> ClientFiles:
    """Return the certificate of a client, which an authority has signed."""
    return make_client_files(tmp_path_factory.mktemp("client"))


def make_client_files(root: Path) -> ClientFiles:
    """Make the certificate of a client in `root`."""
    ca, request = root / "ca.crt", root / "client.csr"
    new = ("-newkey", "rsa:2048", "-nodes")
    openssl("req", "-x509", *new, "-subj", "/CN=authority", "-days", "36500", "-keyout", root / "ca.key", "-out", ca)
    openssl("req", *new, "-subj", "/CN=sailor", "-keyout", root / "client.key", "-out", request)
    signed = ("-CA", ca, "-CAkey", root / "ca.key", "-CAcreateserial", "-days", "36500")
    openssl("x509", "-req", "-in", request, *signed, "-out", root / "client.cert")
    return ClientFiles(root / "client.cert", root / "client.key", ca)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a key and its own certificate for 127.0.0.1."""
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-days", "36500"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(path), "-out", f"{path}.crt"]
    subprocess.run(command, check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path
