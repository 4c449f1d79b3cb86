"""What is secret in an image's configuration, as far as names say so: reports, which many read, must not spread it."""

import re
from collections.abc import Iterable

REDACTED = "(redacted)"

# "key", "pass", "pat" and "pwd" are parts of other words, too ("keyboard", "compass", "path"): they count alone.
_SECRET = re.compile(
    r"passw|passphrase|secret|token|credential|api_?key|access_?key|private_?key"
    r"|(?:^|[_.-])(?:keys?|pass|pat|pwd)(?:$|[_.-])",
    re.IGNORECASE,
)
# Names of what tells where a secret is, of a shell's directories, and of an option of gpg for public keys.
_NO_SECRET = re.compile(r"[_.-](?:dir|file|path|stdin)$|^(?:old)?pwd$|^recv-keys?$", re.IGNORECASE)

# "TOKEN=a", "--token=a", "TOKEN='a b'", "TOKEN=a\ b". Each name is looked at from its beginning on only, and nothing
# is given back, so that the time is linear.
_ASSIGNMENT = re.compile(
    r"""(?<![\w.-])([\w.-]{1,100}+)=("(?:[^"\\]|\\.)*+"?|'[^']*+'?|(?:[^\s\\"';&|]|\\.)++)""", re.DOTALL | re.ASCII
)
# "--token a", and in a list of words "--token" "a". Another option is no value.
_OPTION = re.compile(
    r"""(?<![^\s"'[])(["']?)(--[\w.-]{1,100}+)\1([\s,]++)(?!["']?-)("""
    r""""(?:[^"\\]|\\.)*+"?|'[^']*+'?|(?:[^\s\\"';&|]|\\.)++)""",
    re.DOTALL | re.ASCII,
)
# "ENV TOKEN a b", as it may be written for a single variable.
_OLD_ENV = re.compile(r"(?<!\S)(ENV[ \t]++([\w.-]{1,100}+)[ \t]++)[^\n]++", re.ASCII)
_NAME = re.compile(r"--[\w.-]{1,100}", re.ASCII)
_USER = re.compile(r"(?<=://)[^\s/@]++@")


def is_secret(name: str) -> bool:
    """Say whether the value of the variable or option `name` is secret, by its name."""
    return _SECRET.search(name) is not None and _NO_SECRET.search(name) is None


def variable(name: str, value: str) -> tuple[str, str]:
    """Return the variable `name` and its `value`, redacted where it is secret; that there is none is no secret."""
    return name, REDACTED if value and is_secret(name) else command(value)


def told(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return `pairs`, labels or annotations, by name and without secrets; what they are called says nothing of them."""
    return tuple(sorted((name, command(value)) for name, value in pairs))


def command(text: str) -> str:
    """Return `text`, a command or a part of one, without secrets.

    These are the values that it assigns to variables and options of such names, and users and passwords in addresses.
    """
    without = _OPTION.sub(_given, _ASSIGNMENT.sub(_assigned, text))
    return _USER.sub(f"{REDACTED}@", _OLD_ENV.sub(_set, without))


def words(line: Iterable[str]) -> tuple[str, ...]:
    """Return the words of a command without secrets, where the value of an option may be a word of its own."""
    without: list[str] = []
    option = ""
    for word in line:
        is_value = option and is_secret(option.lstrip("-")) and not word.startswith("-")
        without.append(REDACTED if is_value and word else command(word))
        option = word if _NAME.fullmatch(word) else ""
    return tuple(without)


def _assigned(found: re.Match[str]) -> str:
    return f"{found[1]}={REDACTED}" if is_secret(found[1].lstrip("-")) else found[0]


def _given(found: re.Match[str]) -> str:
    quote, option, space, value = found.groups()
    hides = is_secret(option.lstrip("-")) and value.strip("\"'")
    return f"{quote}{option}{quote}{space}{REDACTED}" if hides else found[0]


def _set(found: re.Match[str]) -> str:
    return f"{found[1]}{REDACTED}" if is_secret(found[2]) else found[0]
