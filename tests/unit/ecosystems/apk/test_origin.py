import pytest
from packageurl import PackageURL

from hullcheck.ecosystems.apk import APK


@pytest.mark.parametrize(
    ("purl", "name"),
    [
        ("pkg:apk/alpine/libcrypto3@3.1.4-r0?upstream=openssl", "openssl"),
        ("pkg:apk/alpine/openssl@3.1.4-r0", "openssl"),
        ("pkg:apk/wolfi/libcrypto3@3.1.4-r0?upstream=openssl%403.1.4-r0", "openssl"),
    ],
)
def test_advisories_name_the_package_that_others_were_built_with(purl: str, name: str) -> None:
    assert APK.advisory_name(PackageURL.from_string(purl)) == name


def test_they_are_compared_with_the_version_of_the_package() -> None:
    purl = PackageURL.from_string("pkg:apk/alpine/libcrypto3@3.1.4-r0?upstream=openssl")
    assert APK.advisory_version(purl) == "3.1.4-r0"
