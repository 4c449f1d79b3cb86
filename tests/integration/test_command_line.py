"""The installed command as pipelines and people call it."""

import json
import signal
import subprocess
import time
import zipfile
from pathlib import Path

import pytest
from tests.integration.conftest import COMMAND, FEEDS, SHARED, Hullcheck, tool, write

from hullcheck import __version__

pytestmark = pytest.mark.xdist_group("integration")

LODASH = {
    "web/package-lock.json": json.dumps(
        {
            "lockfileVersion": 3,
            "packages": {
                "": {"name": "web", "dependencies": {"lodash": "^4.17.0"}},
                "node_modules/lodash": {"version": "4.17.20"},
            },
        }
    )
}
CLEAN = {"web/package-lock.json": LODASH["web/package-lock.json"].replace("4.17.20", "4.17.21")}
NOTHING = {"README.md": "no manifest\n"}
BROKEN = {"package-lock.json": "{ not json"}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return write(tmp_path / "tree", LODASH)


def test_a_tree_without_flaws_passes(hullcheck: Hullcheck, tmp_path: Path) -> None:
    run = hullcheck("repo", write(tmp_path / "tree", CLEAN), "--max-high", "0")
    assert (run.code, run.err) == (0, "")
    assert "PASSED" in run.out


def test_without_thresholds_findings_do_not_fail(hullcheck: Hullcheck, tree: Path) -> None:
    assert hullcheck("repo", tree).code == 0


def test_an_exceeded_threshold_has_its_own_code(hullcheck: Hullcheck, tree: Path) -> None:
    assert hullcheck("repo", tree, "--max-high", "0").code == 50
    assert hullcheck("repo", tree, "--max-high", "100", "--max-critical", "0").code == 0


def test_what_could_not_be_looked_at_has_its_own_code_unless_allowed(hullcheck: Hullcheck, tmp_path: Path) -> None:
    broken = write(tmp_path / "broken", BROKEN)
    run = hullcheck("repo", broken)
    assert run.code == 51
    assert "package-lock.json: not JSON" in run.out
    allowed = hullcheck("repo", broken, "--allow-incomplete")
    assert allowed.code == 0
    assert "package-lock.json: not JSON" in allowed.out


def test_a_directory_without_manifests_does_not_pass(hullcheck: Hullcheck, tmp_path: Path) -> None:
    run = hullcheck("repo", write(tmp_path / "tree", NOTHING))
    assert run.code == 51
    assert "no manifest or lock file was found" in run.out


def test_unpinned_requirements_are_stated(hullcheck: Hullcheck, tmp_path: Path) -> None:
    run = hullcheck("repo", write(tmp_path / "tree", {"requirements.txt": "flask>=1\nrequests\n"}), "-f", "json")
    assert run.code == 51
    (gap,) = run.json()["coverage"]["gaps"]
    assert (gap["kind"], gap["subject"]) == ("unresolved", "requirements.txt")


def test_what_was_left_out_on_demand_is_stated(hullcheck: Hullcheck, tree: Path) -> None:
    run = hullcheck("repo", tree, "--exclude-dirs", "web,docs/", "--exclude-files", "*.lock", "-f", "json")
    assert run.json()["coverage"]["excluded"] == ["web/", "docs/", "*.lock"]
    assert (
        "left out    web/, docs/, *.lock (as you asked)"
        in hullcheck("repo", tree, "--exclude-dirs", "web,docs", "--exclude-files", "*.lock").out
    )


def test_all_reports_of_a_run_are_written_and_follow_their_schemas(
    hullcheck: Hullcheck, tree: Path, tmp_path: Path
) -> None:
    run = hullcheck(
        "repo", tree, "--format", "table,json,sarif", "--output-dir", "reports", "-o", "json=mine.json", cwd=tmp_path
    )
    assert run.code == 0
    (sarif,) = (tmp_path / "reports").glob("*-Report.sarif.json")
    (result,) = (tmp_path / "reports").glob("*-ScanResult.json")
    assert (tmp_path / "mine.json").read_bytes() == result.read_bytes()
    assert "lodash" in run.out
    tool(Path(COMMAND).parent / "python", SHARED / "schemas" / "validate.py", "sarif", sarif)


def test_the_same_input_gives_the_same_bytes(hullcheck: Hullcheck, tree: Path) -> None:
    for name in ("json", "sarif", "table"):
        assert hullcheck("repo", tree, "-f", name).out == hullcheck("repo", tree, "-f", name).out


def test_a_saved_result_is_converted_without_a_scan(hullcheck: Hullcheck, tree: Path, tmp_path: Path) -> None:
    scanned = hullcheck("repo", tree, "-f", "sarif", "-o", f"json={tmp_path / 'result.json'}")
    converted = hullcheck("convert", tmp_path / "result.json", "-f", "sarif")
    assert converted.code == 0
    assert converted.out == scanned.out


