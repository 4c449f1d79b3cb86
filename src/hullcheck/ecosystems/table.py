"""The ecosystems that Hullcheck knows."""

from collections.abc import Mapping

from hullcheck.ecosystems.apk import APK
from hullcheck.ecosystems.cargo import CARGO
from hullcheck.ecosystems.distribution import DISTRIBUTION
from hullcheck.ecosystems.dpkg import DPKG
from hullcheck.ecosystems.ecosystem import Analyzer, Ecosystem
from hullcheck.ecosystems.golang import GOLANG
from hullcheck.ecosystems.maven import MAVEN
from hullcheck.ecosystems.npm import NPM
from hullcheck.ecosystems.pypi import PYPI
from hullcheck.ecosystems.unread import UNREAD
from hullcheck.model.target import TargetKind
from hullcheck.versions.scheme import Scheme

# One line each, sorted by name.
ECOSYSTEMS: tuple[Ecosystem, ...] = (
    APK,
    CARGO,
    DPKG,
    GOLANG,
    MAVEN,
    NPM,
    PYPI,
)

# What is found in files that belong to no ecosystem: folders that declare a tuple of analyzers.
OTHER_ANALYZERS: tuple[Analyzer, ...] = (*DISTRIBUTION, *UNREAD)

ANALYZERS: tuple[Analyzer, ...] = (
    *(analyzer for ecosystem in ECOSYSTEMS for analyzer in ecosystem.analyzers),
    *OTHER_ANALYZERS,
)

_BY_PURL_TYPE: Mapping[str, Ecosystem] = {ecosystem.purl_type: ecosystem for ecosystem in ECOSYSTEMS}


def by_purl_type(purl_type: str) -> Ecosystem | None:
    """Return the ecosystem whose packages have `purl_type`, None where there is none."""
    return _BY_PURL_TYPE.get(purl_type)


def analyzers_for(kind: TargetKind) -> tuple[Analyzer, ...]:
    """Return the analyzers that look into targets of `kind`."""
    return tuple(analyzer for analyzer in ANALYZERS if kind in analyzer.targets)


def schemes() -> Mapping[str, Scheme]:
    """Return the order of the versions in each feed, by the feed's name in OSV."""
    return {feed.osv_name: ecosystem.scheme for ecosystem in ECOSYSTEMS for feed in ecosystem.feeds}
