"""Packages of Debian and the distributions made of it."""

from hullcheck.ecosystems.dpkg.files import parse_list, parse_sums
from hullcheck.ecosystems.dpkg.releases import debian_release, ubuntu_release
from hullcheck.ecosystems.dpkg.source import source_name, source_version
from hullcheck.ecosystems.dpkg.status import parse_status
from hullcheck.ecosystems.ecosystem import INSTALLED, Analyzer, Ecosystem, Feed
from hullcheck.model.source_file import Wants
from hullcheck.versions import dpkg

# Images without a package manager have a stanza and a list for each package, in files of their own.
_SINGLE = "var/lib/dpkg/status.d"

DPKG = Ecosystem(
    name="dpkg",
    purl_type="deb",
    scheme=dpkg.DPKG,
    feeds=(Feed("Debian", "debian", debian_release), Feed("Ubuntu", "ubuntu", ubuntu_release)),
    analyzers=(
        Analyzer(
            "dpkg-status",
            INSTALLED,
            Wants(paths=frozenset({"var/lib/dpkg/status"}), children=frozenset({(_SINGLE, "")})),
            parse_status,
        ),
        Analyzer("dpkg-list", INSTALLED, Wants(children=frozenset({("var/lib/dpkg/info", ".list")})), parse_list),
        Analyzer("dpkg-md5sums", INSTALLED, Wants(children=frozenset({(_SINGLE, ".md5sums")})), parse_sums),
    ),
    advisory_name=source_name,
    advisory_version=source_version,
)
