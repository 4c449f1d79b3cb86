"""JSON as text: indented, in ASCII, always well-formed, whatever the strings of a target hold."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BytesIO

import msgspec

_NOT_ASCII = re.compile(rb"[\x7f-\xff]+")


def json_text(value: object) -> bytes:
    """Return `value`, of types that msgspec writes, as indented JSON in ASCII."""
    return msgspec.json.format(json_line(value), indent=2)


def json_line(value: object) -> bytes:
    """Return `value`, of types that msgspec writes, as one line of JSON.

    All is ASCII, so that no byte of a hostile name can steer the terminal that shows it, and a text takes one byte a
    character in memory. Lone surrogates, which stand for bytes that are not UTF-8, become visible: many readers refuse
    them.
    """
    try:
        text = msgspec.json.encode(value)
    except UnicodeEncodeError:
        text = msgspec.json.encode(_well_formed(msgspec.to_builtins(value)))
    return _NOT_ASCII.sub(_escaped, text)


def json_document(
    skeleton: object, long: Mapping[str, Iterable[object]], write: Callable[[object], bytes] = json_text
) -> bytes:
    """Return the JSON of `skeleton` with each of `long` in place of the empty list or object of its name.

    `long` is in the order of the document; the items of an object are pairs. They are asked for, and given to `write`,
    one by one, so that what is large is never in memory in two forms.
    """
    document = BytesIO()
    rest = json_text(skeleton)
    for name, items in long.items():
        # A quote inside a text has a backslash: what looks like a name is one.
        place = re.search(rb'"%b": [\[{](?=[\]}])' % name.encode(), rest)
        if place is None:
            raise ValueError(f"the document has no empty {name}")
        document.write(rest[: place.end()])
        texts = (_item(item, place[0][-1:], write) for item in items)
        document.writelines(_lines(texts, rest[: place.start()].rpartition(b"\n")[2]))
        rest = rest[place.end() :]
    document.write(rest + b"\n")
    return document.getvalue()


def _item(item: object, opening: bytes, write: Callable[[object], bytes]) -> bytes:
    match item:
        case (str() as key, value) if opening == b"{":
            return json_line(key) + b": " + write(value)
        case _:
            return write(item)


def _lines(texts: Iterable[bytes], indent: bytes) -> Iterator[bytes]:
    separator = b""
    for text in texts:
        yield separator + (b"\n" + text).replace(b"\n", b"\n  " + indent)
        separator = b","
    if separator:
        yield b"\n" + indent


def _well_formed(value: object) -> object:
    """Return `value` with lone surrogates, which stand for bytes that are not UTF-8, as visible text."""
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {_well_formed(key): _well_formed(member) for key, member in value.items()}
        case list() | tuple():
            return [_well_formed(item) for item in value]
        case _:
            return value


def _escaped(run: re.Match[bytes]) -> bytes:
    """Return characters beyond ASCII, which stand in texts only, as JSON's escapes."""
    return json.dumps(run[0].decode())[1:-1].replace("\x7f", "\\u007f").encode()
