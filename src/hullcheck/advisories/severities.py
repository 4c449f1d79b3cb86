"""Severities as advisories state them: CVSS vectors and words."""

from collections.abc import Mapping

from cvss import CVSS2, CVSS3, CVSS4, CVSSError  # type: ignore[import-untyped] # the library has no annotations

from hullcheck.model.severity import Cvss, Rating, Severity

# Words that say nothing of the severity ("not yet assigned", "end-of-life", "unknown", "none") are not here.
_WORDS: Mapping[str, Severity] = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "important": Severity.HIGH,
    "low": Severity.LOW,
    "medium": Severity.MEDIUM,
    "minor": Severity.LOW,
    "moderate": Severity.MEDIUM,
    "negligible": Severity.NEGLIGIBLE,
    "unimportant": Severity.NEGLIGIBLE,
}

_CALCULATORS = {"CVSS:3.0/": ("3.0", CVSS3), "CVSS:3.1/": ("3.1", CVSS3), "CVSS:4.0/": ("4.0", CVSS4)}
_OLDEST = ("2.0", CVSS2)
_PREFIX = len("CVSS:3.1/")
# The longest valid vector, of CVSS 4.0 with every metric, has about 200 characters.
_LONGEST_VECTOR = 512
_MOST_KNOWN = 50_000


def rating(word: object, source: str) -> Rating | None:
    """Return what `source` means by `word`, None where that is no severity.

    Debian's tracker marked guesses with asterisks ("high**").
    """
    severity = _WORDS.get(word.strip().rstrip("*").lower()) if isinstance(word, str) else None
    return None if severity is None else Rating(severity, source)


class Scores:
    """Scores of CVSS vectors; thousands of records share each vector, and computing a score takes 50 to 200 µs."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, float] | None] = {}

    def cvss(self, vector: str, source: str) -> Cvss | None:
        """Return the score that `source` gives by `vector`, None where that is no valid vector."""
        if len(vector) > _LONGEST_VECTOR:
            return None
        vector = vector.strip()
        if vector not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[vector] = _score(vector)
        scored = self._known[vector]
        return None if scored is None else Cvss(scored[0], vector, scored[1], source)


def _score(vector: str) -> tuple[str, float] | None:
    """Return CVSS version and score of `vector`.

    A vector of version 4.0 has one score, which counts its threat metrics where it has any; those of the older versions
    have a base score besides.
    """
    version, calculator = _CALCULATORS.get(vector[:_PREFIX], _OLDEST)
    try:
        return version, float(calculator(vector).base_score)
    except CVSSError:
        return None
