"""From settings and environment to how registries are logged in to."""

from collections.abc import Mapping

from hullcheck.config.settings import PASSWORD, Settings
from hullcheck.errors import InvalidParameter
from hullcheck.net.keychain import CredentialOptions
from hullcheck.net.mirrors import Mirror, parse_mirror

_PASSWORD_HINT = f"give the password with --password-stdin, or in the variable {PASSWORD}"


def credential_options(settings: Settings, environment: Mapping[str, str], password: str) -> CredentialOptions:
    """Return where logins for registries are from; `password` is what came on stdin, "" if nothing did."""
    username = settings.text("username") if "username" in settings.values else ""
    password = password or (environment.get(PASSWORD, "") if "username" in settings.values else "")
    if username and not password:
        raise InvalidParameter("--username: there is no password", hint=_PASSWORD_HINT)
    if password and not username:
        raise InvalidParameter("a password, but no user", hint="name the user with --username or HULLCHECK_USERNAME")
    return CredentialOptions(username, password, _files(environment), environment)


def _files(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return where logins may be, in the order of containers-auth.json(5): Podman's files, then Docker's."""
    if named := environment.get("REGISTRY_AUTH_FILE"):
        return (named,)
    home = environment.get("HOME", "")
    runtime = environment.get("XDG_RUNTIME_DIR", "")
    configuration = environment.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
    docker = environment.get("DOCKER_CONFIG") or (f"{home}/.docker" if home else "")
    files = (
        (runtime, "containers/auth.json"),
        (configuration, "containers/auth.json"),
        (docker, "config.json"),
    )
    return tuple(f"{directory}/{name}" for directory, name in files if directory)


def certificate_directories(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return where certificates of single registries may be, in the order of containers-certs.d(5)."""
    home = environment.get("HOME", "")
    own = (f"{home}/.config/containers/certs.d",) if home else ()
    return (*own, "/etc/containers/certs.d", "/etc/docker/certs.d")


def mirrors(settings: Settings) -> tuple[Mirror, ...]:
    """Return who is asked before registries themselves."""
    texts = settings.items("registry-mirrors") if "registry-mirrors" in settings.values else ()
    return tuple(parse_mirror(text) for text in texts)
