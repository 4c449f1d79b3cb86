"""Go."""

from hullcheck.ecosystems.ecosystem import DECLARED, INSTALLED, Analyzer, Ecosystem, Feed
from hullcheck.ecosystems.golang.executable import parse_executable
from hullcheck.ecosystems.golang.go_mod import parse_go_mod
from hullcheck.ecosystems.golang.modules import advisory_version, is_development
from hullcheck.model.source_file import Wants
from hullcheck.versions.semver import SEMVER

GOLANG = Ecosystem(
    name="golang",
    purl_type="golang",
    scheme=SEMVER,
    feeds=(Feed("Go"),),
    analyzers=(
        Analyzer("go-binary", INSTALLED, Wants(executables=True), parse_executable),
        Analyzer("go-mod", DECLARED, Wants(names=frozenset({"go.mod"})), parse_go_mod),
    ),
    unpublished=is_development,
    advisory_version=advisory_version,
)
