"""The configuration file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hullcheck.errors import InvalidParameter

DEFAULT = "hullcheck.toml"
VARIABLE = "HULLCHECK_CONFIG"


@dataclass(frozen=True, slots=True)
class ConfigurationFile:
    """What `name` says; without a file, nothing."""

    name: str
    content: Mapping[str, object]


def read_configuration(named: str, environment: Mapping[str, str]) -> ConfigurationFile:
    """Read the file `named` on the command line or in the environment, which must be there, or else the default one."""
    name = named or environment.get(VARIABLE, "")
    path = Path(name or DEFAULT)
    try:
        return ConfigurationFile(str(path), tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        # A default file that is there and cannot be read may hold thresholds: only where there is none, nothing is set.
        if not name and isinstance(error, FileNotFoundError | IsADirectoryError) and not path.is_symlink():
            return ConfigurationFile(DEFAULT, {})
        raise InvalidParameter(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidParameter(f"{path}: not TOML: {error}") from error
