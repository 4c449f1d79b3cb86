import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement, Requirement

from hullcheck.ecosystems.pypi.specifier import read_specifier

NAMES = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?", fullmatch=True)
VERSIONS = st.sampled_from(["1.0", "2", "1.0rc1", "1!2.0", "1.0.post1", "1.0.dev3", "1.0+local.1", "2018.8.24"])
CLAUSES = st.builds(
    "".join, st.tuples(st.sampled_from(["==", "===", ">=", "<", "!=", ">"]), st.sampled_from(["", " "]), VERSIONS)
)
EXTRAS = st.sampled_from(["", "[a]", "[a, b-c]", " [a] "])
MARKERS = st.sampled_from(["", '; python_version < "3.8"', ' ; sys_platform == "win32" and extra == "x"'])


@given(NAMES, EXTRAS, st.lists(CLAUSES, max_size=3), st.booleans(), MARKERS)
def test_what_packaging_reads_is_read_the_same(
    name: str, extras: str, clauses: list[str], parentheses: bool, marker: str
) -> None:
    listed = ", ".join(clauses)
    text = f"{name}{extras}{f'({listed})' if parentheses and listed else listed}{marker}"
    try:
        reference = Requirement(text)
    except InvalidRequirement:
        # "===" takes all that follows for a version, to the next blank.
        return
    specifier = read_specifier(text)
    assert specifier is not None
    assert specifier.name == reference.name
    pins = {clause.version for clause in reference.specifier if clause.operator in {"==", "==="}}
    assert specifier.version == (pins.pop() if len(pins) == 1 else "")


@given(st.text() | st.from_regex(r"[a-c]+ ?[=<>!~@;,(\[]*.*"))
def test_any_text_is_read_or_none(text: str) -> None:
    specifier = read_specifier(text)
    assert specifier is None or specifier.name


@pytest.mark.parametrize(
    "hostile",
    [
        "a" + "-" * 100_000,
        "1-" * 50_000,
        "a[" * 50_000,
        "a==" + "," * 100_000,
        "a" + " " * 100_000 + "x",
        "/" * 100_000,
    ],
)
def test_long_texts_take_no_longer_than_their_length(hostile: str) -> None:
    for text in (hostile, f"https://{hostile}.zip", f"a @ {hostile}", f"git+https://{hostile}#egg={hostile}"):
        read_specifier(text)
