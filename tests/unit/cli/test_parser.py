import pytest

from hullcheck.cli.parser import LIST, build, parse
from hullcheck.config.options import COMMANDS
from hullcheck.errors import InvalidParameter
from hullcheck.reports.table import REPORTS


def test_only_what_is_given_is_a_flag() -> None:
    call = parse(["repo", ".", "--max-high", "3", "--format", "json,table", "--format", "sarif", "--offline"])
    assert (call.command, call.operand) == ("repo", ".")
    assert call.flags == {"max-high": 3, "format": ("json", "table", "sarif"), "offline": True}


def test_a_flag_can_be_switched_off() -> None:
    assert parse(["repo", ".", "--no-offline"]).flags == {"offline": False}


def test_commands_of_two_words_are_one_command() -> None:
    call = parse(["db", "build", "--from", "/srv/osv"])
    assert (call.command, call.flags) == ("db build", {"from": "/srv/osv"})


@pytest.mark.parametrize("reference", ["-", "-:app:1", "docker-archive:-"])
@pytest.mark.parametrize("before", [[], ["--max-high", "3"], ["--"]])
def test_an_image_on_stdin_is_no_option(before: list[str], reference: str) -> None:
    call = parse(["image", *before, reference])
    assert (call.operand, call.flags) == (reference, {"max-high": 3} if len(before) > 1 else {})
    if before != ["--"]:
        assert parse(["image", reference, *before]) == call


def test_every_command_with_options_can_be_called() -> None:
    assert set(COMMANDS) <= {command.words for command in LIST}


@pytest.mark.parametrize(
    "arguments",
    [[], ["repo"], ["db"], ["repo", ".", "extra"], ["repo", ".", "--max-high", "x"], ["repo", ".", "--max"]],
)
def test_what_cannot_be_meant_is_refused(arguments: list[str]) -> None:
    with pytest.raises(InvalidParameter):
        parse(arguments)


def test_help_names_every_option_and_its_default_is_said() -> None:
    text = build().format_help()
    assert all(command.words.split()[0] in text for command in LIST)


def test_help_names_every_format() -> None:
    (option,) = (option for option in COMMANDS["convert"] if option.name == "format")
    assert option.help.startswith(", ".join(report.name for report in REPORTS))
