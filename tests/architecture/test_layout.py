"""What the architecture promises, and import contracts cannot say."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "hullcheck"

PURE = (
    "model",
    "formats",
    "versions",
    "codec",
    "ecosystems",
    "inventory",
    "resolution",
    "matching",
    "policy",
    "reports",
)

# What reaches a disk, a network, a clock or the environment.
OUTSIDE = {
    "os",
    "pathlib",
    "socket",
    "ssl",
    "subprocess",
    "shutil",
    "tempfile",
    "time",
    "urllib3",
    "platformdirs",
    "glob",
}
# The one place in them that is about a disk: what is known of layers is kept there.
CACHE = SOURCE / "inventory" / "layer_cache.py"
SIBLINGS = ("ecosystems", "reports")


def modules(*parts: str) -> Iterator[Path]:
    for part in parts:
        path = SOURCE / part
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("part", PURE)
def test_what_is_pure_imports_nothing_that_reaches_the_outside(part: str) -> None:
    found = [
        f"{path.relative_to(SOURCE)}: {name}"
        for path in modules(part)
        for name in imports(path)
        if name.split(".")[0] in OUTSIDE and path != CACHE
    ]
    assert found == []


@pytest.mark.parametrize("part", PURE)
def test_what_is_pure_asks_no_clock_and_opens_nothing(part: str) -> None:
    calls = {"open", "input", "print", "now", "utcnow", "today"}
    found = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for path in modules(part)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in calls
    ]
    assert found == []


def test_only_net_opens_sockets() -> None:
    sockets = {"socket", "ssl", "urllib3", "http", "urllib.request", "asyncio", "ftplib", "smtplib"}
    found = [
        f"{path.relative_to(SOURCE)}: {name}"
        for path in SOURCE.rglob("*.py")
        if path.relative_to(SOURCE).parts[0] != "net"
        for name in imports(path)
        if name.split(".")[0] in sockets and name != "http.HTTPStatus"
    ]
    assert found == []


@pytest.mark.parametrize("folder", SIBLINGS)
def test_siblings_do_not_import_each_other(folder: str) -> None:
    found = []
    for home in (path for path in (SOURCE / folder).iterdir() if path.is_dir() and path.name != "__pycache__"):
        others = {path.name for path in (SOURCE / folder).iterdir() if path.is_dir()} - {home.name}
        for path in home.rglob("*.py"):
            for name in imports(path):
                parts = name.split(".")
                if parts[:2] == ["hullcheck", folder] and len(parts) > 2 and parts[2] in others:
                    found.append(f"{path.relative_to(SOURCE)}: {name}")
    assert found == []


def test_every_module_has_its_place_in_the_layers() -> None:
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = configuration["tool"]["importlinter"]["contracts"][0]["layers"]
    placed = {name.strip().split(".")[1] for layer in layers for name in layer.split("|")}
    there = {path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert there - placed == {"__init__", "__main__"}


def test_records_of_the_model_are_frozen_and_slotted() -> None:
    loose = []
    for path in modules("model"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ClassDef) or any(isinstance(base, ast.Name) for base in node.bases):
                continue
            if not any("frozen=True, slots=True" in ast.unparse(decorator) for decorator in node.decorator_list):
                loose.append(f"{path.name}: {node.name}")
    assert loose == []
