"""How each record is written in the document of a result."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, fields, is_dataclass, replace
from itertools import chain, count
from operator import attrgetter
from types import GenericAlias, UnionType
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from packageurl import PackageURL

from hullcheck.codec.text import json_document
from hullcheck.model.advisory import Advisory
from hullcheck.model.coverage import Coverage
from hullcheck.model.decision import Counts, Decision
from hullcheck.model.finding import Finding
from hullcheck.model.inheritance import Origins, inheritance, origins
from hullcheck.model.package import Location, Package
from hullcheck.model.platforms import ScannedPlatform
from hullcheck.model.purl import purl_text
from hullcheck.model.result import ScanResult
from hullcheck.model.target import Target, TargetKind

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SCHEMA_VERSION = "1.0"

_COMMAND = 200
# The long lists stand last, so that a reader begins with what matters; findings before the advisories that they name.
_LAST: Mapping[str, int] = {"findings": 1, "advisories": 2, "packages": 3}
# Lists that documents of this version may lack, as it has them only since some were written.
_LATER = frozenset(
    {
        "annotations",
        "command",
        "entrypoint",
        "environment",
        "excluded",
        "exposed_ports",
        "history",
        "images",
        "platforms",
    }
)
_NOTHING = Target(TargetKind.IMAGE, "", "")
_Value = TypeVar("_Value")
_Record = TypeVar("_Record", bound="DataclassInstance")
_Read_co = TypeVar("_Read_co", covariant=True)
_Type: TypeAlias = type | GenericAlias | UnionType
_TEXTS: _Type = GenericAlias(tuple, (str, ...))


class _Purl:
    """What a purl, which is text in the document, stands for: no dataclass, which msgspec reads as an object."""

    def __init__(self, record: PackageURL) -> None:
        self.record = record


class _Key:
    """What an advisory's key, which is text in the document, stands for."""

    def __init__(self, record: Advisory) -> None:
        self.record = record


@dataclass(frozen=True, slots=True)
class _Form(Generic[_Read_co]):
    """How values of a type are written: their type in the document, and the ways there and back."""

    type: _Type
    write: Callable[[Any], Any]
    read: Callable[[Any], _Read_co]


@dataclass(frozen=True, slots=True)
class _Member:
    """A member of an object of the document, whose value `write` makes of the record; with a `default` it may lack."""

    name: str
    type: _Type
    write: Callable[[Any], Any]
    default: object = msgspec.NODEFAULT


