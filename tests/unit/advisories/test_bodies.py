from pathlib import Path

import pytest

from hullcheck.advisories.bodies import BodyReader, BodyWriter, learn_dictionary
from hullcheck.errors import DatabaseError
from hullcheck.model.advisory import Advisory, Reference
from hullcheck.model.severity import Cvss, Rating, Severity

PATH = Path("PyPI.sqlite")


def advisory(number: int) -> Advisory:
    return Advisory(
        id=f"X-{number}",
        feed="PyPI",
        aliases=(f"CVE-2026-{number}",),
        upstream=(),
        summary="A flaw \N{LATIN SMALL LETTER E WITH ACUTE}\0",
        details=f"The function number {number} of the library does not check what it is given. " * 5,
        published="",
        modified="2026-08-01T00:00:00Z",
        cvss=(Cvss("2.0", "AV:N/AC:L/Au:S/C:P/I:P/A:N", 5.5, f"X-{number}"),),
        ratings=(Rating(Severity.HIGH, "PyPI"),),
        cwes=("CWE-79",),
        references=(Reference("FIX", f"https://example.org/{number}"),),
    )


@pytest.mark.parametrize("count", [0, 1, 49, 50, 500])
def test_bodies_are_read_as_they_were_written(count: int) -> None:
    dictionary = learn_dictionary(map(advisory, range(count)))
    assert bool(dictionary) == (count >= 50)
    body = BodyWriter(dictionary).write(advisory(7))
    assert BodyReader(PATH, dictionary).read(body) == advisory(7)


def test_advisories_that_are_all_the_same_are_no_harm() -> None:
    dictionary = learn_dictionary([advisory(1)] * 50)
    assert BodyReader(PATH, dictionary).read(BodyWriter(dictionary).write(advisory(7))) == advisory(7)


def test_a_dictionary_halves_bodies() -> None:
    dictionary = learn_dictionary(map(advisory, range(500)))
    plain, learnt = (len(BodyWriter(content).write(advisory(1000))) for content in (b"", dictionary))
    assert learnt * 2 < plain


def test_a_changed_byte_is_found_out() -> None:
    body = BodyWriter(b"").write(advisory(7))
    reader = BodyReader(PATH, b"")
    for place in range(len(body)):
        changed = body[:place] + bytes((body[place] ^ 0x20,)) + body[place + 1 :]
        try:
            assert reader.read(changed) == advisory(7)
        except DatabaseError as error:
            assert "PyPI.sqlite" in error.message  # noqa: PT017


def test_the_dictionary_of_another_shard_is_found_out() -> None:
    one, other = (learn_dictionary(map(advisory, numbers)) for numbers in (range(100), range(200, 400)))
    with pytest.raises(DatabaseError):
        BodyReader(PATH, other).read(BodyWriter(one).write(advisory(7)))
