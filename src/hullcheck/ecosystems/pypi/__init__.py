"""PyPI: Python packages."""

from hullcheck.ecosystems.ecosystem import DECLARED, INSTALLED, Analyzer, Ecosystem, Feed
from hullcheck.ecosystems.pypi import requirements
from hullcheck.ecosystems.pypi.installed import parse_egg, parse_installed
from hullcheck.ecosystems.pypi.names import advisory_name
from hullcheck.ecosystems.pypi.pyproject import parse_pyproject
from hullcheck.model.source_file import Wants
from hullcheck.versions.pep440 import PEP440

PYPI = Ecosystem(
    name="pypi",
    purl_type="pypi",
    scheme=PEP440,
    feeds=(Feed("PyPI"),),
    analyzers=(
        Analyzer("pypi-egg", INSTALLED, Wants(suffixes=frozenset({".egg"})), parse_egg),
        Analyzer(
            "pypi-installed",
            INSTALLED,
            Wants(names=frozenset({"METADATA", "PKG-INFO"}), suffixes=frozenset({".egg-info"})),
            parse_installed,
        ),
        Analyzer("pypi-pyproject", DECLARED, Wants(names=frozenset({"pyproject.toml"})), parse_pyproject),
        Analyzer("pypi-requirements", DECLARED, requirements.WANTS, requirements.parse_requirements),
    ),
    advisory_name=advisory_name,
)
