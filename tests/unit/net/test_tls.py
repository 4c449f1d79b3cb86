"""Certificates: of authorities, of ours, and those of single hosts."""

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from tests.simulators.registry import Answer, serving_registry
from tests.unit.net.conftest import ClientFiles, openssl

from hullcheck.errors import ImageError, InvalidParameter, NetworkError
from hullcheck.net.http import Http, HttpOptions, Unwelcome
from hullcheck.net.keychain import Keychain
from hullcheck.net.reference import parse_reference
from hullcheck.net.registry import Registry
from hullcheck.net.tls import Certificates, certificates_for


def get(address: str, *, identified: bool = True, **options: Any) -> bytes:
    http = Http(HttpOptions(timeout=5.0, retries=0, **options))
    with http, http.open("GET", f"{address}/a", identified=identified) as response:
        return response.read(100)


def own(files: ClientFiles) -> dict[str, Any]:
    return {"client_cert": str(files.cert), "client_key": str(files.key)}


def certs_d(root: Path, host: str, certificate: Path, files: ClientFiles | None = None) -> str:
    """Write the directory of a host as Docker's documentation says, and return the one above it."""
    place = root / host
    place.mkdir(parents=True)
    shutil.copy(certificate, place / "ca.crt")
    if files:
        shutil.copy(files.cert, place / "client.cert")
        shutil.copy(files.key, place / "client.key")
    return str(root)


def test_a_client_shows_its_certificate(certificate: Path, client_files: ClientFiles) -> None:
    with serving_registry(certificate, client_files.authority) as server:
        server.answer("/a", Answer(200, b"x"))
        trusted: dict[str, Any] = {"ca_bundle": str(certificate)}
        assert get(server.address, **trusted, **own(client_files)) == b"x"
        refused: tuple[dict[str, Any], ...] = ({}, {**own(client_files), "identified": False})
        for options in refused:
            with pytest.raises(NetworkError):
                get(server.address, **trusted, **options)


def test_certificate_and_key_may_be_in_one_file(certificate: Path, client_files: ClientFiles, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_text(client_files.cert.read_text() + client_files.key.read_text())
    with serving_registry(certificate, client_files.authority) as server:
        server.answer("/a", Answer(200, b"x"))
        assert get(server.address, ca_bundle=str(certificate), client_cert=str(both)) == b"x"


def test_a_server_that_wants_a_certificate_is_told_of(certificate: Path, client_files: ClientFiles) -> None:
    with serving_registry(certificate, client_files.authority) as server, pytest.raises(Unwelcome) as raised:
        get(server.address, ca_bundle=str(certificate))
    assert "refuses TLS with us" in raised.value.message
    assert "--client-cert" in raised.value.hint


def test_a_loopback_registry_that_wants_a_certificate_is_not_asked_without_tls(
    certificate: Path, client_files: ClientFiles
) -> None:
    with serving_registry(certificate, client_files.authority) as server:
        with Http(HttpOptions(timeout=5.0, retries=0, ca_bundle=str(certificate))) as http:
            registry = Registry(http, parse_reference(f"{server.host}/app:1"), Keychain())
            with pytest.raises(ImageError, match="refuses TLS with us") as raised:
                registry.manifest("1", (), 100)
        assert "--client-cert" in raised.value.hint


def test_the_certificate_is_not_shown_where_a_redirect_leads(certificate: Path, client_files: ClientFiles) -> None:
    trusted: dict[str, Any] = {"ca_bundle": str(certificate), **own(client_files)}
    with serving_registry(certificate, client_files.authority) as other, serving_registry(certificate) as server:
        other.answer("/a", Answer(200, b"x"))
        server.answer("/a", Answer(307, b"", {"Location": f"{other.address}/a"}))
        with pytest.raises(NetworkError):
            get(server.address, **trusted)
        assert other.seen == []
        assert get(other.address, **trusted) == b"x"


def test_a_host_may_have_certificates_of_its_own(certificate: Path, client_files: ClientFiles, tmp_path: Path) -> None:
    with serving_registry(certificate, client_files.authority) as server:
        server.answer("/a", Answer(200, b"x"))
        directory = certs_d(tmp_path, server.host, certificate, client_files)
        assert get(server.address, identified=False, certificate_dirs=("/gone", directory)) == b"x"
        (tmp_path / server.host).rename(tmp_path / "other.example")
        with pytest.raises(NetworkError, match="is not trusted"):
            get(server.address, certificate_dirs=(directory,))


def test_an_authority_of_a_host_is_for_no_other(certificate: Path, tmp_path: Path) -> None:
    with serving_registry(certificate) as one, serving_registry(certificate) as two:
        directory = certs_d(tmp_path, one.host, certificate)
        for server in (one, two):
            server.answer("/a", Answer(200, b"x"))
        with Http(HttpOptions(timeout=5.0, retries=0, certificate_dirs=(directory,))) as http:
            with http.open("GET", f"{one.address}/a") as response:
                assert response.read(10) == b"x"
            with pytest.raises(NetworkError, match="is not trusted"), http.open("GET", f"{two.address}/a"):
                raise AssertionError


def test_the_first_directory_that_knows_the_host_counts(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "h:5000").mkdir(parents=True)
    for file in ("b.crt", "a.crt", "x.cert", "x.key", "y.cert", "README"):
        (tmp_path / "two" / "h:5000" / file).touch()
    places = [str(tmp_path / name) for name in ("one", "two")]
    here = f"{tmp_path}/two/h:5000"
    assert certificates_for("h:5000", places) == Certificates(
        (f"{here}/a.crt", f"{here}/b.crt"), f"{here}/x.cert", f"{here}/x.key"
    )
    assert certificates_for("h", places) == Certificates()


def test_a_certificate_without_its_key_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "h").mkdir()
    (tmp_path / "h" / "client.cert").touch()
    with pytest.raises(InvalidParameter, match=r"without client\.key beside it") as raised:
        certificates_for("h", [str(tmp_path)])
    assert "*.crt" in raised.value.hint


