from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.ecosystems.pypi import PYPI
from hullcheck.errors import MalformedFile
from hullcheck.model.source_file import SourceFile

ANALYZERS = {analyzer.name: analyzer for analyzer in PYPI.analyzers}
HEADERS = st.sampled_from(
    ["Name: a\n", "Version: 1\n", "License: x\n", " more\n", "\n", "\r\n", ": \n", "Name:\n", "\x00"]
)
LINES = st.sampled_from(
    [
        "a==1\n",
        "\\\n",
        "# c\n",
        "-r b\n",
        "-e .\n",
        "--hash=x\n",
        "a @ x\n",
        " \\\n",
        "-r\n",
        "-\n",
        "--\n",
        "a;\n",
        "[",
        "-e",
    ]
)


@given(st.lists(HEADERS).map("".join) | st.text())
def test_any_metadata_is_read_or_malformed(text: str) -> None:
    attempt("pypi-installed", "x.dist-info/METADATA", text)


@given(st.lists(LINES).map("".join) | st.text())
def test_any_requirements_are_read_or_malformed(text: str) -> None:
    attempt("pypi-requirements", "requirements.txt", text)


@pytest.mark.parametrize("hostile", ["#" * 100_000, " #" * 50_000, "a " * 50_000, "a\\\n" * 50_000, "-r a\n" * 20_000])
def test_long_requirements_are_read_at_once(hostile: str) -> None:
    attempt("pypi-requirements", "requirements.txt", hostile)


def attempt(name: str, path: str, text: str) -> None:
    with suppress(MalformedFile):
        list(ANALYZERS[name].parse(SourceFile(path, text.encode("utf-8", "surrogatepass"))))
