"""Where the advisories about a package stand."""

from collections.abc import Callable

from packageurl import PackageURL

from hullcheck.ecosystems.ecosystem import Ecosystem, Feed
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.lookup import Coordinates
from hullcheck.model.purl import purl_text


def locate(purl: PackageURL, ecosystem_of: Callable[[str], Ecosystem | None]) -> Coordinates | Gap | None:
    """Return what to look up for `purl`, or why it cannot be looked up.

    The gap's subject is the package's type, distribution or release, so that many packages share one gap, or the purl
    where it is the version that cannot be compared. None is a package that nobody publishes advisories about, or one of
    an operating system that nobody names, which is a gap of the inventory already.
    """
    ecosystem = ecosystem_of(purl.type)
    if ecosystem is None or not ecosystem.feeds:
        return Gap(GapKind.NO_ADVISORIES, f"pkg:{purl.type}", "no advisories are read for packages of this type")
    if ecosystem.unpublished(purl):
        return None
    if not purl.namespace and all(feed.distribution for feed in ecosystem.feeds):
        return None
    feed = _feed(purl, ecosystem)
    if isinstance(feed, Gap):
        return feed
    release = _release(purl, feed)
    if isinstance(release, Gap):
        return release
    version = ecosystem.advisory_version(purl)
    key = ecosystem.scheme.key(version)
    if key is None:
        reason = f"version {version!r} cannot be ordered" if version else "it has no version"
        return Gap(GapKind.NOT_COMPARABLE, purl_text(purl), reason)
    return Coordinates(feed.osv_name, release, ecosystem.advisory_name(purl), version, key)


def _feed(purl: PackageURL, ecosystem: Ecosystem) -> Feed | Gap:
    """Return the feed of the package's distribution; ecosystems of languages have one feed, for no distribution."""
    for feed in ecosystem.feeds:
        if feed.distribution in {"", purl.namespace}:
            return feed
    known = ", ".join(sorted(feed.distribution for feed in ecosystem.feeds))
    return Gap(
        GapKind.NO_ADVISORIES,
        f"pkg:{purl.type}/{purl.namespace}",
        f"no advisories are read for the distribution {purl.namespace} (of this kind, they are for {known})",
    )


def _release(purl: PackageURL, feed: Feed) -> str | Gap:
    """Return the feed's name for the release in the `distro` qualifier ("debian-12", or "12" as Trivy writes it)."""
    if feed.release is None:
        return ""
    distro = purl.qualifiers.get("distro", "")
    version = "" if distro == purl.namespace else distro.removeprefix(f"{purl.namespace}-")
    release = feed.release(version) if version else None
    if release is None:
        return Gap(
            GapKind.NO_ADVISORIES,
            f"{feed.osv_name}:{version or 'unknown release'}",
            f"{feed.osv_name} publishes no advisories for this release",
        )
    return release
