"""From settings to the option records of the stages."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from hullcheck.config.registries import certificate_directories, credential_options, mirrors
from hullcheck.config.settings import Settings
from hullcheck.errors import InvalidParameter
from hullcheck.formats.tar import TarLimits
from hullcheck.matching.match import MatchOptions
from hullcheck.net.http import HttpOptions
from hullcheck.pipeline import ScanOptions
from hullcheck.policy.decide import PolicyOptions
from hullcheck.policy.thresholds import Thresholds
from hullcheck.sources.options import Limits, SourceOptions, StorageOptions


def http_options(settings: Settings, environment: Mapping[str, str]) -> HttpOptions:
    """Return how servers are talked to."""
    cert, key = _text(settings, "client-cert"), _text(settings, "client-key")
    if key and not cert:
        raise InvalidParameter("--client-key: there is no certificate", hint="name it with --client-cert")
    return HttpOptions(
        timeout=float(settings.number("timeout")),
        retries=settings.number("max-network-retries"),
        proxy=settings.text("proxy"),
        ca_bundle=settings.text("ca-bundle"),
        verify_tls=not settings.flag("skip-verify-tls"),
        least_rate=float(settings.number("min-download-rate")),
        client_cert=cert,
        client_key=key,
        certificate_dirs=certificate_directories(environment),
    )


def scan_options(settings: Settings) -> ScanOptions:
    """Return the options of the stages behind the sources."""
    thresholds = Thresholds(
        critical=settings.number("max-critical"),
        high=settings.number("max-high"),
        medium=settings.number("max-medium"),
        low=settings.number("max-low"),
    )
    return ScanOptions(
        matching=MatchOptions(max_age=timedelta(days=settings.number("max-data-age"))),
        policy=PolicyOptions(thresholds, allow_incomplete=settings.flag("allow-incomplete")),
        excluded=(
            *(f"{glob.rstrip('/')}/" for glob in _items(settings, "exclude-dirs")),
            *_items(settings, "exclude-files"),
        ),
    )


def source_options(settings: Settings, environment: Mapping[str, str], password: str = "") -> SourceOptions:
    """Return how targets are read. Options that the command lacks have their defaults.

    `password` is what came on stdin for the option "username".
    """
    return SourceOptions(
        platform=settings.text("platform") if "platform" in settings.values else "",
        insecure=_items(settings, "insecure-registries"),
        credentials=credential_options(settings, environment, password),
        mirrors=mirrors(settings),
        docker_config=str(_docker_directory(environment) / "config.json"),
        image_sources=_items(settings, "image-source"),
        environment=environment,
        exclude_dirs=_items(settings, "exclude-dirs"),
        exclude_files=_items(settings, "exclude-files"),
        storage=_storage(settings, environment),
        limits=_limits(settings),
    )


def _storage(settings: Settings, environment: Mapping[str, str]) -> StorageOptions:
    home = environment.get("HOME", "/")
    driver = _text(settings, "storage-driver")
    return StorageOptions(
        driver="" if driver == "none" else driver,
        root=_text(settings, "storage-root"),
        namespace=_text(settings, "containerd-namespace") or environment.get("CONTAINERD_NAMESPACE", ""),
        home=home,
        config=environment.get("XDG_CONFIG_HOME") or f"{home}/.config",
        data=environment.get("XDG_DATA_HOME") or f"{home}/.local/share",
        podman=environment.get("CONTAINERS_STORAGE_CONF", ""),
    )


def _limits(settings: Settings) -> Limits:
    usual = Limits()
    return Limits(
        layer=_number(settings, "max-layer-size", usual.layer),
        file=_number(settings, "max-file-size", usual.file),
        archive=TarLimits(members=_number(settings, "max-entries", usual.archive.members)),
    )


def _number(settings: Settings, name: str, default: int) -> int:
    return settings.number(name) if name in settings.values else default


def _text(settings: Settings, name: str) -> str:
    return settings.text(name) if name in settings.values else ""


def _items(settings: Settings, name: str) -> tuple[str, ...]:
    return settings.items(name) if name in settings.values else ()


def database_directory(settings: Settings) -> Path:
    """Return where the advisory database is."""
    if named := settings.text("db-dir"):
        return Path(named)
    import platformdirs

    try:
        return Path(platformdirs.user_cache_dir("hullcheck", appauthor=False)) / "db"
    except RuntimeError as error:
        raise InvalidParameter(
            "no place for the advisory database: the user has no home directory",
            hint="name a directory with --db-dir, or set HOME or XDG_CACHE_HOME",
        ) from error


def cache_directory(settings: Settings) -> Path | None:
    """Return where scans keep what they learn about layers and images; None with --no-cache, or without a home."""
    if not settings.flag("cache"):
        return None
    if named := settings.text("cache-dir"):
        return Path(named)
    import platformdirs

    try:
        return Path(platformdirs.user_cache_dir("hullcheck", appauthor=False))
    except RuntimeError:
        return None


def _docker_directory(environment: Mapping[str, str]) -> Path:
    named = environment.get("DOCKER_CONFIG")
    return Path(named) if named else Path(environment.get("HOME", "/")) / ".docker"
