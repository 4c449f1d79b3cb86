"""What a new user does first."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.integration.conftest import ROOT, Hullcheck, tool, write

pytestmark = pytest.mark.xdist_group("integration")


def test_the_demonstration_shows_two_scans_that_fail_their_threshold() -> None:
    done = subprocess.run([sys.executable, "-m", "scripts.demo"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "CVE-2021-44228" in done.stdout
    assert "they ended with [50, 50]" in done.stdout


def test_the_wheel_has_all_that_the_command_needs(tmp_path: Path, bare: Hullcheck) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    tool(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, ROOT)
    (wheel,) = tmp_path.glob("hullcheck-*.whl")
    installed = tmp_path / "installed"
    tool(*pip, "install", "--no-deps", "--no-index", "--target", installed, wheel)
    assert (installed / "hullcheck" / "py.typed").exists()
    tree = write(tmp_path / "tree", {"requirements.txt": "django==2.2\n"})
    # What is measured is the source, not this copy of it.
    measured = bare.environment({"PYTHONPATH": str(installed)})
    environment = {name: value for name, value in measured.items() if not name.startswith("COV")}
    command = [sys.executable, "-P", "-m", "hullcheck", "repo", str(tree)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (51, "")
    assert "CVE-2019-14234" in done.stdout
    assert [path.name for path in (installed / "bin").iterdir()] == ["hullcheck"]
