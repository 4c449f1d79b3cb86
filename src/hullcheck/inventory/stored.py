"""The inventory of a layer as bytes, and back: how the cache keeps it.

Records are arrays of their fields, in MessagePack; what analyzers find has its class in front. The bytes are for the
version that wrote them: `LayerCache` never gives them to another one.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from functools import reduce
from operator import attrgetter, or_
from types import GenericAlias, UnionType
from typing import Any, TypeAlias, get_args, get_origin, get_type_hints

import msgspec
from packageurl import PackageURL

from hullcheck.errors import MalformedFile
from hullcheck.inventory.layer import LayerInventory

_Type: TypeAlias = type | GenericAlias | UnionType
_PURL: _Type = GenericAlias(tuple, (str, str | None, str, str | None, dict[str, str] | None, str | None))
_PLAIN, _ESCAPED = b"P", b"E"

# What gets a field of a record, and what writes or reads its value.
_Member: TypeAlias = tuple[Callable[[Any], Any], Callable[[Any], Any]]


@dataclass(frozen=True, slots=True)
class _Form:
    """How values of a type are written: as values of `type`, which `write` makes of them and `read` turns back."""

    type: _Type
    write: Callable[[Any], object]
    read: Callable[[Any], Any]


class LayerNotation:
    """Writes inventories of layers, and reads them."""

    def __init__(self) -> None:
        self._structs: dict[type, type[msgspec.Struct]] = {}
        self._writers: dict[type, Callable[[Any], object]] = {}
        self._readers: dict[type, Callable[[Any], Any]] = {}
        self._form = self._of(LayerInventory)
        self._decoder = msgspec.msgpack.Decoder(self._form.type)

    def write(self, inventory: LayerInventory) -> bytes:
        """Return `inventory` as bytes."""
        record = self._form.write(inventory)
        try:
            return _PLAIN + msgspec.msgpack.encode(record)
        except UnicodeEncodeError:
            # Names in archives may be any bytes, which are surrogates where they are no UTF-8.
            return _ESCAPED + msgspec.msgpack.encode(_each_text(msgspec.to_builtins(record), _as_latin_1))

    def read(self, content: bytes, name: str) -> LayerInventory:
        """Return the inventory that `content` is, or raise `MalformedFile` with `name`."""
        try:
            inventory: LayerInventory = self._form.read(self._record_in(content))
        except (ValueError, RecursionError) as error:
            raise MalformedFile(name, f"not the inventory of a layer: {error}") from error
        return inventory

    def _record_in(self, content: bytes) -> object:
        if content[:1] == _ESCAPED:
            return msgspec.convert(_each_text(msgspec.msgpack.decode(content[1:]), _from_latin_1), self._form.type)
        if content[:1] != _PLAIN:
            raise ValueError("in another form")
        return self._decoder.decode(content[1:])

    def _of(self, kind: object) -> _Form:
        if kind is PackageURL:
            return _Form(_PURL, tuple, _purl)
        if is_dataclass(kind) and isinstance(kind, type):
            return self._record(kind)
        if get_origin(kind) is tuple:
            return _tuple_of(self._of(get_args(kind)[0]))
        if isinstance(kind, UnionType) and all(map(is_dataclass, get_args(kind))):
            return self._one_of(get_args(kind))
        return _Form(kind, _same, _same)  # type: ignore[arg-type] # texts, numbers, sets of texts

    def _record(self, kind: type) -> _Form:
        if kind not in self._structs:
            hints = get_type_hints(kind)
            forms = {field.name: self._of(hints[field.name]) for field in fields(kind)}
            struct = msgspec.defstruct(
                kind.__name__, [(name, form.type) for name, form in forms.items()], array_like=True, tag=True
            )
            self._structs[kind] = struct
            self._writers[kind] = _writer(struct, tuple((attrgetter(name), form.write) for name, form in forms.items()))
            self._readers[struct] = _reader(kind, tuple((attrgetter(name), form.read) for name, form in forms.items()))
        struct = self._structs[kind]
        return _Form(struct, self._writers[kind], self._readers[struct])

    def _one_of(self, kinds: tuple[type, ...]) -> _Form:
        structs = [self._record(kind).type for kind in kinds]
        writers, readers = self._writers, self._readers
        return _Form(
            reduce(or_, structs), lambda value: writers[type(value)](value), lambda value: readers[type(value)](value)
        )


def _writer(struct: Callable[..., object], members: tuple[_Member, ...]) -> Callable[[Any], object]:
    return lambda value: struct(*[write(get(value)) for get, write in members])


def _reader(record: Callable[..., object], members: tuple[_Member, ...]) -> Callable[[Any], object]:
    return lambda value: record(*[read(get(value)) for get, read in members])


def _tuple_of(item: _Form) -> _Form:
    kind = GenericAlias(tuple, (item.type, ...))
    if item.write is _same:
        return _Form(kind, _same, _same)
    return _Form(kind, lambda values: tuple(map(item.write, values)), lambda values: tuple(map(item.read, values)))


def _purl(parts: tuple[object, ...]) -> PackageURL:
    # As it was made of another one, its parts are in their normal form.
    return tuple.__new__(PackageURL, parts)


def _each_text(value: object, change: Callable[[str], str]) -> object:
    """Return `value` with each text in it changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_each_text(item, change) for item in value]
    if isinstance(value, dict):
        return {_each_text(key, change): _each_text(item, change) for key, item in value.items()}
    return value


def _as_latin_1(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def _from_latin_1(text: str) -> str:
    return text.encode("latin-1").decode("utf-8", "surrogateescape")


def _same(value: object) -> object:
    return value
