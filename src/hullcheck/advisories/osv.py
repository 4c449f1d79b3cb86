"""Records of the Open Source Vulnerability schema: what they say of the packages of one feed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import msgspec

from hullcheck.advisories.events import Event, Span, Undecided, exact_spans, spans
from hullcheck.advisories.names import canonical_name
from hullcheck.advisories.osv_schema import OsvAffected, OsvRange, OsvRecord, OsvSeverity, OsvSpecific
from hullcheck.advisories.problems import quoted
from hullcheck.advisories.severities import Scores, rating
from hullcheck.errors import MalformedFile
from hullcheck.model.advisory import Advisory, Reference
from hullcheck.model.severity import Cvss, Rating
from hullcheck.versions.scheme import Scheme

_T = TypeVar("_T")
_cwe = re.compile(r"CWE-[0-9]{1,8}").fullmatch
_GIT = "GIT"
# Bounds of both are compared as the package manager does: it decides what a version is, not the record.
_COMPARED = frozenset({"ECOSYSTEM", "SEMVER"})
_MOST_KNOWN = 50_000
_DATABASES: Mapping[str, str] = {"BIT": "Bitnami", "GHSA": "GitHub", "MAL": "OpenSSF", "RUSTSEC": "RustSec"}


@dataclass(frozen=True, slots=True)
class Statement:
    """What an advisory says of a package in a release of its feed ("" where it has none).

    `undecided` says why it is not known which versions some of the advisory's ranges hold.
    """

    advisory: Advisory
    release: str
    package: str
    spans: tuple[Span, ...]
    undecided: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A record as far as one feed is concerned; `problems` are what else it says that is not understood."""

    id: str
    modified: str
    statements: tuple[Statement, ...] = ()
    problems: tuple[str, ...] = ()
    withdrawn: bool = False


