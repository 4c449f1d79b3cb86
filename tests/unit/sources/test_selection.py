"""The index of wanted files, against what `Wants` says."""

from hypothesis import given
from hypothesis import strategies as st

from hullcheck.model.source_file import Pattern, Wants
from hullcheck.sources.selection import Selection

segments = st.sampled_from(
    ["a", "b", "lib", "package.json", "x.JAR", ".jar", "y.jar", "status", "req-dev.txt", "req.txt", ""]
)
paths = st.lists(segments, min_size=1, max_size=4).map("/".join)
wants = st.builds(
    Wants,
    names=st.frozensets(segments, max_size=2),
    suffixes=st.frozensets(st.sampled_from([".jar", ".txt", "."]), max_size=2),
    paths=st.frozensets(paths, max_size=2),
    children=st.frozensets(st.tuples(paths, st.sampled_from(["", ".txt", "us"])), max_size=3),
    patterns=st.frozensets(
        st.builds(
            Pattern, st.sampled_from([".txt", "", "n"]), st.sampled_from(["", "req"]), st.sampled_from(["", "a", "lib"])
        ),
        max_size=2,
    ),
)


@given(wants, paths)
def test_the_index_selects_what_is_wanted(wanted: Wants, path: str) -> None:
    assert Selection(wanted).selects(path) == wanted.selects(path)
