"""Files that are recognised as holding packages, in formats that are not read yet."""

from hullcheck.ecosystems.ecosystem import DECLARED, INSTALLED, Analyzer
from hullcheck.ecosystems.unread.formats import DECLARED_FORMATS, INSTALLED_FORMATS
from hullcheck.ecosystems.unread.recognition import recogniser

UNREAD: tuple[Analyzer, ...] = (
    Analyzer("unread-declared", DECLARED, DECLARED_FORMATS.wants, recogniser(DECLARED_FORMATS)),
    Analyzer("unread-installed", INSTALLED, INSTALLED_FORMATS.wants, recogniser(INSTALLED_FORMATS)),
)
