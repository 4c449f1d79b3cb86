import pytest

from hullcheck.ecosystems.dpkg.releases import debian_release, ubuntu_release


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("12", "12"),
        ("12.5", "12"),
        ("9.13.1", "9"),
        ("7", "7"),
        ("6.0", "6.0"),
        ("6.0.10", "6.0"),
        ("6", "6.0"),
        ("3.1", "3.1"),
        ("", None),
        ("trixie", None),
        ("trixie/sid", None),
        ("12 (bookworm)", None),
        ("-12", None),
        ("٣", None),
    ],
)
def test_releases_of_debian_are_known_by_their_first_number(version: str, release: str | None) -> None:
    assert debian_release(version) == release


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("22.04", "22.04:LTS"),
        ("22.04.4", "22.04:LTS"),
        ("14.04", "14.04:LTS"),
        ("22.10", "22.10"),
        ("23.04", "23.04"),
        ("23.10", "23.10"),
        ("22", None),
        ("22.4", None),
        ("", None),
        ("rolling", None),
    ],
)
def test_every_fourth_release_of_ubuntu_has_long_term_support(version: str, release: str | None) -> None:
    assert ubuntu_release(version) == release
