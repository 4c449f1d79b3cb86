"""npm: JavaScript packages."""

from hullcheck.ecosystems.ecosystem import DECLARED, INSTALLED, Analyzer, Ecosystem, Feed
from hullcheck.ecosystems.npm.installed import parse_installed
from hullcheck.ecosystems.npm.lockfile import parse_lockfile
from hullcheck.ecosystems.npm.manifest import parse_manifest
from hullcheck.model.source_file import Wants
from hullcheck.versions.semver import SEMVER

NPM = Ecosystem(
    name="npm",
    purl_type="npm",
    scheme=SEMVER,
    feeds=(Feed("npm"),),
    analyzers=(
        Analyzer("npm-installed", INSTALLED, Wants(names=frozenset({"package.json"})), parse_installed),
        Analyzer(
            "npm-lockfile",
            DECLARED,
            Wants(names=frozenset({"package-lock.json", "npm-shrinkwrap.json"})),
            parse_lockfile,
        ),
        Analyzer("npm-manifest", DECLARED, Wants(names=frozenset({"package.json"})), parse_manifest),
    ),
)
