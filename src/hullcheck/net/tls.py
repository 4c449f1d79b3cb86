"""Whom TLS trusts, and who it says we are: for all hosts, and for single ones as Docker and Podman have in certs.d."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import urllib3
from urllib3.exceptions import InsecureRequestWarning

from hullcheck.errors import InvalidParameter
from hullcheck.net.http import HttpOptions


@dataclass(frozen=True, slots=True)
class Certificates:
    """Files for a host: PEM of authorities to trust besides the others, and a certificate of ours with its key.

    containers-certs.d(5): "*.crt" are authorities, "*.cert" is shown to the host, "*.key" of the same name is its key.
    """

    authorities: tuple[str, ...] = ()
    client_cert: str = ""
    client_key: str = ""


def certificates_for(host: str, directories: Sequence[str]) -> Certificates:
    """Return what the first of `directories` that knows `host` ("name[:port]") holds for it."""
    for directory in directories:
        place = Path(directory, host)
        if names := _names(place):
            return _certificates(place, names)
    return Certificates()


def _names(place: Path) -> list[str]:
    try:
        return sorted(path.name for path in place.iterdir())
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        # Podman goes on, too: what is kept for root is not for others.
        return []
    except OSError as error:
        raise InvalidParameter(f"{place}: {error.strerror}", hint="make it readable, or remove it") from error


def _certificates(place: Path, names: list[str]) -> Certificates:
    authorities = tuple(str(place / name) for name in names if name.endswith(".crt"))
    cert = next((name for name in names if name.endswith(".cert")), "")
    if not cert:
        return Certificates(authorities)
    key = f"{cert.removesuffix('.cert')}.key"
    if key not in names:
        raise InvalidParameter(
            f"{place / cert}: without {key} beside it", hint="certificates of authorities are called *.crt"
        )
    return Certificates(authorities, str(place / cert), str(place / key))


class Contexts:
    """How TLS is spoken, by host; `key` tells which hosts share a way. May be used by several threads."""

    def __init__(self, options: HttpOptions) -> None:
        self._options = options
        self._lock = Lock()
        self._made: dict[Certificates, ssl.SSLContext] = {}

    def key(self, host: str, *, identified: bool) -> Certificates:
        """Return what is special about `host`; the client certificate of the options is for `identified` requests."""
        own = certificates_for(host, self._options.certificate_dirs)
        if identified and self._options.client_cert:
            return Certificates(own.authorities, self._options.client_cert, self._options.client_key)
        return own

    def get(self, key: Certificates) -> ssl.SSLContext:
        """Return the way to speak TLS that `key` stands for."""
        with self._lock:
            if key not in self._made:
                self._made[key] = _context(self._options, key)
            return self._made[key]


def _context(options: HttpOptions, certificates: Certificates) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for bundle in filter(None, (options.ca_bundle, *certificates.authorities)):
        try:
            context.load_verify_locations(bundle)
        except (OSError, ssl.SSLError) as error:
            raise InvalidParameter(f"{bundle}: not a file of PEM certificates: {error}") from error
    if certificates.client_cert:
        _show(context, certificates)
    if not options.verify_tls:
        # The warning that the user needs is the program's, once, and not the library's for each request.
        urllib3.disable_warnings(InsecureRequestWarning)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _show(context: ssl.SSLContext, certificates: Certificates) -> None:
    """Load our certificate. A key with a password is refused, where OpenSSL would ask for one on the terminal."""
    cert, key = certificates.client_cert, certificates.client_key
    try:
        context.load_cert_chain(cert, key or None, password=lambda: b"")
    except (OSError, ssl.SSLError) as error:
        files = f"{cert} and {key}" if key else cert
        raise InvalidParameter(
            f"{files}: not a PEM certificate and its key: {getattr(error, 'reason', None) or error}",
            hint="the key must be there, belong to the certificate, and have no password",
        ) from error
