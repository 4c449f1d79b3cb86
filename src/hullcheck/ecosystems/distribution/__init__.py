"""The distribution that an operating system is."""

from hullcheck.ecosystems.distribution.os_release import parse_lsb_release, parse_os_release
from hullcheck.ecosystems.distribution.release_files import (
    parse_alpine_release,
    parse_debian_version,
    parse_redhat_release,
)
from hullcheck.ecosystems.ecosystem import INSTALLED, Analyzer
from hullcheck.model.source_file import Wants

# The first that finds a distribution decides. Derivatives keep the files of what they are made of (Ubuntu has a
# `debian_version`), so those which name their distribution stand before those whose name does.
DISTRIBUTION: tuple[Analyzer, ...] = (
    # One of the two is a link to the other, or both are the same: os-release(5).
    Analyzer(
        "os-release", INSTALLED, Wants(paths=frozenset({"etc/os-release", "usr/lib/os-release"})), parse_os_release
    ),
    Analyzer(
        "lsb-release", INSTALLED, Wants(paths=frozenset({"etc/lsb-release", "usr/lib/lsb-release"})), parse_lsb_release
    ),
    Analyzer("alpine-release", INSTALLED, Wants(paths=frozenset({"etc/alpine-release"})), parse_alpine_release),
    Analyzer(
        "redhat-release",
        INSTALLED,
        Wants(
            paths=frozenset(
                {
                    "etc/almalinux-release",
                    "etc/centos-release",
                    "etc/fedora-release",
                    "etc/oracle-release",
                    "etc/redhat-release",
                    "etc/rocky-release",
                    "etc/system-release",
                }
            )
        ),
        parse_redhat_release,
    ),
    Analyzer("debian-version", INSTALLED, Wants(paths=frozenset({"etc/debian_version"})), parse_debian_version),
)
