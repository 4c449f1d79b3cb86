"""Licences as packages state them, now and long ago.

https://github.com/npm/cli/blob/latest/docs/lib/content/configuring-npm/package-json.md#license
"""

from hullcheck.formats.node import Node


def licences(package: Node) -> tuple[str, ...]:
    """Return what `package` says in `license` or `licenses`: texts, objects with a type, or lists of them."""
    stated = (text for key in ("license", "licenses") for text in _stated(package, key))
    return tuple(dict.fromkeys(text.strip() for text in stated if text.strip()))


def _stated(package: Node, key: str) -> tuple[str, ...]:
    if package.is_text(key):
        return (package.text(key),)
    if package.is_node(key):
        return _type(package.node(key))
    if package.is_list(key):
        items = package.texts_and_nodes(key)
        return tuple(text for item in items for text in ((item,) if isinstance(item, str) else _type(item)))
    return ()


def _type(licence: Node) -> tuple[str, ...]:
    return next(((licence.text(key),) for key in ("type", "name") if licence.is_text(key)), ())