def test_pipeline_outputs_are_lines_of_key_and_value(hullcheck: Hullcheck, tree: Path, tmp_path: Path) -> None:
    run = hullcheck(
        *("repo", tree, "--max-high", "0", "--outputs", "outputs.env"),
        *("-o", "sarif=a.sarif", "-o", "json=a.json"),
        cwd=tmp_path,
    )
    assert run.code == 50
    values = dict(line.split("=", 1) for line in (tmp_path / "outputs.env").read_text().splitlines())
    counts = json.loads((tmp_path / "a.json").read_text())["counts"]
    assert values == {
        "vulnerability_count": str(counts["total"]),
        "critical_count": str(counts["critical"]),
        "high_count": str(counts["high"]),
        "medium_count": str(counts["medium"]),
        "low_count": str(counts["low"]),
        "policy_result": "NONE",
        "scan_passed": "false",
        "sarif_path": "a.sarif",
        "json_path": "a.json",
        "sbom_path": "",
    }


def test_options_come_from_flags_environment_and_file(hullcheck: Hullcheck, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "hullcheck.toml").write_text("[repo]\nmax-high = 0\n")
    run = hullcheck("repo", tree, cwd=tmp_path)
    assert (run.code, run.err) == (50, "hullcheck: options are also from hullcheck.toml\n")
    assert hullcheck("repo", tree, cwd=tmp_path, env={"HULLCHECK_MAX_HIGH": "9"}).code == 0
    assert hullcheck("repo", tree, "--max-high", "0", cwd=tmp_path, env={"HULLCHECK_MAX_HIGH": "9"}).code == 50
    other = write(tmp_path / "other", {"own.toml": "max-high = 9\n"}) / "own.toml"
    assert hullcheck("repo", tree, "--config", other, cwd=tmp_path).code == 0


def test_a_misspelt_variable_does_not_switch_a_threshold_off(hullcheck: Hullcheck, tree: Path) -> None:
    run = hullcheck("repo", tree, env={"HULLCHECK_MAX_HIHG": "0"})
    assert (run.code, run.err.count("\n")) == (2, 1)
    assert "did you mean HULLCHECK_MAX_HIGH?" in run.err
    other = hullcheck("repo", tree, env={"HULLCHECK_VERSION": "1"})
    assert other.code == 0
    assert "warning: HULLCHECK_VERSION: no option has this variable" in other.err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["repo"], 2, "the following arguments are required: PATH"),
        (["frobnicate"], 2, "invalid choice"),
        (["repo", ".", "--max-hihg", "0"], 2, "unrecognized arguments: --max-hihg"),
        (["repo", ".", "--max-high", "-2"], 2, "--max-high: -2 is below -1"),
        (["repo", ".", "--format", "sarfi"], 2, "unknown report format 'sarfi'"),
        (["repo", ".", "--format", "json,sarif"], 2, "2 formats, and one stdout"),
        (["repo", ".", "--output", "json"], 2, "expected FORMAT=FILE"),
        (["repo", ".", "--config", "none.toml"], 2, "none.toml: cannot be read"),
        (["repo", "missing"], 5, "missing"),
        (["rootfs", "/etc/hostname"], 5, "/etc/hostname"),
        (["image", "./missing.tar"], 7, "./missing.tar: no such file"),
        (["image", "/etc/hostname"], 7, "/etc/hostname"),
        (["image", "app:not!a!tag"], 2, "app:not!a!tag"),
        (["sbom", "missing.json"], 10, "missing.json"),
        (["sbom", "/etc/hostname"], 10, "/etc/hostname"),
        (["convert", "missing.json"], 2, "missing.json"),
        (["convert", "/etc/hostname"], 2, "/etc/hostname"),
        (["db", "build"], 2, "--from is missing"),
        (["db", "build", "--from", "missing", "--db-dir", "new"], 40, "missing: no such folder"),
        (["completion", "fish"], 2, "unknown shell 'fish'"),
        (["repo", ".", "-o", "json=/proc/none/x.json"], 33, "/proc/none/x.json: cannot be written"),
        (["repo", ".", "-o", "json=/dev/full"], 33, "/dev/full: cannot be written: No space left on device"),
    ],
)
def test_a_mistake_ends_in_one_line_and_its_code(
    hullcheck: Hullcheck, tree: Path, arguments: list[str], code: int, message: str
) -> None:
    before = sorted(tree.rglob("*"))
    run = hullcheck(*arguments, cwd=tree)
    assert run.code == code, run.err
    assert message in run.err
    assert run.err.startswith("hullcheck: error: ")
    assert run.err.count("\n") == 1
    assert sorted(tree.rglob("*")) == before


def test_a_report_that_stdout_cannot_take_is_an_error(hullcheck: Hullcheck, tree: Path) -> None:
    with Path("/dev/full").open("w") as full:
        environment = hullcheck.environment()
        done = subprocess.run(
            [COMMAND, "repo", tree], stdout=full, stderr=subprocess.PIPE, check=False, env=environment
        )
    assert done.returncode == 33
    assert b"stdout: cannot be written: No space left on device" in done.stderr