def test_certificates_of_others_are_passed_over(
    tmp_path: Path, unprivileged: Callable[[Path], AbstractContextManager[None]]
) -> None:
    (tmp_path / "h").mkdir()
    (tmp_path / "h" / "ca.crt").touch()
    with unprivileged(tmp_path):
        assert certificates_for("h", [str(tmp_path)]).authorities
    (tmp_path / "h").chmod(0)
    with unprivileged(tmp_path.parent):
        assert certificates_for("h", [str(tmp_path)]) == Certificates()


def test_a_key_with_a_password_is_refused_and_not_asked_for(client_files: ClientFiles, tmp_path: Path) -> None:
    locked = tmp_path / "locked.key"
    openssl("rsa", "-aes128", "-passout", "pass:secret", "-in", client_files.key, "-out", locked)
    with pytest.raises(InvalidParameter, match="not a PEM certificate and its key") as raised:
        get("https://127.0.0.1:1", client_cert=str(client_files.cert), client_key=str(locked))
    assert "no password" in raised.value.hint


@pytest.mark.parametrize(("cert", "key"), [("gone", "key"), ("cert", "gone"), ("key", "cert"), ("cert", "")])
def test_what_is_no_certificate_and_key_is_a_mistake(client_files: ClientFiles, cert: str, key: str) -> None:
    names = {"gone": "/gone.pem", "cert": str(client_files.cert), "key": str(client_files.key), "": ""}
    with pytest.raises(InvalidParameter, match="not a PEM certificate and its key"):
        get("https://127.0.0.1:1", client_cert=names[cert], client_key=names[key])


def test_an_authority_that_is_none_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "127.0.0.1:1").mkdir()
    (tmp_path / "127.0.0.1:1" / "ca.crt").write_text("nothing")
    with pytest.raises(InvalidParameter, match=r"ca\.crt: not a file of PEM certificates"):
        get("https://127.0.0.1:1", certificate_dirs=(str(tmp_path),))
