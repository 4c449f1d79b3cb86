import itertools

from hypothesis import given
from hypothesis import strategies as st

from hullcheck.matching.flaws import canonical_order, collapse
from hullcheck.model.advisory import Advisory, AffectedRange
from hullcheck.model.lookup import Coordinates, Hit

HERE = Coordinates("PyPI", "", "jinja2", "2.10", b"\x22")


def hit(name: str, aliases: tuple[str, ...] = (), upstream: tuple[str, ...] = ()) -> Hit:
    return Hit(HERE, Advisory(name, "PyPI", aliases, upstream, "", "", "", "", (), (), (), ()), AffectedRange("0"))


def ids(*hits: Hit) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return [(flaw.id, flaw.aliases, tuple(h.advisory.id for h in flaw.hits)) for flaw in collapse(hits)]


def test_advisories_that_share_an_alias_are_one_flaw_under_its_cve() -> None:
    found = ids(hit("PYSEC-2019-217", ("CVE-2019-10906",)), hit("GHSA-462w-v97r-4m45", ("CVE-2019-10906",)))
    assert found == [
        ("CVE-2019-10906", ("GHSA-462w-v97r-4m45", "PYSEC-2019-217"), ("PYSEC-2019-217", "GHSA-462w-v97r-4m45"))
    ]


def test_aliases_join_over_a_third_advisory() -> None:
    found = ids(hit("A-1", ("B-1",)), hit("C-1", ("D-1",)), hit("X-1", ("B-1", "D-1")))
    assert [flaw[0] for flaw in found] == ["A-1"]


def test_a_distribution_advisory_about_several_flaws_counts_for_each_and_joins_none() -> None:
    found = ids(
        hit("DSA-1", upstream=("CVE-2022-2", "CVE-2022-1")),
        hit("DEBIAN-CVE-2022-1", upstream=("CVE-2022-1",)),
    )
    assert found == [
        ("CVE-2022-1", ("DEBIAN-CVE-2022-1",), ("DSA-1", "DEBIAN-CVE-2022-1")),
        ("CVE-2022-2", (), ("DSA-1",)),
    ]


def test_cve_ids_are_ordered_by_number_not_as_text() -> None:
    found = ids(hit("GHSA-1", ("CVE-2021-10000", "CVE-2021-9999")))
    assert found[0][0] == "CVE-2021-9999"


def test_an_advisory_without_aliases_is_a_flaw_of_its_own() -> None:
    assert ids(hit("MAL-2024-1")) == [("MAL-2024-1", (), ("MAL-2024-1",))]


NAMES = st.sampled_from([f"{kind}-2020-{n}" for kind in ("CVE", "GHSA", "X") for n in range(6)])


@given(st.lists(st.tuples(NAMES, st.lists(NAMES, max_size=3)), max_size=8))
def test_the_order_of_advisories_changes_no_flaw_and_two_flaws_share_no_id(
    records: list[tuple[str, list[str]]],
) -> None:
    hits = [hit(name, tuple(aliases)) for name, aliases in records]
    flaws = collapse(hits)
    assert {(f.id, f.aliases) for f in flaws} == {(f.id, f.aliases) for f in collapse(reversed(hits))}
    for one, other in itertools.combinations(flaws, 2):
        assert not {one.id, *one.aliases} & {other.id, *other.aliases}
    for flaw in flaws:
        assert flaw.id == min((flaw.id, *flaw.aliases), key=canonical_order)
    assert sum(len(flaw.hits) for flaw in flaws) == len(hits)
