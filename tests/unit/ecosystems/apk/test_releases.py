import pytest

from hullcheck.ecosystems.apk import APK
from hullcheck.ecosystems.apk.releases import alpine_release


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("3.15.0", "v3.15"),
        ("3.15", "v3.15"),
        ("3.2.3", "v3.2"),
        ("3.20.0_rc1", "v3.20"),
        ("3.21.0_alpha20240923", None),
        ("edge", None),
        ("3", None),
        ("", None),
        ("v3.15", None),
    ],
)
def test_releases_of_alpine_are_known_by_two_numbers(version: str, release: str | None) -> None:
    assert alpine_release(version) == release


def test_wolfi_and_chainguard_have_one_release() -> None:
    releases = {feed.distribution: feed.release("20230201") for feed in APK.feeds if feed.release}
    assert releases == {"alpine": None, "chainguard": "", "wolfi": ""}
