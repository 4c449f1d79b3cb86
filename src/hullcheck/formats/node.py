"""The one gate for untyped data: what JSON and TOML readers return."""

from collections.abc import Iterator
from typing import TypeAlias

from hullcheck.errors import MalformedFile

Value: TypeAlias = object

_LONGEST_PLACE = 200  # characters that a user is shown


# The last step of the way from the root to an object, and the way before it.
_Way: TypeAlias = "tuple[str, _Way | None]"


class Node:
    """An object (mapping) of a parsed document, which knows its place in the file.

    Each accessor returns what it says or raises `MalformedFile` with the place. A key that is missing and one
    whose value is null are the same. `place` is where the object is in what stands `above` it.
    """

    __slots__ = ("_path", "_value", "_way")

    def __init__(self, value: Value, path: str, place: str = "", above: "_Way | None" = None) -> None:
        self._path = path
        # The place is put together when it is asked for: hostile files have long keys above many others.
        self._way: _Way | None = (place, above) if place else above
        if not isinstance(value, dict):
            raise MalformedFile(path, f"expected an object, found {_kind(value)}", place=_place(self._way))
        self._value: dict[str, Value] = value

    def text(self, key: str) -> str:
        """Return the text at `key`."""
        value = self._value.get(key)
        if isinstance(value, str):
            return value
        raise self._unexpected(key, "text", value)

    def text_or_none(self, key: str) -> str | None:
        """Return the text at `key`, None where there is none."""
        value = self._value.get(key)
        if value is None or isinstance(value, str):
            return value
        raise self._unexpected(key, "text", value)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the list of texts at `key`, empty where there is none."""
        values = self._list(key)
        for index, value in enumerate(values):
            if not isinstance(value, str):
                raise self._unexpected(f"{key}[{index}]", "text", value)
        return tuple(value for value in values if isinstance(value, str))

    def integer(self, key: str) -> int:
        """Return the whole number at `key`."""
        value = self._value.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise self._unexpected(key, "a whole number", value)

    def integer_or_none(self, key: str) -> int | None:
        """Return the whole number at `key`, None where there is none."""
        return None if self._value.get(key) is None else self.integer(key)

    def flag(self, key: str) -> bool:
        """Return the boolean at `key`, False where there is none."""
        value = self._value.get(key)
        if value is None or isinstance(value, bool):
            return value is True
        raise self._unexpected(key, "true or false", value)

    def node(self, key: str) -> "Node":
        """Return the object at `key`."""
        return Node(self._value.get(key), self._path, key, self._way)

    def node_or_none(self, key: str) -> "Node | None":
        """Return the object at `key`, None where there is none."""
        return None if self._value.get(key) is None else self.node(key)

    def nodes(self, key: str) -> Iterator["Node"]:
        """Yield the objects of the list at `key`, nothing where there is none."""
        for index, value in enumerate(self._list(key)):
            yield Node(value, self._path, f"{key}[{index}]", self._way)

    def texts_and_nodes(self, key: str) -> "Iterator[str | Node]":
        """Yield the texts and objects of the list at `key`, for formats that mix them; other values are left out."""
        for index, value in enumerate(self._list(key)):
            if isinstance(value, str):
                yield value
            elif isinstance(value, dict):
                yield Node(value, self._path, f"{key}[{index}]", self._way)

    def members(self, key: str) -> Iterator[tuple[str, "Node"]]:
        """Yield the members of the object at `key`, all of which are objects; nothing where there is none."""
        for name, value in self._mapping(key).items():
            yield name, Node(value, self._path, f"{key}[{name!r}]", self._way)

    def text_members(self, key: str) -> Iterator[tuple[str, str]]:
        """Yield the members of the object at `key`, all of which are texts; nothing where there is none."""
        for name, value in self._mapping(key).items():
            if not isinstance(value, str):
                raise self._unexpected(f"{key}[{name!r}]", "text", value)
            yield name, value

    def has(self, key: str) -> bool:
        """Say whether there is a value at `key`."""
        return self._value.get(key) is not None

    def is_text(self, key: str) -> bool:
        """Say whether the value at `key` is text, for formats that allow several kinds."""
        return isinstance(self._value.get(key), str)

    def is_node(self, key: str) -> bool:
        """Say whether the value at `key` is an object, for formats that allow several kinds."""
        return isinstance(self._value.get(key), dict)

    def is_list(self, key: str) -> bool:
        """Say whether the value at `key` is a list, for formats that allow several kinds."""
        return isinstance(self._value.get(key), list)

    def keys(self) -> tuple[str, ...]:
        """Return the names of all members."""
        return tuple(self._value)

    def malformed(self, key: str, problem: str) -> MalformedFile:
        """Return the error that the value at `key` has `problem`."""
        return MalformedFile(self._path, problem, place=self._at(key))

    def _list(self, key: str) -> list[Value]:
        value = self._value.get(key)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        raise self._unexpected(key, "a list", value)

    def _mapping(self, key: str) -> dict[str, Value]:
        value = self._value.get(key)
        if value is None:
            return {}
        if isinstance(value, dict):
            return value
        raise self._unexpected(key, "an object", value)

    def _at(self, key: str) -> str:
        return _place((key, self._way))

    def _unexpected(self, key: str, expected: str, value: Value) -> MalformedFile:
        return MalformedFile(self._path, f"expected {expected}, found {_kind(value)}", place=self._at(key))


def _place(way: "_Way | None") -> str:
    """Return `way` as text, with the middle left out where it is very long."""
    steps: list[str] = []
    while way is not None and len(steps) < _LONGEST_PLACE:
        step, way = way
        steps.append(_shortened(step))
    return _shortened(".".join(reversed(steps)))


def _shortened(place: str) -> str:
    if len(place) <= _LONGEST_PLACE:
        return place
    return f"{place[: _LONGEST_PLACE // 2]}...{place[-_LONGEST_PLACE // 2 :]}"


def _kind(value: Value) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case dict():
            return "an object"
        case _:
            return type(value).__name__
