"""Any record of the model, for property tests: each field takes any value of its type."""

from dataclasses import fields, is_dataclass
from enum import Enum
from types import UnionType
from typing import Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from packageurl import PackageURL

_TYPES = ("deb", "npm", "pypi", "golang", "maven", "cargo", "apk", "generic", "oci")
_SCALARS: dict[object, st.SearchStrategy[object]] = {
    bool: st.booleans(),
    float: st.floats(0, 10),
    int: st.integers(-(2**63), 2**63 - 1),
    str: st.text(max_size=20),
}


def values(kind: object) -> st.SearchStrategy[object]:
    """Return what makes values of type `kind`."""
    if kind is PackageURL:
        return purls()
    if kind in _SCALARS:
        return _SCALARS[kind]
    if get_origin(kind) in {Union, UnionType}:
        return st.one_of(*(st.none() if one is type(None) else values(one) for one in get_args(kind)))
    if get_origin(kind) is tuple:
        first = get_args(kind)[0]
        return _mapping() if get_origin(first) is tuple else st.lists(values(first), max_size=3).map(tuple)
    assert isinstance(kind, type)
    if issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    assert is_dataclass(kind)
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: values(hints[field.name]) for field in fields(kind)})


def purls() -> st.SearchStrategy[PackageURL]:
    """Return what makes purls. A "/" in a name is left out: the library reads it back as the end of a namespace."""
    return st.builds(
        PackageURL,
        st.sampled_from(_TYPES),
        st.none() | st.text(max_size=8),
        st.text(min_size=1, max_size=8).filter(lambda name: bool(name.strip()) and "/" not in name),
        st.none() | st.text(max_size=8),
        st.dictionaries(st.sampled_from(("arch", "distro", "epoch", "upstream")), st.text(max_size=8), max_size=2),
        st.none() | st.text(max_size=8),
    )


def _mapping() -> st.SearchStrategy[object]:
    """Return what makes pairs whose first parts differ, as the labels of an image do."""
    return st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=2).map(lambda made: tuple(made.items()))