class RecordReader:
    """Reads records for the packages of `feed`, whose versions are ordered by `scheme`."""

    def __init__(self, feed: str, scheme: Scheme) -> None:
        self._feed = feed
        self._scheme = scheme
        self._scores = Scores()
        self._decoder = msgspec.json.Decoder(OsvRecord)
        # A distribution fixes many flaws with one upload, so most ranges occur several times.
        self._known: dict[OsvRange, tuple[Span, ...] | Undecided] = {}

    def read(self, name: str, content: bytes) -> Record:
        """Return what `content` says; `name` is where it was found. A withdrawn record says nothing."""
        try:
            record = self._decoder.decode(content.removeprefix(b"\xef\xbb\xbf"))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise MalformedFile(name, f"not an OSV record: {error}") from error
        if not record.id:
            raise MalformedFile(name, "not an OSV record: its id is empty")
        if record.withdrawn:
            return Record(record.id, record.modified, withdrawn=True)
        problems: list[str] = []
        statements = tuple(self._statements(record, problems))
        return Record(record.id, record.modified, statements, tuple(dict.fromkeys(problems)))

    def _statements(self, record: OsvRecord, problems: list[str]) -> Iterator[Statement]:
        concerned = [(entry, place) for entry in record.affected or () if (place := self._place(entry))]
        if not concerned:
            return
        advisory = self._advisory(record, problems)
        # Entries with the same severities share one advisory.
        rated: dict[tuple[tuple[Cvss, ...], tuple[Rating, ...]], Advisory] = {}
        for entry, (release, package) in concerned:
            cvss = _joined(advisory.cvss, self._cvss(record.id, entry.severity, problems))
            ratings = _joined(advisory.ratings, self._ratings_of_entry(record.id, entry))
            if (cvss, ratings) not in rated:
                rated[cvss, ratings] = replace(advisory, cvss=cvss, ratings=ratings)
            found, undecided = self._affected(entry, problems)
            yield Statement(rated[cvss, ratings], release, package, found, undecided)

    def _place(self, entry: OsvAffected) -> tuple[str, str] | None:
        """Return release and package of `entry`, None where it is about another ecosystem or no package at all."""
        if entry.package is None:
            return None
        feed, _, release = entry.package.ecosystem.partition(":")
        return (release, canonical_name(feed, entry.package.name)) if feed == self._feed else None

    def _advisory(self, record: OsvRecord, problems: list[str]) -> Advisory:
        own = record.database_specific
        return Advisory(
            id=record.id,
            feed=self._feed,
            aliases=tuple(dict.fromkeys(record.aliases or ())),
            upstream=tuple(dict.fromkeys(record.upstream or ())),
            summary=record.summary or "",
            details=record.details or "",
            published=record.published or "",
            modified=record.modified,
            cvss=self._cvss(record.id, record.severity, problems),
            ratings=_joined(_stated(record.severity), _present(rating(own and own.severity, _database(record.id)))),
            cwes=_cwes((own, *(entry.database_specific for entry in record.affected or ()))),
            references=tuple(Reference(link.type, link.url) for link in record.references or ()),
        )

    def _cvss(self, source: str, stated: Sequence[OsvSeverity] | None, problems: list[str]) -> tuple[Cvss, ...]:
        if not stated:
            return ()
        vectors = dict.fromkeys(severity.score for severity in stated if severity.type.startswith("CVSS"))
        scored = {vector: self._scores.cvss(vector, source) for vector in vectors}
        problems += (f"not a CVSS vector: {quoted(vector)}" for vector, score in scored.items() if score is None)
        return _present(*scored.values())

    def _ratings_of_entry(self, record: str, entry: OsvAffected) -> tuple[Rating, ...]:
        words = _stated(entry.severity)
        if own := entry.ecosystem_specific:
            stated = (own.urgency, own.severity, own.ubuntu_priority)
            words += _present(*(rating(word, self._feed) for word in stated))
        if own := entry.database_specific:
            words += _present(rating(own.severity, _database(record)))
        return words

    def _affected(self, entry: OsvAffected, problems: list[str]) -> tuple[tuple[Span, ...], tuple[str, ...]]:
        found: list[Span] = []
        undecided: list[str] = []
        ranges = [affected for affected in entry.ranges or () if affected.type != _GIT]
        for affected in ranges:
            outcome = self._spans(affected)
            if isinstance(outcome, Undecided):
                undecided.append(outcome.reason)
            else:
                found += outcome
        if not ranges and not entry.versions:
            undecided.append("neither versions nor a range of versions")
        exact, unordered = exact_spans(entry.versions or (), self._scheme, found)
        problems += (f"version {quoted(text)} cannot be ordered" for text in unordered)
        return (*found, *exact), tuple(dict.fromkeys(undecided))

    def _spans(self, affected: OsvRange) -> tuple[Span, ...] | Undecided:
        outcome = self._known.get(affected)
        if outcome is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            outcome = self._known[affected] = self._evaluated(affected)
        return outcome

    def _evaluated(self, affected: OsvRange) -> tuple[Span, ...] | Undecided:
        if affected.type not in _COMPARED:
            return Undecided(f"a range of the unknown type {quoted(affected.type)}")
        events: list[Event] = []
        for stated in affected.events:
            known = tuple(stated.all())
            if not known:
                return Undecided("an event of an unknown kind")
            events += known
        return spans(events, self._scheme)


def _database(record: str) -> str:
    """Return who keeps the database that `record` is from: what the prefix of its id stands for."""
    prefix = record.partition("-")[0]
    return _DATABASES.get(prefix, prefix)


def _stated(severities: Sequence[OsvSeverity] | None) -> tuple[Rating, ...]:
    """Return the severities in words, whose type is the name of the distribution ("Ubuntu")."""
    if not severities:
        return ()
    words = (severity for severity in severities if not severity.type.startswith("CVSS"))
    return _present(*(rating(severity.score, severity.type) for severity in words))


def _cwes(specifics: Sequence[OsvSpecific | None]) -> tuple[str, ...]:
    """Return the ids in `cwe_ids` (GitHub) and `cwes` (OpenSSF), sorted by number."""
    found: set[str] = set()
    for specific in specifics:
        if specific is not None:
            found.update(_texts(specific.cwe_ids))
            found.update(_texts(specific.cwes))
    return tuple(sorted(filter(_cwe, found), key=lambda cwe: (len(cwe), cwe)))


def _texts(listed: object) -> Iterator[str]:
    """Yield the texts of a list of texts or of objects with a `cweId`; anything else is not what it seemed."""
    for item in listed if isinstance(listed, list) else ():
        text = item.get("cweId") if isinstance(item, dict) else item
        if isinstance(text, str):
            yield text


def _present(*values: _T | None) -> tuple[_T, ...]:
    return tuple(value for value in values if value is not None)


def _joined(first: tuple[_T, ...], second: tuple[_T, ...]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys((*first, *second))) if second else first
