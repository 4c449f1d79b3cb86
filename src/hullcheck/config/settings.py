"""Where the value of an option comes from: flag, environment, configuration file, default, in this order."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hullcheck.config.options import COMMANDS, PREFIX, Kind, Option, Value
from hullcheck.config.sizes import size
from hullcheck.errors import InvalidParameter

# The password that belongs to the option "username". It is no option, so that no command line and no file has it.
PASSWORD = "HULLCHECK_PASSWORD"  # noqa: S105 (the name of a variable)

# What the program reads besides: the file with options, and whether bugs show their traceback.
_NO_OPTIONS = frozenset({"HULLCHECK_CONFIG", "HULLCHECK_TRACEBACK", PASSWORD})

# Of 1; "MAX_HGIH" and "MAX_HIGH" have 0.88, "PORT" and "FORMAT" 0.6.
_ALIKE = 0.75

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


@dataclass(frozen=True, slots=True)
class Settings:
    """The values of all options of a command."""

    values: Mapping[str, Value]

    def text(self, name: str) -> str:
        """Return the value of an option of kind TEXT."""
        value = self.values[name]
        if isinstance(value, str):
            return value
        raise TypeError(name)

    def number(self, name: str) -> int:
        """Return the value of an option of kind NUMBER or SIZE."""
        value = self.values[name]
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise TypeError(name)

    def flag(self, name: str) -> bool:
        """Return the value of an option of kind FLAG."""
        value = self.values[name]
        if isinstance(value, bool):
            return value
        raise TypeError(name)

    def items(self, name: str) -> tuple[str, ...]:
        """Return the value of an option of kind LIST."""
        value = self.values[name]
        if isinstance(value, tuple):
            return value
        raise TypeError(name)


def settle(
    command: str,
    flags: Mapping[str, Value],
    environment: Mapping[str, str],
    file: Mapping[str, object],
    file_name: str,
) -> Settings:
    """Return the settings of `command`.

    `flags` holds what was given on the command line, `file` the parsed configuration file: options for all commands at
    the top, those of one command in a table of its name. Raises `InvalidParameter`.
    """
    options = COMMANDS[command]
    written = _of_file(command, file, file_name)
    values: dict[str, Value] = {}
    for option in options:
        if option.name in flags:
            values[option.name] = _checked(option, flags[option.name], f"--{option.name}")
        elif option.variable in environment:
            values[option.name] = _from_text(option, environment[option.variable], option.variable)
        elif option.name in written:
            values[option.name] = _from_toml(option, written[option.name], f"{file_name}: {option.name}")
        else:
            values[option.name] = option.default
    return Settings(values)


def ignored_variables(environment: Iterable[str]) -> tuple[str, ...]:
    """Return the variables in `environment` that look like options and are none.

    One that is nearly called like an option raises `InvalidParameter`: a threshold that is not looked at lets all
    pass. Others may be meant for somebody else: Kubernetes sets some for a service of our name.
    """
    known = {option.variable for options in COMMANDS.values() for option in options} | _NO_OPTIONS
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    for name in unknown:
        near = difflib.get_close_matches(
            name.removeprefix(PREFIX), sorted(it.removeprefix(PREFIX) for it in known), 1, _ALIKE
        )
        if near:
            raise InvalidParameter(f"{name}: no option has this variable", hint=f"did you mean {PREFIX}{near[0]}?")
    return tuple(unknown)


def _of_file(command: str, file: Mapping[str, object], name: str) -> dict[str, object]:
    """Return what the configuration file says for `command`; a name that no command knows is a mistake."""
    tables = {words.replace(" ", "-") for words in COMMANDS}
    own: Mapping[str, object] = {}
    general: dict[str, object] = {}
    for key, value in file.items():
        if key in tables and isinstance(value, dict):
            _refuse_unknown(value, COMMANDS[key.replace("-", " ", 1)], f"{name}: [{key}]")
            own = value if key == command.replace(" ", "-") else own
        else:
            general[key] = value
    _refuse_unknown(general, [option for options in COMMANDS.values() for option in options], name)
    return {**general, **own}


def _refuse_unknown(names: Iterable[str], options: Iterable[Option], where: str) -> None:
    known = {option.name for option in options}
    for name in names:
        if name not in known:
            raise InvalidParameter(f"{where}: unknown option {name!r}", hint=_suggestion(name, known))


def _suggestion(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f"did you mean {near[0]!r}?" if near else "`hullcheck COMMAND --help` lists the options"


def _from_text(option: Option, text: str, where: str) -> Value:
    match option.kind:
        case Kind.TEXT:
            return _checked(option, text, where)
        case Kind.LIST:
            return _checked(option, split(text), where)
        case Kind.NUMBER:
            return _checked(option, _to_number(text, where), where)
        case Kind.SIZE:
            return _checked(option, _to_size(text, where), where)
        case Kind.FLAG:
            return _to_flag(text, where)


def split(text: str) -> tuple[str, ...]:
    """Return the items of a comma-separated list."""
    return tuple(item.strip() for item in text.split(",") if item.strip())


def _from_toml(option: Option, value: object, where: str) -> Value:
    match option.kind, value:
        case Kind.TEXT, str():
            return _checked(option, value, where)
        case Kind.SIZE, str():
            return _checked(option, _to_size(value, where), where)
        case Kind.NUMBER | Kind.SIZE, int() if not isinstance(value, bool):
            return _checked(option, value, where)
        case Kind.FLAG, bool():
            return value
        case Kind.LIST, str():
            return _checked(option, split(value), where)
        case Kind.LIST, list() if all(isinstance(item, str) for item in value):
            return _checked(option, tuple(str(item) for item in value), where)
        case _:
            raise InvalidParameter(f"{where}: expected a {option.kind.value}, found {value!r}")


def _to_number(text: str, where: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InvalidParameter(f"{where}: expected a whole number, found {text!r}") from None


def _to_size(text: str, where: str) -> int:
    try:
        return size(text)
    except ValueError:
        raise InvalidParameter(f"{where}: expected a size like 500MB or 64GiB, found {text!r}") from None


def _to_flag(text: str, where: str) -> bool:
    word = text.strip().lower()
    if word not in _TRUE | _FALSE:
        raise InvalidParameter(f"{where}: expected true or false, found {text!r}")
    return word in _TRUE


def _checked(option: Option, value: Value, where: str) -> Value:
    if option.minimum is not None and isinstance(value, int) and value < option.minimum:
        raise InvalidParameter(f"{where}: {value} is below {option.minimum}")
    for item in value if isinstance(value, tuple) else (value,):
        if option.choices and item not in option.choices:
            raise InvalidParameter(f"{where}: {item!r} is none of {', '.join(option.choices)}")
    return value
