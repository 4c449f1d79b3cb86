"""The parts of an OSV record that are read, as the schema (version 1.7) types them; what else there is, is passed over.

https://ossf.github.io/osv-schema/. Lists and objects may be null, as the schema allows for some of them.
"""

from collections.abc import Iterator

import msgspec

from hullcheck.advisories.events import Event, EventKind


class OsvPackage(msgspec.Struct, gc=False):
    """affected[].package."""

    ecosystem: str
    name: str


class OsvEvent(msgspec.Struct, frozen=True, gc=False):
    """affected[].ranges[].events[]."""

    introduced: str | None = None
    fixed: str | None = None
    last_affected: str | None = None
    limit: str | None = None

    def all(self) -> Iterator[Event]:
        """Yield what the object says: one event by the schema, and where there are more, all of them are meant."""
        versions = (self.introduced, self.fixed, self.last_affected, self.limit)
        for kind, version in zip(EventKind, versions, strict=True):
            if version is not None:
                yield Event(kind, version)


class OsvRange(msgspec.Struct, frozen=True, gc=False):
    """affected[].ranges[]."""

    type: str
    events: tuple[OsvEvent, ...] = ()


class OsvSeverity(msgspec.Struct, gc=False):
    """severity[] and affected[].severity[]."""

    type: str
    score: str


class OsvSpecific(msgspec.Struct, gc=False):
    """database_specific and ecosystem_specific: members that many databases use, typed by none."""

    severity: object = None
    urgency: object = None
    ubuntu_priority: object = None
    cwe_ids: object = None
    cwes: object = None


class OsvAffected(msgspec.Struct, gc=False):
    """affected[]."""

    package: OsvPackage | None = None
    ranges: tuple[OsvRange, ...] | None = None
    versions: tuple[str, ...] | None = None
    severity: tuple[OsvSeverity, ...] | None = None
    ecosystem_specific: OsvSpecific | None = None
    database_specific: OsvSpecific | None = None


class OsvReference(msgspec.Struct, gc=False):
    """references[]."""

    url: str
    type: str = "WEB"


class OsvRecord(msgspec.Struct, gc=False):
    """A record."""

    id: str
    modified: str = ""
    published: str | None = None
    withdrawn: str | None = None
    aliases: tuple[str, ...] | None = None
    upstream: tuple[str, ...] | None = None
    summary: str | None = None
    details: str | None = None
    severity: tuple[OsvSeverity, ...] | None = None
    affected: tuple[OsvAffected, ...] | None = None
    references: tuple[OsvReference, ...] | None = None
    database_specific: OsvSpecific | None = None
