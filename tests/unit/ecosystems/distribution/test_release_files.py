import pytest

from hullcheck.ecosystems.distribution import DISTRIBUTION
from hullcheck.ecosystems.distribution.os_release import parse_lsb_release, parse_os_release
from hullcheck.ecosystems.distribution.release_files import (
    parse_alpine_release,
    parse_debian_version,
    parse_redhat_release,
)
from hullcheck.model.package import Distribution
from hullcheck.model.source_file import SourceFile


def one(found: list[Distribution]) -> tuple[str, str] | None:
    assert len(found) <= 1
    return (found[0].id, found[0].version) if found else None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("CentOS release 6.10 (Final)", ("centos", "6")),
        ("CentOS Linux release 8.4.2105", ("centos", "8")),
        ("CentOS Stream release 9", ("centos", "9")),
        ("Red Hat Enterprise Linux release 9.2 (Plow)", ("rhel", "9.2")),
        ("Red Hat Enterprise Linux release 8.9 Beta (Ootpa)", ("rhel", "8.9")),
        ("Amazon Linux release 2 (Karoo)", ("amzn", "2")),
        ("Oracle Linux Server release 9.3", ("ol", "9.3")),
        ("Rocky Linux release 9.3 (Blue Onyx)", ("rocky", "9.3")),
        ("Fedora release 41 (Rawhide)", ("fedora", "41")),
        ("AlmaLinux release 8.9 (Midnight Oncilla)", ("almalinux", "8.9")),
        ("Scientific Linux release 7.9 (Nitrogen)", ("scientific", "7.9")),
        ("Some Linux release 7.9", None),
        ("CentOS release", None),
        ("CentOS release Final", None),
        ("", None),
        ("release 7 " * 100_000, None),
    ],
)
def test_the_family_of_red_hat_names_its_release_behind_a_word(line: str, expected: tuple[str, str] | None) -> None:
    assert one(list(parse_redhat_release(SourceFile("etc/redhat-release", line.encode())))) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("12.5\n", ("debian", "12")),
        ("7.11\n", ("debian", "7")),
        ("6.0.10\n", ("debian", "6.0")),
        ("5.0\n", ("debian", "5.0")),
        ("trixie/sid\n", ("debian", "")),
        ("kali-rolling\n", None),
        ("\n", None),
    ],
)
def test_debian_names_its_release_or_what_will_be_one(line: str, expected: tuple[str, str] | None) -> None:
    assert one(list(parse_debian_version(SourceFile("etc/debian_version", line.encode())))) == expected


@pytest.mark.parametrize(("line", "expected"), [("3.18.4\n", ("alpine", "3.18.4")), ("edge\n", None), ("", None)])
def test_alpine_names_its_version(line: str, expected: tuple[str, str] | None) -> None:
    assert one(list(parse_alpine_release(SourceFile("etc/alpine-release", line.encode())))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ID=debian\nVERSION_ID='12'", ("debian", "12")),
        ('ID="Debian"\n', ("debian", "")),
        ("ID=opensuse-leap\nVERSION_ID=15.5", ("opensuse-leap", "15.5")),
        ("ID=a/../b\n", None),
        ("ID=\n", None),
        ("NAME=x\n", None),
        ("", None),
    ],
)
def test_an_id_is_what_os_release_allows(text: str, expected: tuple[str, str] | None) -> None:
    assert one(list(parse_os_release(SourceFile("etc/os-release", text.encode())))) == expected


def test_a_distribution_without_a_pretty_name_is_called_by_its_other_names() -> None:
    def name(text: str) -> str:
        return next(parse_os_release(SourceFile("etc/os-release", text.encode()))).name

    assert name('ID=a\nNAME="A Linux"\nVERSION="1 (One)"\nVERSION_ID=1') == "A Linux 1 (One)"
    assert name("ID=a\nVERSION_ID=1") == "a 1"
    assert name("ID=a") == "a"


def test_names_do_nothing_to_a_terminal() -> None:
    text = 'ID=a\nPRETTY_NAME="\x1b[2J\x07A\u202e Linux"\nVERSION_ID="1\x1b]0;x"\nID_LIKE="b \x1b c"\n'
    found = next(parse_os_release(SourceFile("etc/os-release", text.encode())))
    assert (found.name, found.version, found.like) == ("[2JA Linux", "1]0;x", ("b", "c"))
    line = b"CentOS \x1b[2J release 7\n"
    assert next(parse_redhat_release(SourceFile("etc/centos-release", line))).name == "CentOS [2J release 7"


def test_lsb_release_may_say_nothing_of_the_distribution() -> None:
    assert list(parse_lsb_release(SourceFile("etc/lsb-release", b"LSB_VERSION=1.4\n"))) == []


def test_files_that_name_their_distribution_stand_before_those_whose_name_does() -> None:
    names = [analyzer.name for analyzer in DISTRIBUTION]
    assert names == ["os-release", "lsb-release", "alpine-release", "redhat-release", "debian-version"]
