"""Cargo: crates of Rust."""

from hullcheck.ecosystems.cargo.auditable import parse_executable
from hullcheck.ecosystems.cargo.lockfile import parse_lockfile
from hullcheck.ecosystems.cargo.manifest import parse_manifest
from hullcheck.ecosystems.cargo.vendored import CHECKSUMS, parse_checksums
from hullcheck.ecosystems.ecosystem import DECLARED, INSTALLED, Analyzer, Ecosystem, Feed
from hullcheck.model.source_file import Wants
from hullcheck.versions.semver import SEMVER

CARGO = Ecosystem(
    name="cargo",
    purl_type="cargo",
    scheme=SEMVER,
    feeds=(Feed("crates.io"),),
    analyzers=(
        Analyzer("cargo-auditable", INSTALLED, Wants(executables=True), parse_executable),
        Analyzer("cargo-lockfile", DECLARED, Wants(names=frozenset({"Cargo.lock"})), parse_lockfile),
        Analyzer("cargo-manifest", DECLARED, Wants(names=frozenset({"Cargo.toml"})), parse_manifest),
        Analyzer("cargo-vendored", DECLARED, Wants(names=frozenset({CHECKSUMS})), parse_checksums),
    ),
)
