"""Files that are recognised as holding packages, in formats that are not read yet."""

from hullcheck.ecosystems.ecosystem import Analyzer

UNREAD: tuple[Analyzer, ...] = ()
