import pytest
from packageurl import PackageURL

from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.inventory import Inventory
from hullcheck.model.package import Location, Package, Requirement, Scope
from hullcheck.resolution.locks import LOCK_FILES
from hullcheck.resolution.resolve import resolve


def package(place: str, purl_type: str = "npm", name: str = "locked") -> Package:
    return Package(PackageURL(purl_type, None, name, "1.0.0"), (Location(place),), place)


def requirement(
    path: str, constraint: str = "^1.0.0", name: str = "wanted", purl_type: str = "npm", **fields: object
) -> Requirement:
    return Requirement(PackageURL(purl_type, None, name), constraint, Location(path), **fields)  # type: ignore[arg-type]


def resolved(*requirements: Requirement, packages: tuple[Package, ...] = ()) -> Inventory:
    return resolve(Inventory(packages, requirements))


def test_an_exact_version_is_a_package_of_the_manifest() -> None:
    found = resolved(requirement("a/package.json", "1.2.3", scope=Scope.DEVELOPMENT))
    assert found.packages == (
        Package(
            PackageURL("npm", None, "wanted", "1.2.3"),
            (Location("a/package.json"),),
            "a/package.json",
            Scope.DEVELOPMENT,
            direct=True,
        ),
    )
    assert found.requirements == ()
    assert found.gaps == ()


def test_packages_stay_sorted_and_each_once() -> None:
    twice = (requirement("package.json", "1.2.3", "b"), requirement("package.json", "1.2.3", "b", scope=Scope.TEST))
    found = resolved(*twice, requirement("package.json", "1.2.3", "a"), packages=(package("x.bin"),))
    assert [one.purl.name for one in found.packages] == ["a", "b", "locked"]
    assert found.packages[1].scope is Scope.RUNTIME


@pytest.mark.parametrize("path", ["package.json", "a/package.json", "a/b/c/package.json"])
@pytest.mark.parametrize("constraint", ["^1.0.0", "1.0.0"])
def test_what_a_lock_file_beside_or_above_tells_is_dropped(path: str, constraint: str) -> None:
    lock = package("package-lock.json", name="wanted")
    found = resolved(requirement(path, constraint), packages=(lock,))
    assert (found.packages, found.requirements, found.gaps) == ((lock,), (), ())


@pytest.mark.parametrize("path", ["package.json", "examples/package.json"])
def test_what_a_lock_file_does_not_name_it_does_not_lock(path: str) -> None:
    found = resolved(requirement(path), packages=(package("package-lock.json", name="other"),))
    assert [gap.subject for gap in found.gaps] == [path]


@pytest.mark.parametrize(
    ("lock", "purl_type"),
    [
        ("a/package-lock.json", "npm"),
        ("b/c/package-lock.json", "npm"),
        ("bb/package-lock.json", "npm"),
        ("package-lock.json/x", "npm"),
        ("Cargo.lock", "cargo"),
        ("b/requirements.txt", "npm"),
        ("", "npm"),
    ],
)
def test_a_lock_file_elsewhere_or_of_others_tells_nothing(lock: str, purl_type: str) -> None:
    found = resolved(requirement("b/package.json"), packages=(package(lock, purl_type, "wanted"),))
    assert [gap.kind for gap in found.gaps] == [GapKind.UNRESOLVED]


def test_a_manifest_with_exact_versions_is_no_lock_file_for_others() -> None:
    found = resolved(
        requirement("requirements-dev.txt", ">=1", purl_type="pypi"),
        requirement("requirements.txt", "==1.0", purl_type="pypi"),
        packages=(package("requirements.txt", "pypi"),),
    )
    assert [gap.subject for gap in found.gaps] == ["requirements-dev.txt"]


def test_what_a_lock_file_leaves_open_is_a_gap() -> None:
    found = resolved(
        requirement("package-lock.json", "git+https://example.com/a.git"), packages=(package("package-lock.json"),)
    )
    assert [gap.subject for gap in found.gaps] == ["package-lock.json"]


def test_a_manifest_is_one_gap_that_names_a_few() -> None:
    names = ("a", "b", "c", "d", "e")
    found = resolved(*(requirement("package.json", "^1", name) for name in names), requirement("x/package.json", ""))
    assert found.gaps == (
        Gap(
            GapKind.UNRESOLVED,
            "package.json",
            "5 dependencies without an exact version: a ^1, b ^1, c ^1 and 2 more",
            "commit package-lock.json (`npm install --package-lock-only` makes it)",
        ),
        Gap(
            GapKind.UNRESOLVED,
            "x/package.json",
            "1 dependency without an exact version: wanted",
            "commit package-lock.json (`npm install --package-lock-only` makes it)",
        ),
    )


def test_the_namespace_belongs_to_the_name_and_long_constraints_are_cut() -> None:
    wanted = Requirement(PackageURL("npm", "@scope", "name"), f"^1\n{'x' * 100}", Location("package.json"))
    assert resolved(wanted).gaps[0].reason.endswith(f": @scope/name ^1 {'x' * 37}...")


def test_gaps_and_the_rest_of_the_inventory_stay() -> None:
    gap = Gap(GapKind.MALFORMED, "a", "b")
    before = Inventory((package("x"),), (), None, (), (gap,))
    assert resolve(before) == before


def test_names_of_lock_files_are_those_of_types_of_purls_in_order() -> None:
    assert list(LOCK_FILES) == sorted(LOCK_FILES)
    assert all("/" not in name for names in LOCK_FILES.values() for name in names)
