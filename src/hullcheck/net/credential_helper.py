"""Programs that hold logins: the protocol of docker-credential-helpers (`docker-credential-NAME get`).

Amazon's, Google's and Azure's registries are logged in to this way: ecr-login, gcloud or gcr, acr-env.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping

import msgspec

from hullcheck.errors import HullcheckError
from hullcheck.net.credentials import Login, host_key
from hullcheck.net.reference import DOCKER_HUB

# Those that ask a cloud for a token need some seconds. One that waits for a person to unlock a key ring never ends.
LONGEST = 30.0

_PREFIX = "docker-credential-"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

# What Docker, and so every helper, calls its hub.
_DOCKER_HUB_SERVER = "https://index.docker.io/v1/"

_NO_LOGIN = "credentials not found in native keychain"
_IDENTITY = "<token>"
_LARGEST = 1024 * 1024


class HelperFailed(HullcheckError):
    """A credential helper is missing, or did not answer as the protocol says."""


class _Answer(msgspec.Struct):
    Username: str = ""
    Secret: str = ""


def ask(name: str, host: str, environment: Mapping[str, str], longest: float = LONGEST) -> Login | None:
    """Return the login that the helper `name` has for `host`, None if it has none; wait `longest` seconds for it.

    The program is looked up in the absolute directories of PATH only: what lies in the working directory may be what
    is scanned.
    """
    program = _program(name, environment)
    server = _DOCKER_HUB_SERVER if host_key(host) == DOCKER_HUB else host
    code, output, complaint = _run(program, server, environment, longest)
    told = output.decode(errors="replace").strip()
    if code:
        if told == _NO_LOGIN:
            return None
        raise HelperFailed(f"{_PREFIX}{name} fails ({code}){_quoted(told or complaint.decode(errors='replace'))}")
    try:
        answer = msgspec.json.decode(output[:_LARGEST], type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # What it says instead may be a secret.
        raise HelperFailed(f"{_PREFIX}{name} answers with something that is no login") from error
    if not answer.Secret:
        return None
    if answer.Username == _IDENTITY:
        return Login(answer.Username, "", answer.Secret, source=f"{_PREFIX}{name}")
    return Login(answer.Username, answer.Secret, source=f"{_PREFIX}{name}")


def _program(name: str, environment: Mapping[str, str]) -> str:
    if not _NAME.fullmatch(name):
        raise HelperFailed(f"{name[:80]!r} is no name of a credential helper")
    directories = (part for part in environment.get("PATH", "").split(os.pathsep) if part.startswith("/"))
    program = shutil.which(f"{_PREFIX}{name}", path=os.pathsep.join(directories) or os.devnull)
    if program is None:
        raise HelperFailed(f"{_PREFIX}{name} is not installed, or not on the PATH")
    return program


def _run(program: str, server: str, environment: Mapping[str, str], longest: float) -> tuple[int, bytes, bytes]:
    """Return the exit code of a program, what it says and what it complains of.

    On the way out the pipes are closed and not read to their end: what the program started may hold them open.
    """
    name = os.path.basename(program)  # noqa: PTH119 (the path is text)
    try:
        with subprocess.Popen(  # noqa: S603 (the name is checked, and no shell is there)
            [program, "get"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
        ) as process:
            try:
                output, complaint = process.communicate(server.encode(), timeout=longest)
            except subprocess.TimeoutExpired as error:
                raise HelperFailed(f"{name} does not answer within {longest:g} seconds") from error
            finally:
                process.kill()
            return process.returncode, output, complaint
    except OSError as error:
        raise HelperFailed(f"{name} cannot be run: {error.strerror or error}") from error


def _quoted(text: str) -> str:
    line = "".join(character if character.isprintable() else " " for character in text.strip()[:200]).strip()
    return f": {line}" if line else ""
