"""What a person at a terminal sees."""

import os
import pty
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.integration.conftest import COMMAND, Hullcheck, write

pytestmark = pytest.mark.xdist_group("integration")

RED = "\x1b["


def at_terminal(hullcheck: Hullcheck, *arguments: str | Path, env: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Run the command with a terminal for stdout and stderr, and return its exit code and what it wrote."""
    environment = hullcheck.environment({"TERM": "xterm-256color", "COLUMNS": "100", **(env or {})})
    ours, theirs = pty.openpty()
    command = [str(COMMAND), *(str(argument) for argument in arguments)]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    written = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux says EIO when the other side is closed.
            break
        if not piece:
            break
        written += piece
    os.close(ours)
    return process.wait(timeout=60), written.decode()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return write(tmp_path / "tree", {"requirements.txt": "jinja2==2.10\n"})


def test_a_terminal_gets_colours(hullcheck: Hullcheck, tree: Path) -> None:
    code, shown = at_terminal(hullcheck, "repo", tree)
    assert code == 51
    assert "CVE-2019-10906" in shown
    assert RED in shown


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_one_that_wants_none_gets_none(hullcheck: Hullcheck, tree: Path, env: Mapping[str, str]) -> None:
    _, shown = at_terminal(hullcheck, "repo", tree, env=env)
    assert "\x1b[3" not in shown
    assert "\x1b[1m" not in shown


def test_a_pipe_gets_colours_only_when_asked(hullcheck: Hullcheck, tree: Path) -> None:
    assert RED not in hullcheck("repo", tree).out
    assert RED in hullcheck("repo", tree, "--color", "always").out


def test_long_work_shows_progress_at_a_terminal_and_leaves_no_trace(hullcheck: Hullcheck, layout: Path) -> None:
    _, shown = at_terminal(hullcheck, "image", layout, "-q", "-f", "json")
    assert "layers" not in shown.partition("{")[0]
    _, shown = at_terminal(hullcheck, "image", layout, "-o", "json=/dev/null")
    assert "layers" in shown
    assert "%" in shown
    assert shown.rstrip().endswith("wrote json to /dev/null")


def test_progress_is_never_shown_elsewhere(hullcheck: Hullcheck, layout: Path) -> None:
    assert hullcheck("image", layout, "-f", "json").err == ""