class Notation:
    """The forms of all records in one document, that of a result for `target`. It is for one document only."""

    def __init__(self, target: Target = _NOTHING) -> None:
        self._target = target
        self._commands = target.commands
        self._inheritance = inheritance(target)
        self._presence = self._inheritance.presence
        self._counts: Mapping[str, Counts] = {}
        self._origins: Origins | None = None
        self._advisories: dict[str, Advisory] = {}
        self._keys: dict[int, str] = {}
        self._purls: dict[str, _Purl] = {}
        self._forms: dict[type, _Form[object]] = {PackageURL: _Form(_Purl, purl_text, attrgetter("record"))}
        self._advisory = self._record(Advisory)
        self._forms[Advisory] = _Form(_Key, self._key, attrgetter("record"))
        self._forms[Package] = _remembering(self._record(Package))
        self.result = self._record(ScanResult)

    def read(self, document: bytes) -> ScanResult:
        """Return the result that `document` holds: the advisories first, for the matches name them."""
        head = msgspec.defstruct("Head", [("advisories", GenericAlias(dict, (str, self._advisory.type)))])
        written: Any = msgspec.json.decode(document, type=head)
        self._advisories = {key: self._advisory.read(value) for key, value in written.advisories.items()}
        return self.result.read(msgspec.json.decode(document, type=self.result.type, dec_hook=self._hook))

    def write(self, result: ScanResult) -> bytes:
        """Return the document of `result`."""
        package, finding = self._of(Package), self._of(Finding)
        self._origins = origins(self._target, result.findings)
        self._counts = self._presence.counts(result.findings)
        return json_document(
            self.result.write(replace(result, findings=(), packages=())),
            {
                "findings": map(finding.write, result.findings),
                "advisories": self._written_advisories(),
                "packages": map(package.write, result.packages),
            },
        )

    def _of(self, kind: object) -> _Form[object]:
        """Return the form of values of type `kind`: a scalar, a record, tuples of one or of pairs, or None too."""
        if isinstance(kind, type):
            if kind not in self._forms:
                self._forms[kind] = self._record(kind) if is_dataclass(kind) else _Form(kind, _same, _same)
            return self._forms[kind]
        first = get_args(kind)[0]
        if get_origin(kind) is not tuple:
            return _optional(self._of(first))
        return _PAIRS if get_origin(first) is tuple else _list(self._of(first))

    def _record(self, record: type[_Record]) -> _Form[_Record]:
        """Return the form of `record`: an object with a member for each field, and those that follow from them."""
        hints = get_type_hints(record)
        forms = {field.name: self._of(hints[field.name]) for field in fields(record)}
        members = [*self._derived(record), *(_member(field, forms[field.name]) for field in fields(record))]
        members.sort(key=_order)
        struct = msgspec.defstruct(
            record.__name__,
            [(member.name, member.type, msgspec.field(default=member.default)) for member in members],
            namespace={"__doc__": record.__doc__},
            rename="camel",
            omit_defaults=True,
            forbid_unknown_fields=True,
            frozen=True,
        )
        writers = tuple(member.write for member in members)
        readers = tuple((attrgetter(name), form.read) for name, form in forms.items())
        return _Form(
            struct,
            lambda value: struct(*[write(value) for write in writers]),
            lambda value: record(*[read(get(value)) for get, read in readers]),
        )

    def _derived(self, record: type) -> tuple[_Member, ...]:
        """Return the members that no field of `record` holds."""
        if record is ScanResult:
            table = GenericAlias(dict, (str, self._advisory.type))
            counts = _optional(self._of(Origins))
            return (
                _Member("schema_version", str, lambda _: SCHEMA_VERSION),
                _Member("advisories", table, lambda _: {}),
                _Member("origins", counts.type, lambda _: counts.write(self._origins), None),
            )
        if record is Package:
            return (
                _Member("inherited", bool | None, self._inheritance.of, None),
                _Member("platforms", _TEXTS, self._presence.of, ()),
            )
        if record is ScannedPlatform:
            each = _optional(self._of(Counts))
            return (_Member("counts", each.type, lambda it: each.write(self._counts.get(it.name)), None),)
        if record is Finding:
            return (
                _Member("inherited", bool | None, lambda finding: self._inheritance.of(finding.package), None),
                _Member("platforms", _TEXTS, lambda finding: self._presence.of(finding.package), ()),
            )
        if record is Location:
            return (_Member("command", str, self._command, ""),)
        return tuple(_Member(name, kind, attrgetter(name)) for name, kind in _DERIVED.get(record, ()))

    def _command(self, location: Location) -> str:
        command = self._commands.get(location.layer, "")
        return command if len(command) <= _COMMAND else command[: _COMMAND - 1] + "…"

    def _key(self, advisory: Advisory) -> str:
        """Return the key of `advisory`. Other advisories of the same feed and id get a number behind it."""
        if id(advisory) not in self._keys:
            name = f"{advisory.feed}/{advisory.id}"
            keys = chain((name,), (f"{name}#{number}" for number in count(2)))
            self._keys[id(advisory)] = next(k for k in keys if self._advisories.setdefault(k, advisory) == advisory)
        return self._keys[id(advisory)]

    def _written_advisories(self) -> Iterator[tuple[str, object]]:
        for key in sorted(self._advisories):
            yield key, self._advisory.write(self._advisories[key])

    def _hook(self, kind: type, value: object) -> object:
        """Return the purl or the advisory that `value` names; msgspec adds the place to an error."""
        if not isinstance(value, str):
            raise TypeError("expected text")
        if kind is _Purl:
            return self._purls.get(value) or self._purls.setdefault(value, _Purl(PackageURL.from_string(value)))
        if value not in self._advisories:
            raise ValueError(f"no advisory has the key {value!r}")
        return _Key(self._advisories[value])


def _same(value: _Value) -> _Value:
    return value


def _member(field: "Field[Any]", form: _Form[object]) -> _Member:
    get = attrgetter(field.name)
    write = get if form.write is _same else lambda record: form.write(get(record))
    # The defaults "", 0 and None say that there is no value; others (a scope, an empty list) are values.
    if field.name in _LATER:
        return _Member(field.name, form.type, write, form.write(field.default))
    return _Member(field.name, form.type, write, field.default if field.default in {"", 0, None} else msgspec.NODEFAULT)


def _order(member: _Member) -> tuple[bool, int]:
    """Return the sort key that puts what may lack, as msgspec asks, and the long lists behind the rest."""
    return member.default is not msgspec.NODEFAULT, _LAST.get(member.name, 0)


def _list(items: _Form[object]) -> _Form[object]:
    kind = GenericAlias(tuple, (items.type, ...))
    if items.write is _same:
        return _Form(kind, _same, _same)
    return _Form(kind, lambda values: tuple(map(items.write, values)), lambda values: tuple(map(items.read, values)))


def _optional(form: _Form[object]) -> _Form[object]:
    if form.write is _same:
        return _Form(form.type | None, _same, _same)
    return _Form(
        form.type | None,
        lambda value: None if value is None else form.write(value),
        lambda value: None if value is None else form.read(value),
    )


def _remembering(form: _Form[_Record]) -> _Form[_Record]:
    """Return `form` writing and reading equal records once: findings share the packages of their result."""
    written: dict[int, object] = {}
    read: dict[object, _Record] = {}

    def write(record: object) -> object:
        if id(record) not in written:
            written[id(record)] = form.write(record)
        return written[id(record)]

    def read_once(struct: object) -> _Record:
        if struct not in read:
            read[struct] = form.read(struct)
        return read[struct]

    return _Form(form.type, write, read_once)


# What looks like a mapping in an image's configuration is one in the document.
_PAIRS: _Form[object] = _Form(GenericAlias(dict, (str, str)), dict, lambda pairs: tuple(pairs.items()))
_DERIVED: Mapping[type, tuple[tuple[str, type], ...]] = {
    Counts: (("total", int),),
    Coverage: (("complete", bool),),
    Decision: (("passed", bool),),
}
