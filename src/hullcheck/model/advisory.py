"""A published statement that versions of a package are vulnerable."""

from dataclasses import dataclass

from hullcheck.model.severity import Cvss, Rating


@dataclass(frozen=True, slots=True)
class Reference:
    """A link of an advisory; `kind` is OSV's reference type ("ADVISORY", "FIX", "WEB", ...)."""

    kind: str
    url: str


@dataclass(frozen=True, slots=True)
class Advisory:
    """An advisory, independent of the package it was matched with.

    `feed` is the ecosystem's name in OSV ("Debian", "PyPI") or "starter". `aliases` name the same flaw; `upstream`
    names the flaws that a distribution's record is about, which may be several. Times are RFC 3339 or "".
    OSV schema 1.7.
    """

    id: str
    feed: str
    aliases: tuple[str, ...]
    upstream: tuple[str, ...]
    summary: str
    details: str
    published: str
    modified: str
    cvss: tuple[Cvss, ...]
    ratings: tuple[Rating, ...]
    cwes: tuple[str, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class AffectedRange:
    """Versions from `introduced` up to, without, `fixed`, or up to and with `last_affected`.

    The bounds are the feed's own text; "" is no bound. A single listed version has it in `introduced` and
    `last_affected`.
    """

    introduced: str
    fixed: str = ""
    last_affected: str = ""


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What other sources say of a CVE.

    `epss` is FIRST's probability of exploitation within 30 days, 0 to 1, and `epss_percentile` its rank, 0 to 1
    (None where there is none); `kev_added` the date (YYYY-MM-DD) on which CISA listed it as exploited, "" if it
    did not.
    """

    cve: str
    cvss: tuple[Cvss, ...] = ()
    epss: float | None = None
    epss_percentile: float | None = None
    kev_added: str = ""
