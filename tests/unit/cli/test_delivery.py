from pathlib import Path

import pytest

from hullcheck.cli.delivery import Plan, plan
from hullcheck.config.options import COMMANDS, Value
from hullcheck.config.settings import Settings
from hullcheck.errors import InvalidParameter


def planned(**given: Value) -> Plan:
    values: dict[str, Value] = {option.name: option.default for option in COMMANDS["repo"]}
    return plan(Settings(values | {name.replace("_", "-"): value for name, value in given.items()}))


def shown(wanted: Plan) -> str:
    return wanted.shown.name if wanted.shown else ""


def test_the_table_is_shown_when_nothing_is_asked_for() -> None:
    wanted = planned()
    assert (shown(wanted), wanted.named, wanted.collected) == ("table", (), ())


def test_one_format_goes_to_stdout() -> None:
    assert shown(planned(format=("sarif",))) == "sarif"


def test_with_a_directory_the_table_alone_is_shown() -> None:
    wanted = planned(format=("json", "table", "sarif", "json"), output_dir="reports")
    assert shown(wanted) == "table"
    assert [report.name for report in wanted.collected] == ["json", "sarif"]


def test_with_files_alone_nothing_is_shown() -> None:
    wanted = planned(output=("json=a.json", "sarif=dir/b=c.sarif"))
    assert shown(wanted) == ""
    assert [(report.name, path) for report, path in wanted.named] == [
        ("json", Path("a.json")),
        ("sarif", Path("dir/b=c.sarif")),
    ]


@pytest.mark.parametrize("output", ["json", "json=", "=a.json", "jsno=a.json"])
def test_an_output_names_a_format_and_a_file(output: str) -> None:
    with pytest.raises(InvalidParameter):
        planned(output=(output,))


@pytest.mark.parametrize(
    "given",
    [
        {"output": ("json=a", "sarif=a")},
        {"output": ("json=a", "json=./b/../a")},
        {"output": ("json=a",), "outputs": "a"},
    ],
)
def test_a_file_is_for_one_document(given: dict[str, Value]) -> None:
    with pytest.raises(InvalidParameter, match="a: named for 2 documents"):
        planned(**given)


def test_a_dash_is_no_file() -> None:
    with pytest.raises(InvalidParameter, match="- is no file") as raised:
        planned(output=("json=-",))
    assert "--format json" in raised.value.hint


def test_a_device_takes_any_number_of_documents() -> None:
    assert len(planned(output=("json=/dev/null", "sarif=/dev/null")).named) == 2


def test_several_formats_need_a_directory() -> None:
    with pytest.raises(InvalidParameter, match="2 formats, and one stdout"):
        planned(format=("json", "sarif"))
