"""Time and memory of each report of a large result: `python benchmarks/reports.py [FINDINGS]`.

Each report is made in a process of its own; the memory is the peak of that process, the result included.
"""

import resource
import subprocess
import sys
import time

from packageurl import PackageURL

from hullcheck.model.advisory import Advisory, AffectedRange, Reference
from hullcheck.model.coverage import Coverage, Examined, FeedUse
from hullcheck.model.decision import Action, Counts, Decision, Verdict
from hullcheck.model.finding import Finding, Match
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.layer import Image, Layer
from hullcheck.model.package import Location, Package
from hullcheck.model.result import ScanResult
from hullcheck.model.severity import Cvss, Rating, Severity
from hullcheck.model.target import Target, TargetKind

_PER_PACKAGE = 25
_VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
_DETAILS = "A flaw was found in the way that the parser handles “long” input; an attacker can reach memory. " * 8


def large(findings: int) -> ScanResult:
    """Return a result of an image with `findings` findings in a 25th as many packages, and as many advisories / 4."""
    layers = tuple(
        Layer(f"sha256:{n:064x}", f"sha256:{n + 1000:064x}", 10_000_000, "tar+gzip", f"RUN pip install -r {n}.txt")
        for n in range(12)
    )
    packages = tuple(_package(n, layers[n % 12].diff_id) for n in range(-(-findings // _PER_PACKAGE)))
    advisories = tuple(map(_advisory, range(max(1, findings // 4))))
    found = tuple(
        _finding(n, packages[n // _PER_PACKAGE], advisories[(n * 7919) % len(advisories)]) for n in range(findings)
    )
    found = tuple(sorted(found, key=lambda finding: (finding.severity.rank, finding.package.place, finding.id)))
    image = Image("sha256:1", "sha256:2", ("shop:1",), "linux/amd64", "", "", (), layers)
    share = findings // 4
    return ScanResult(
        "0.1.0",
        "2026-01-01T00:00:00Z",
        Target(TargetKind.IMAGE, "registry.example/shop:1", "registry", image),
        None,
        packages,
        found,
        Counts(share, share, share, share, 0, 0),
        Coverage(
            (Examined("pypi-installed", len(packages), len(packages)),),
            (FeedUse("PyPI", "", len(packages), 17_000, "2026-01-01T00:00:00Z", "2025-12-31T00:00:00Z", "mirror"),),
            (Gap(GapKind.MALFORMED, "a.json", "not JSON"),),
        ),
        Decision(Verdict.INCOMPLETE, Action.NONE, (), ("the scan is incomplete",)),
    )


def _package(number: int, layer: str) -> Package:
    place = f"opt/app-{number % 40}/lib/python3.11/site-packages"
    path = f"{place}/package_{number}-1.{number}.0.dist-info/METADATA"
    return Package(PackageURL("pypi", None, f"package-{number}", f"1.{number}.0"), (Location(path, layer),), place)


def _advisory(number: int) -> Advisory:
    name = f"PYSEC-2025-{number}"
    return Advisory(
        name,
        "PyPI",
        (f"CVE-2025-{10_000 + number}", f"GHSA-{number:04x}-{number:04x}-{number:04x}"),
        (),
        f"The parser of package reads beyond its buffer, case {number}",
        f"{number}: {_DETAILS}",
        "2025-01-01T00:00:00Z",
        "2025-02-01T00:00:00Z",
        (Cvss("3.1", _VECTOR, 9.8, name),),
        (Rating(Severity.HIGH, "GitHub"),),
        ("CWE-125",),
        tuple(Reference("WEB", f"https://advisories.example/{name}/{n}") for n in range(4)),
    )


def _finding(number: int, package: Package, advisory: Advisory) -> Finding:
    severity = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)[number % 4]
    fixed = f"2.{number % 9}.0" if number % 3 else ""
    match = Match(advisory, AffectedRange("0", fixed), f"{package.purl.name} {package.purl.version}", fixed)
    return Finding(
        f"{number:032x}",
        advisory.aliases[0],
        (advisory.aliases[1], advisory.id),
        package,
        severity,
        f"{advisory.id} (CVSS 3.1)",
        advisory.cvss,
        fixed,
        advisory.summary,
        (match,),
        epss=0.01,
        epss_percentile=0.5,
        kev_added="2025-03-01" if number % 50 == 0 else "",
    )


def _measure(name: str, findings: int) -> None:
    from hullcheck.reports.table import report

    result = large(findings)
    before = _peak()
    start, cpu = time.perf_counter(), time.process_time()
    text = report(name).render(result)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    size = len(text) / 1e6
    print(f"{name:8} {wall:5.2f} s, {cpu:5.2f} s CPU, {size:6.1f} MB, peak {_peak():3.0f} MB ({before:.0f} before)")


def _peak() -> float:
    """Return the peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _main(arguments: list[str]) -> None:
    findings = int(arguments[0]) if arguments else 50_000
    if len(arguments) > 1:
        _measure(arguments[1], findings)
        return
    from hullcheck.reports.table import REPORTS

    for entry in REPORTS:
        subprocess.run([sys.executable, __file__, str(findings), entry.name], check=True)


if __name__ == "__main__":
    _main(sys.argv[1:])
