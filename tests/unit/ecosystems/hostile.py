"""Documents that have the keys of a format, and anything for values."""

from hypothesis import strategies as st

JsonValue = object


def values(keys: list[str], texts: list[str]) -> st.SearchStrategy[JsonValue]:
    """Return JSON values in which objects have some of `keys` and texts are often some of `texts`."""
    words = st.sampled_from(texts) | st.text(max_size=12)
    scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words
    return st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(keys) | words, inner, max_size=6)
            | st.fixed_dictionaries({}, optional=dict.fromkeys(keys, inner))
        ),
        max_leaves=30,
    )
