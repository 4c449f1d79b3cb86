from collections.abc import Mapping

import pytest

from hullcheck.config.options import COMMANDS, Kind, Value
from hullcheck.config.settings import Settings, ignored_variables, settle
from hullcheck.errors import InvalidParameter


def settings(
    command: str = "repo",
    flags: Mapping[str, Value] | None = None,
    environment: Mapping[str, str] | None = None,
    file: Mapping[str, object] | None = None,
) -> Settings:
    return settle(command, flags or {}, environment or {}, file or {}, "hullcheck.toml")


def test_a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default() -> None:
    flags: dict[str, Value] = {"max-high": 1}
    environment = {"HULLCHECK_MAX_HIGH": "2", "HULLCHECK_MAX_LOW": "2"}
    file = {"max-high": 3, "max-low": 3, "max-medium": 3}
    found = settings("repo", flags, environment, file)
    assert [found.number(f"max-{s}") for s in ("high", "low", "medium", "critical")] == [1, 2, 3, -1]


def test_a_table_of_the_command_beats_the_top_of_the_file_and_counts_for_it_alone() -> None:
    file = {"max-high": 3, "image": {"max-high": 4}}
    assert settings("image", file=file).number("max-high") == 4
    assert settings("repo", file=file).number("max-high") == 3


def test_the_words_of_a_command_are_joined_by_a_hyphen_in_the_file() -> None:
    assert settings("db build", file={"db-build": {"from": "/srv/osv"}}).text("from") == "/srv/osv"


def test_a_list_is_a_list_or_comma_separated_text() -> None:
    assert settings(file={"format": ["table", "json"]}).items("format") == ("table", "json")
    assert settings(file={"format": "table, json"}).items("format") == ("table", "json")
    assert settings(environment={"HULLCHECK_FORMAT": "table,json,"}).items("format") == ("table", "json")


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("true", True), ("YES", True), ("0", False), ("off", False), ("", False)]
)
def test_a_flag_in_the_environment_is_said_in_words(text: str, *, value: bool) -> None:
    assert settings(environment={"HULLCHECK_OFFLINE": text}).flag("offline") is value


@pytest.mark.parametrize(
    ("environment", "file", "message", "hint"),
    [
        ({"HULLCHECK_MAX_HIGH": "many"}, {}, "HULLCHECK_MAX_HIGH: expected a whole number, found 'many'", ""),
        ({"HULLCHECK_MAX_HIGH": "-2"}, {}, "HULLCHECK_MAX_HIGH: -2 is below -1", ""),
        ({"HULLCHECK_OFFLINE": "maybe"}, {}, "HULLCHECK_OFFLINE: expected true or false, found 'maybe'", ""),
        ({"HULLCHECK_COLOR": "pink"}, {}, "HULLCHECK_COLOR: 'pink' is none of auto, always, never", ""),
        ({}, {"max-hihg": 1}, "hullcheck.toml: unknown option 'max-hihg'", "did you mean 'max-high'?"),
        ({}, {"repo": {"platform": "x"}}, "hullcheck.toml: [repo]: unknown option 'platform'", "lists the options"),
        ({}, {"max-high": "3"}, "hullcheck.toml: max-high: expected a number, found '3'", ""),
        ({}, {"max-high": True}, "hullcheck.toml: max-high: expected a number, found True", ""),
        ({}, {"offline": 1}, "hullcheck.toml: offline: expected a flag, found 1", ""),
        ({}, {"format": [1]}, "hullcheck.toml: format: expected a list, found [1]", ""),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_with_its_place(
    environment: Mapping[str, str], file: Mapping[str, object], message: str, hint: str
) -> None:
    with pytest.raises(InvalidParameter) as raised:
        settings("repo", {}, environment, file)
    assert raised.value.message == message
    assert hint in raised.value.hint


def test_an_option_means_the_same_in_every_command() -> None:
    kinds: dict[str, Kind] = {}
    for options in COMMANDS.values():
        assert len({option.name for option in options}) == len(options)
        for option in options:
            assert kinds.setdefault(option.name, option.kind) is option.kind


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("HULLCHECK_MAX_HGIH", "HULLCHECK_MAX_HIGH"),
        ("HULLCHECK_MAX_CRIT", "HULLCHECK_MAX_CRITICAL"),
        ("HULLCHECK_MAXHIGH", "HULLCHECK_MAX_HIGH"),
        ("HULLCHECK_CONFIGS", "HULLCHECK_CONFIG"),
    ],
)
def test_a_misspelt_variable_is_not_passed_over(name: str, meant: str) -> None:
    with pytest.raises(InvalidParameter, match=name) as caught:
        ignored_variables({name: "0"})
    assert caught.value.hint == f"did you mean {meant}?"


def test_variables_that_are_meant_for_somebody_else_are_told_of() -> None:
    """As those that Kubernetes sets for a service, and one of the user's own."""
    others = ("HULLCHECK_PORT", "HULLCHECK_PORT_80_TCP_ADDR", "HULLCHECK_SERVICE_HOST", "HULLCHECK_VERSION")
    options = ("HULLCHECK_FROM", "HULLCHECK_MAX_HIGH", "HULLCHECK_CONFIG", "HULLCHECK_TRACEBACK", "PATH")
    assert ignored_variables({*others, *options}) == others
