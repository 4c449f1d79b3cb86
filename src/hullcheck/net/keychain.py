"""Who one is to a registry: what the command says, else what files and credential helpers know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from hullcheck.net.credential_helper import LONGEST, HelperFailed, ask
from hullcheck.net.credentials import Login, LoginFile, host_key, read_logins
from hullcheck.net.http import NOTHING


@dataclass(frozen=True, slots=True)
class CredentialOptions:
    """Where logins are from: `username` and `password` for `host` ("": the registry that is asked), else `files`.

    The first file that knows the registry counts. Credential helpers run in `environment`.
    """

    username: str = ""
    password: str = field(default="", repr=False)
    files: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=lambda: NOTHING, repr=False)
    host: str = ""


class Keychain:
    """Logins for registries. A helper is asked for a host when a login for it is called for, and only once.

    `own` are the logins of this command, by host. May be used by several threads.
    """

    def __init__(
        self,
        files: Sequence[LoginFile] = (),
        environment: Mapping[str, str] = NOTHING,
        own: Mapping[str, Login] | None = None,
        longest: float = LONGEST,
    ) -> None:
        self._files = tuple(files)
        self._environment = environment
        self._own = own or {}
        self._longest = longest
        self._lock = Lock()
        self._asked: dict[tuple[str, str], Login | HelperFailed | None] = {}

    def login(self, host: str, repository: str) -> Login | None:
        """Return the login for `repository` at `host` ("name[:port]"), and for nobody else."""
        if own := self._own.get(host):
            return own
        return next((login for file in self._files if (login := self._in(file, host, repository))), None)

    def advice(self, host: str, repository: str) -> str:
        """Return what to do after `host` has refused to show `repository`."""
        key = host_key(host)
        if login := self.login(host, repository):
            return f"the login for {key} from {login.source} is not accepted: log in again"
        places = " and ".join(file.path for file in self._files if file.path)
        problems = [f"; {problem}" for file in self._files if (problem := self._problem(file, host))]
        return f"log in first: docker login {key}{f' (no login is in {places})' if places else ''}{''.join(problems)}"

    def _in(self, file: LoginFile, host: str, repository: str) -> Login | None:
        """Return the login of `file`; as with Docker, that of a helper goes before one in the file itself."""
        helper = file.helper(host)
        held = self._held(helper, host) if helper else None
        return held if isinstance(held, Login) else file.login(host, repository)

    def _problem(self, file: LoginFile, host: str) -> str:
        helper = file.helper(host)
        held = self._held(helper, host) if helper else None
        if isinstance(held, HelperFailed):
            return f"{file.path} leaves logins to a credential helper, but {held.message}"
        return f"docker-credential-{helper} knows none" if helper else ""

    def _held(self, helper: str, host: str) -> Login | HelperFailed | None:
        with self._lock:
            if (helper, host) not in self._asked:
                try:
                    self._asked[helper, host] = ask(helper, host, self._environment, self._longest)
                except HelperFailed as error:
                    self._asked[helper, host] = error
            return self._asked[helper, host]


def open_keychain(options: CredentialOptions, host: str) -> Keychain:
    """Return the logins of `options` with which `host` is asked."""
    login = Login(options.username, options.password, source="--username")
    own = {options.host or host: login} if options.username else {}
    return Keychain([read_logins(path) for path in options.files if path], options.environment, own)
