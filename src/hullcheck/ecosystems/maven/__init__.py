"""Maven, and all that comes as Java archives."""

from hullcheck.ecosystems.ecosystem import ANYWHERE, DECLARED, INSTALLED, Analyzer, Ecosystem, Feed
from hullcheck.ecosystems.maven.archive import parse_archive
from hullcheck.ecosystems.maven.contents import OWN_SUFFIXES, SHARED_SUFFIXES
from hullcheck.ecosystems.maven.coordinates import advisory_name
from hullcheck.ecosystems.maven.descriptor import parse_pom_properties
from hullcheck.ecosystems.maven.pom_xml import parse_pom_xml
from hullcheck.model.source_file import Wants
from hullcheck.versions.maven import MAVEN as MAVEN_ORDER

MAVEN = Ecosystem(
    name="maven",
    purl_type="maven",
    scheme=MAVEN_ORDER,
    feeds=(Feed("Maven"),),
    analyzers=(
        Analyzer("java-archive", ANYWHERE, Wants(suffixes=OWN_SUFFIXES | SHARED_SUFFIXES), parse_archive),
        Analyzer("maven-descriptor", INSTALLED, Wants(names=frozenset({"pom.properties"})), parse_pom_properties),
        Analyzer("maven-pom", DECLARED, Wants(names=frozenset({"pom.xml"})), parse_pom_xml),
    ),
    advisory_name=advisory_name,
)
