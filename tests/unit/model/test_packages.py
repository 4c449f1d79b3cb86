from itertools import pairwise

from packageurl import PackageURL

from hullcheck.model.package import Location, Package, Scope
from hullcheck.model.packages import combine, purl_order


def package(name: str = "a", place: str = "", path: str = "f", **fields: object) -> Package:
    return Package(PackageURL("npm", None, name, "1"), (Location(path),), place, **fields)  # type: ignore[arg-type]


def test_packages_are_sorted_by_purl_and_place() -> None:
    one, two, three = package("a", "x"), package("a", "y"), package("b", "a")
    assert combine([three, two, one]) == (one, two, three)


def test_a_package_with_the_same_place_is_one_with_all_locations() -> None:
    (one,) = combine([package(path="b"), package(path="a"), package(path="b")])
    assert one.locations == (Location("a"), Location("b"))


def test_locations_of_a_single_package_are_sorted_too() -> None:
    found = Package(PackageURL("npm", None, "a", "1"), (Location("b", line=2), Location("b", line=1), Location("a")))
    assert combine([found])[0].locations == (Location("a"), Location("b", line=1), Location("b", line=2))


def test_a_package_in_several_places_stays_several() -> None:
    assert len(combine([package(place="x"), package(place="y")])) == 2


def test_qualifiers_and_namespace_tell_packages_apart() -> None:
    purls = (
        PackageURL("deb", None, "a", "1"),
        PackageURL("deb", "debian", "a", "1"),
        PackageURL("deb", "debian", "a", "1", {"arch": "amd64"}),
        PackageURL("deb", "debian", "a", "1", {"arch": "arm64"}),
        PackageURL("golang", None, "a", "1", None, "sub"),
    )
    assert len({purl_order(purl) for purl in purls}) == len(purls)
    assert len(combine([Package(purl, ()) for purl in purls])) == len(purls)


def test_the_strongest_scope_counts() -> None:
    scopes = (Scope.TEST, Scope.DEVELOPMENT, Scope.OPTIONAL, Scope.RUNTIME)
    for weak, strong in pairwise(scopes):
        assert combine([package(scope=strong), package(scope=weak)])[0].scope is strong
        assert combine([package(scope=weak), package(scope=strong)])[0].scope is strong


def test_a_package_is_direct_if_it_is_anywhere() -> None:
    assert combine([package(direct=False), package(direct=True)])[0].direct is True
    assert combine([package(direct=None), package(direct=False)])[0].direct is False
    assert combine([package(direct=None), package(direct=None)])[0].direct is None


def test_licences_are_those_of_all() -> None:
    assert combine([package(licences=("MIT",)), package(licences=("BSD", "MIT"))])[0].licences == ("BSD", "MIT")
