"""The files of the common shard: CISA's catalogue of exploited vulnerabilities, FIRST's EPSS, scores of CVE records.

Each yields what it says of a CVE, or what of it cannot be read; raises `DatabaseError` where it is something else.
"""

import csv
import gzip
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hullcheck.advisories.archive import Unreadable
from hullcheck.advisories.problems import quoted
from hullcheck.advisories.severities import Scores
from hullcheck.errors import DatabaseError, MalformedFile
from hullcheck.formats.json import read_json
from hullcheck.model.severity import Cvss
from hullcheck.model.source_file import SourceFile

_cve = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}").fullmatch
_date = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
# The catalogue has 1.3 MB, EPSS 10 MB when expanded, in lines of 30 characters.
_LARGEST_JSON = 64 << 20
_LARGEST_TABLE = 128 << 20
_LONGEST_LINE = 4096


@dataclass(frozen=True, slots=True)
class Exploited:
    """CISA knows the vulnerability to be exploited since `added` (YYYY-MM-DD)."""

    cve: str
    added: str


@dataclass(frozen=True, slots=True)
class Predicted:
    """FIRST's prediction: probability of exploitation within 30 days, and its rank, both from 0 to 1."""

    cve: str
    epss: float
    percentile: float


@dataclass(frozen=True, slots=True)
class Scored:
    """A CVSS score of a CVE record."""

    cve: str
    cvss: Cvss


Fact = Exploited | Predicted | Scored


def read_kev(path: Path) -> Iterator[Fact | Unreadable]:
    """Read `known_exploited_vulnerabilities.json`: https://www.cisa.gov/known-exploited-vulnerabilities-catalog."""
    if path.stat().st_size > _LARGEST_JSON:
        raise DatabaseError(f"{path}: larger than {_LARGEST_JSON} bytes")
    try:
        catalogue = read_json(SourceFile(path.name, path.read_bytes()))
        if not catalogue.is_list("vulnerabilities"):
            raise catalogue.malformed("vulnerabilities", "expected a list")
        for entry in catalogue.nodes("vulnerabilities"):
            cve, added = entry.text("cveID").strip(), entry.text("dateAdded").strip()
            readable = _cve(cve) and _date(added)
            yield Exploited(cve, added) if readable else Unreadable(cve, f"not a CVE id with a date: {quoted(added)}")
    except MalformedFile as error:
        raise DatabaseError(f"{path}: {error}") from error


def read_epss(path: Path) -> Iterator[Fact | Unreadable]:
    """Read `epss_scores-current.csv.gz`: https://www.first.org/epss/data_stats."""
    for row in _rows(path, ("cve", "epss", "percentile")):
        cve, epss, percentile = row["cve"], _fraction(row["epss"]), _fraction(row["percentile"])
        if _cve(cve) and epss is not None and percentile is not None:
            yield Predicted(cve, epss, percentile)
        else:
            yield Unreadable(
                cve, f"not a CVE id with two fractions: {quoted(row['epss'])}, {quoted(row['percentile'])}"
            )


def read_cvss(path: Path) -> Iterator[Fact | Unreadable]:
    """Read a table of CVE, vector and whose it is; rows without a vector tell other things."""
    scores = Scores()
    for row in _rows(path, ("cve", "vector", "source")):
        cve, vector = row["cve"], row["vector"]
        if vector:
            cvss = scores.cvss(vector, row["source"] or "CVE record") if _cve(cve) else None
            problem = f"not a CVE id with a CVSS vector: {quoted(vector)}"
            yield Scored(cve, cvss) if cvss else Unreadable(cve, problem)


FILES: Mapping[str, Callable[[Path], Iterator[Fact | Unreadable]]] = {
    "cvss/cve_cvss.csv.gz": read_cvss,
    "epss/epss_scores.csv.gz": read_epss,
    "kev.json": read_kev,
}


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[Mapping[str, str]]:
    """Yield the rows of a compressed table that has `columns`, below lines of comment and a line of titles."""
    table = csv.reader(line for line in _lines(path) if not line.startswith("#"))
    try:
        titles = next(table, [])
        if not set(columns) <= set(titles):
            raise DatabaseError(f"{path}: expected columns {', '.join(columns)}, found {quoted(', '.join(titles))}")
        places = [(column, titles.index(column)) for column in columns]
        for row in table:
            yield {column: row[place].strip() if place < len(row) else "" for column, place in places}
    except csv.Error as error:
        raise DatabaseError(f"{path}: not a table: {error}") from error


def _lines(path: Path) -> Iterator[str]:
    left = _LARGEST_TABLE
    try:
        with gzip.open(path) as table:
            while line := table.readline(_LONGEST_LINE):
                left -= len(line)
                if left < 0 or (len(line) == _LONGEST_LINE and not line.endswith(b"\n")):
                    raise DatabaseError(f"{path}: larger than such a table can be")
                yield line.decode()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DatabaseError(f"{path}: not a readable compressed table: {error}") from error


def _fraction(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None
