"""Real images, a real registry and the installed command."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
FEEDS = SHARED / "feeds"
COMMAND = Path(sys.executable).parent / "hullcheck"

# A time at which the newest of the feeds are two months old, whenever the tests run.
NOW = "1787270400"  # 2026-08-21


@dataclass(frozen=True)
class Run:
    """What a command left behind."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Return stdout as JSON."""
        return json.loads(self.out)

    def findings(self) -> dict[str, Any]:
        """Return the findings of a JSON report, by "name id"."""
        return {f"{f['package']['purl'].partition('@')[0]} {f['id']}": f for f in self.json()["findings"]}


def tool(*arguments: str | Path, **options: Any) -> None:
    """Run a tool that must succeed."""
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, f"{arguments}: {done.stderr}"


@dataclass(frozen=True)
class Hullcheck:
    """Runs the installed command."""

    home: Path
    database: Path

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment that the command runs in: a home of its own, off-line, at a set time."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "HULLCHECK_DB_DIR": str(self.database),
            "HULLCHECK_OFFLINE": "1",
            # Engines of the machine have no say in what is found; tests of engines name theirs.
            "HULLCHECK_IMAGE_SOURCE": "registry",
            "SOURCE_DATE_EPOCH": NOW,
            **{name: value for name, value in os.environ.items() if name.startswith("COV")},
            **(more or {}),
        }

    def __call__(
        self,
        *arguments: str | Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stdin: str | None = None,
    ) -> Run:
        done = subprocess.run(
            [COMMAND, *(str(argument) for argument in arguments)],
            capture_output=True,
            text=True,
            check=False,
            env=self.environment(env),
            cwd=cwd or self.home,
            input=stdin,
            timeout=600,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Run(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database built from all feeds, by the command that users build it with."""
    directory = tmp_path_factory.mktemp("database")
    run = Hullcheck(tmp_path_factory.mktemp("home"), directory)("db", "build", "--from", FEEDS)
    assert run.code == 0, run.err
    return directory


@pytest.fixture
def hullcheck(tmp_path: Path, database: Path) -> Hullcheck:
    """Return the command, off-line, with the database."""
    home = tmp_path / "home"
    home.mkdir()
    return Hullcheck(home, database)


@pytest.fixture
def bare(tmp_path: Path) -> Hullcheck:
    """Return the command, off-line, without a database."""
    home = tmp_path / "bare"
    home.mkdir()
    return Hullcheck(home, home / "db")


@pytest.fixture(scope="session")
def debian_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a tar archive of the root of a real Debian 12, which mmdebstrap makes without being root."""
    archive = tmp_path_factory.mktemp("debian") / "root.tar"
    tool("mmdebstrap", "--quiet", "--variant=minbase", "bookworm", archive)
    return archive


@pytest.fixture(scope="session")
def debian(debian_archive: Path) -> Path:
    """Return the root of a real Debian 12, but for its devices."""
    root = debian_archive.with_suffix("")
    root.mkdir()
    tool("tar", "-C", root, "--exclude=./dev", "-xf", debian_archive)
    return root


def pack(archive: Path, directory: Path) -> Path:
    """Return `archive`, a tar that GNU tar made of `directory`."""
    tool("tar", "--numeric-owner", "--sort=name", "-C", directory, "-cf", archive, ".")
    return archive


@pytest.fixture(scope="session")
def layout(tmp_path_factory: pytest.TempPathFactory, debian_archive: Path) -> Path:
    """Return an OCI layout, made by umoci: Debian, an application, and a layer that removes parts of it."""
    work = tmp_path_factory.mktemp("image")
    layout = work / "layout"
    image = f"{layout}:app"
    tool("umoci", "init", "--layout", layout)
    tool("umoci", "new", "--image", image)
    layers = (
        ("ADD rootfs.tar / # buildkit", debian_archive),
        ("RUN pip install jinja2 django", pack(work / "app.tar", application(work / "app"))),
        ("RUN rm -r /srv/old /opt/tool", pack(work / "removed.tar", removal(work / "removed"))),
    )
    for created_by, archive in layers:
        tool("umoci", "raw", "add-layer", "--image", image, "--history.created_by", created_by, archive)
    tool("umoci", "config", "--image", image, "--config.user", "app", "--config.label", "team=sea")
    tool("umoci", "gc", "--layout", layout)
    return layout


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Return `root` with `files` in it."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def distribution_info(name: str, version: str) -> str:
    """Return the METADATA of an installed Python package."""
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\n"


def manifest(name: str, version: str) -> str:
    """Return the package.json of an installed npm package."""
    return json.dumps({"name": name, "version": version})


def application(root: Path) -> Path:
    """Write what the second layer brings."""
    site_packages = "usr/local/lib/python3.11/site-packages"
    return write(
        root,
        {
            f"{site_packages}/Jinja2-2.10.dist-info/METADATA": distribution_info("Jinja2", "2.10"),
            f"{site_packages}/Django-2.2.dist-info/METADATA": distribution_info("Django", "2.2"),
            "srv/web/node_modules/lodash/package.json": manifest("lodash", "4.17.20"),
            "srv/old/node_modules/minimist/package.json": manifest("minimist", "0.0.8"),
            "opt/tool/node_modules/lodash/package.json": manifest("lodash", "4.17.4"),
        },
    )


def removal(root: Path) -> Path:
    """Write a whiteout, an opaque directory, and what lies in it now."""
    return write(
        root,
        {
            "srv/.wh.old": "",
            "opt/tool/.wh..wh..opq": "",
            "opt/tool/node_modules/lodash/package.json": manifest("lodash", "4.17.21"),
        },
    )
