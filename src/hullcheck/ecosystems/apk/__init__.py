"""Packages of Alpine Linux, and of Wolfi and Chainguard, which use its package manager."""

from hullcheck.ecosystems.apk.installed import parse_installed
from hullcheck.ecosystems.apk.origin import origin_name
from hullcheck.ecosystems.apk.releases import alpine_release, rolling_release
from hullcheck.ecosystems.ecosystem import INSTALLED, Analyzer, Ecosystem, Feed
from hullcheck.model.source_file import Wants
from hullcheck.versions import apk

APK = Ecosystem(
    name="apk",
    purl_type="apk",
    scheme=apk.APK,
    feeds=(
        Feed("Alpine", "alpine", alpine_release),
        Feed("Chainguard", "chainguard", rolling_release),
        Feed("Wolfi", "wolfi", rolling_release),
    ),
    analyzers=(
        Analyzer(
            "apk-installed",
            INSTALLED,
            # The second place is that of systems whose /lib is a link to /usr/lib.
            Wants(paths=frozenset({"lib/apk/db/installed", "usr/lib/apk/db/installed"})),
            parse_installed,
        ),
    ),
    advisory_name=origin_name,
)
