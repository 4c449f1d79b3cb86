"""`make demo`: build a small image out of real packages, scan it and a matching source tree, show what comes out.

Only pip uses the network, and only the first time. The built-in starter set stands in for the advisory database.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from scripts.demo.content import OS_RELEASE, PYTHON_PACKAGES, SOURCE_TREE, dpkg_status
from scripts.demo.oci_layout import LayerFiles, read_tree, write_layout

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "demo"
HULLCHECK = Path(sys.executable).parent / "hullcheck"

# What the demonstration can end with: its thresholds are exceeded, as they should be.
EXPECTED = 50


def main() -> int:
    """Build, scan, and say what the exit codes meant."""
    site_packages = fetch_packages(BUILD / "site-packages")
    image, tree = build_image(BUILD / "image", site_packages), build_tree(BUILD / "source")
    reports = BUILD / "reports"
    codes = [
        scan("image", image, reports, "--max-critical", "0"),
        scan("repo", tree, reports, "--max-critical", "0"),
    ]
    sys.stdout.write("\nReports:\n")
    for report in sorted(reports.iterdir()):
        sys.stdout.write(f"  {report.relative_to(ROOT)}  ({report.stat().st_size:,} bytes)\n")
    sys.stdout.write(f"\nBoth scans must fail their threshold (exit code {EXPECTED}); they ended with {codes}.\n")
    return 0 if codes == [EXPECTED, EXPECTED] else 1


def fetch_packages(directory: Path) -> Path:
    """Install the old packages into `directory`, as files only: nothing of them runs."""
    if not directory.exists():
        say("Fetching", ", ".join(PYTHON_PACKAGES))
        partial = directory.with_suffix(".partial")
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile", "--only-binary", ":all:"]
        command = [sys.executable, "-m", "pip", "install", *options, "--target", str(partial), *PYTHON_PACKAGES]
        subprocess.run(command, check=True)
        partial.rename(directory)
    return directory


def build_image(directory: Path, site_packages: Path) -> Path:
    """Write the image as an OCI layout."""
    base = {"etc/os-release": OS_RELEASE.encode(), "var/lib/dpkg/status": dpkg_status().encode()}
    installed = read_tree(site_packages, "usr/local/lib/python3.9/site-packages")
    layers = [
        LayerFiles("ADD debian-11-rootfs.tar.xz / # buildkit", base),
        LayerFiles("RUN pip install -r requirements.txt # buildkit", installed),
        LayerFiles("COPY app.py /app/ # buildkit", {"app/app.py": b"print('ahoy')\n"}),
    ]
    write_layout(directory, "demo", layers)
    return directory


def build_tree(directory: Path) -> Path:
    """Write the source tree."""
    for name, text in SOURCE_TREE.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return directory


def scan(command: str, target: Path, reports: Path, *options: str) -> int:
    """Run Hullcheck as a user would, and return its exit code."""
    written = ["--format", "table,json,sarif", "--output-dir", str(reports.relative_to(ROOT))]
    arguments = [command, str(target.relative_to(ROOT)), "--offline", *written, *options]
    say("$ hullcheck", " ".join(arguments))
    started = time.monotonic()
    # Its own directory for the database: what the user has already downloaded must not change the demonstration.
    environment = {**os.environ, "HULLCHECK_DB_DIR": str(BUILD / "db")}
    code = subprocess.run([HULLCHECK, *arguments], cwd=ROOT, env=environment, check=False).returncode
    say(f"exit code {code}, {time.monotonic() - started:.2f} s")
    return code


def say(*words: str) -> None:
    """Print a line at once, before what the scanner prints."""
    sys.stdout.write("\n" + " ".join(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
