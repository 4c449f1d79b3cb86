import re
from dataclasses import dataclass
from itertools import zip_longest

from hypothesis import assume, given
from hypothesis import strategies as st
from tests.unit.versions.schemes import order

from hullcheck.versions.apk import APK

DIGITS = st.sampled_from(["0", "1", "2", "00", "01", "010", "9", "10", "20230915"])
SUFFIX = st.sampled_from(["_alpha", "_beta", "_pre", "_rc", "_cvs", "_svn", "_git", "_hg", "_p"])
VALID = st.builds(
    lambda first, components, letter, suffixes, commit, revision: (
        first + "".join(f".{digits}" for digits in components) + letter + "".join(suffixes) + commit + revision
    ),
    DIGITS,
    st.lists(DIGITS, max_size=3),
    st.sampled_from(["", "", "a", "z", "p1"]),
    st.lists(st.builds(str.__add__, SUFFIX, st.just("") | DIGITS), max_size=2),
    st.sampled_from(["", "", "~ab", "~abc", "~0"]),
    st.sampled_from(["", "-r0", "-r1", "-r10", "-r"]),
)
INVALID = st.builds(str.__add__, VALID, st.sampled_from(["-foo", "_foo", "_pp", "bc", "~", "..", "A", "-r0-r1", "é"]))

# The classes of apk-tools' version.c, in its order: the one that comes first is the greater where two versions differ.
CLASSES = [
    "first",
    "component",
    "letter",
    "letter-number",
    "suffix",
    "suffix-number",
    "commit",
    "revision",
    "end",
    "invalid",
]
SUFFIXES = ["alpha", "beta", "pre", "rc", "none", "cvs", "svn", "git", "hg", "p"]


@dataclass(frozen=True)
class Token:
    kind: str
    text: str = ""

    @property
    def before_release(self) -> bool:
        return self.kind == "suffix" and SUFFIXES.index(self.text) < SUFFIXES.index("none")


def alpine_order(left: str, right: str) -> int:
    """Compare as apk-tools does: token by token, where the first difference counts."""
    for one, other in zip_longest(tokens(left), tokens(right)):
        if one != other and (difference := token_order(one, other)):
            return difference
    return 0


def token_order(one: Token, other: Token) -> int:
    if one.kind == other.kind:
        return values(one, other)
    if one.before_release or other.before_release:
        return -1 if one.before_release else 1
    return 1 if CLASSES.index(one.kind) < CLASSES.index(other.kind) else -1


def values(one: Token, other: Token) -> int:
    if one.kind == "suffix":
        left, right = SUFFIXES.index(one.text), SUFFIXES.index(other.text)
        return (left > right) - (left < right)
    as_text = one.kind in {"letter", "commit"} or (one.kind == "component" and "0" in {one.text[0], other.text[0]})
    if as_text:
        return (one.text > other.text) - (one.text < other.text)
    if one.kind == "invalid":
        return 0
    return (int(one.text or 0) > int(other.text or 0)) - (int(one.text or 0) < int(other.text or 0))


def tokens(version: str) -> list[Token]:
    first = re.match(r"[0-9]+", version)
    assert first
    # Unlike the components behind it, the first number is one whatever it begins with.
    found, rest = [Token("first", first[0])], version[first.end() :]
    last = "first"
    while rest:
        for kind, pattern, allowed in GRAMMAR:
            match = re.match(pattern, rest)
            if match and last in allowed:
                found.append(Token(kind, match[1]))
                rest, last = rest[match.end() :], kind
                break
        else:
            return [*found, Token("invalid")]
    return [*found, Token("end")]


GRAMMAR = (
    ("component", r"\.([0-9]+)", {"first", "component"}),
    ("letter", r"([a-z])", {"first", "component"}),
    ("letter-number", r"([0-9]+)", {"letter"}),
    ("suffix", r"_(alpha|beta|pre|rc|cvs|svn|git|hg|p)(?![a-z])", set(CLASSES) - {"commit", "revision"}),
    ("suffix-number", r"([0-9]+)", {"suffix"}),
    ("commit", r"~([0-9a-f]+)", set(CLASSES) - {"commit", "revision"}),
    ("revision", r"-r([0-9]+|\Z)", set(CLASSES) - {"revision"}),
)


@given(left=VALID, right=VALID)
def test_keys_sort_as_apk_does(left: str, right: str) -> None:
    assert order(APK, left, right) == alpine_order(left, right)


@given(version=VALID, data=st.data())
def test_neighbours_sort_as_apk_does(version: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(version)))
    inserted = data.draw(st.sampled_from(["", "0", "1", ".", ".0", "a", "_p", "_rc1", "-r1", "~a", "_"]))
    changed = version[:at] + inserted + version[at + data.draw(st.integers(0, 2)) :]
    assume(not (invalid(version) and invalid(changed)))
    assert order(APK, version, changed) == alpine_order(version, changed)


@given(left=INVALID, right=VALID)
def test_what_is_no_version_sorts_by_its_valid_beginning(left: str, right: str) -> None:
    assert order(APK, left, right) == alpine_order(left, right)


def invalid(version: str) -> bool:
    return tokens(version)[-1].kind == "invalid"