def test_a_reader_that_goes_away_is_no_news(hullcheck: Hullcheck, tree: Path) -> None:
    environment = hullcheck.environment()
    command = f"set -o pipefail; {COMMAND} repo {tree} -f json --max-high 0 | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (50, "")


@pytest.mark.parametrize(
    ("closed", "code"), [(">&-", 33), ("2>&-", 0), ("<&-", 0), ("-q -o json=/dev/null >&- 2>&-", 0)]
)
@pytest.mark.parametrize("name", ["json", "table"])
def test_what_is_closed_is_only_missed_where_a_result_goes(
    hullcheck: Hullcheck, tree: Path, name: str, closed: str, code: int
) -> None:
    asked = "" if "-o" in closed else f"-f {name}"
    command = f"{COMMAND} repo {tree} {asked} {closed}"
    done = subprocess.run(["bash", "-c", command], check=False, env=hullcheck.environment(), stdout=subprocess.PIPE)
    assert done.returncode == code


def test_the_version_and_help_are_there(hullcheck: Hullcheck) -> None:
    assert hullcheck("--version").out == hullcheck("version").out == f"hullcheck {__version__}\n"
    assert "exit codes:" in hullcheck("--help").out
    for command in (["image"], ["repo"], ["rootfs"], ["sbom"], ["db"], ["db", "build"], ["convert"], ["completion"]):
        run = hullcheck(*command, "--help")
        assert (run.code, run.err) == (0, "")
    assert "examples:" in hullcheck("image", "--help").out


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_scripts_know_the_options(hullcheck: Hullcheck, shell: str) -> None:
    assert "max-critical" in hullcheck("completion", shell).out


class TestDatabase:
    def test_status_says_what_there_is_and_from_when(self, hullcheck: Hullcheck) -> None:
        run = hullcheck("db", "status")
        assert run.code == 0
        assert "Debian:12" in run.out
        assert "data until 2023-07-14" in run.out

    def test_an_empty_database_is_said_to_be_empty(self, bare: Hullcheck) -> None:
        assert "empty" in bare("db", "status").out

    def test_without_a_database_and_network_the_starter_set_says_that_it_is_one(
        self, bare: Hullcheck, tree: Path
    ) -> None:
        run = bare("repo", tree)
        assert run.code == 51
        assert "CVE-2021-23337" in run.out
        assert "starter set" in run.out
        assert "hullcheck db update" in run.out

    def test_a_database_that_cannot_be_used_is_an_error_and_not_replaced_by_the_starter_set(
        self, bare: Hullcheck, tree: Path
    ) -> None:
        bare.database.mkdir()
        (bare.database / "npm.sqlite").write_bytes(b"SQLite format 3\0" + bytes(5000))
        run = bare("repo", tree)
        assert run.code == 40
        assert run.err.count("\n") == 1
        assert "npm.sqlite" in run.err

    def test_a_directory_that_cannot_be_written_is_one_warning(self, bare: Hullcheck, tree: Path) -> None:
        """Nobody, not even root, can make a directory in /sys."""
        environment = {"HULLCHECK_OFFLINE": "0", "HULLCHECK_DB_DIR": "/sys/hullcheck"}
        run = bare("repo", tree, "--db-source", str(FEEDS), env=environment)
        assert run.code == 51
        assert run.err.count("\n") == 1
        assert "warning: could not be downloaded: common, npm: /sys/hullcheck" in run.err
        assert "cannot be written" in run.err
        assert "starter set" in run.out
        built = bare("db", "build", "--from", FEEDS, env=environment)
        assert built.code == 40


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_ends_in_one_line_and_leaves_nothing(
    bare: Hullcheck, tmp_path: Path, sent: signal.Signals
) -> None:
    """The feed is large enough for the build to be in the middle of its work when the signal comes."""
    feed = tmp_path / "feeds" / "npm"
    feed.mkdir(parents=True)
    with zipfile.ZipFile(feed / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        record = json.dumps({"id": "X-1", "modified": "2026-01-01T00:00:00Z", "details": "x" * 1000, "affected": []})
        for number in range(60_000):
            archive.writestr(f"{number}.json", record.replace("X-1", f"X-{number}"))
    # As from a terminal: a shell that runs the tests in the background has them ignore SIGINT, which is inherited.
    command = [
        "env",
        f"--default-signal={sent.name[3:]}",
        str(COMMAND),
        "db",
        "build",
        "--from",
        str(tmp_path / "feeds"),
    ]
    # What measures coverage holds a lock while it traces, which an interruption never gives back: it is left out.
    environment = {name: value for name, value in bare.environment().items() if not name.startswith("COV")}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        deadline = time.monotonic() + 30
        while not list(bare.home.glob("db/*.sqlite.new*")) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(sent)
        try:
            _, err = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 130
    assert err.strip() == "hullcheck: interrupted, nothing is left half-written"
    assert [path.name for path in bare.database.iterdir() if not path.name.endswith(".lock")] == []
