import pytest
from packageurl import PackageURL

from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.inventory import Inventory
from hullcheck.model.package import Location, OwnProject, Package, Requirement, Scope, Settled
from hullcheck.resolution.locks import LOCK_FILES
from hullcheck.resolution.resolve import resolve


def package(place: str, purl_type: str = "npm", name: str = "locked") -> Package:
    return Package(PackageURL(purl_type, None, name, "1.0.0"), (Location(place),), place)


def requirement(
    path: str, constraint: str = "^1.0.0", name: str = "wanted", purl_type: str = "npm", **fields: object
) -> Requirement:
    return Requirement(PackageURL(purl_type, None, name), constraint, Location(path), **fields)  # type: ignore[arg-type]


def settled(lock: str, *names: str, purl_type: str = "npm", place: str | None = None, below: bool = False) -> Settled:
    return Settled(lock, purl_type, lock.rpartition("/")[0] if place is None else place, frozenset(names), below)


def resolved(
    *requirements: Requirement,
    packages: tuple[Package, ...] = (),
    locks: tuple[Settled, ...] = (),
    gaps: tuple[Gap, ...] = (),
    own: tuple[OwnProject, ...] = (),
) -> Inventory:
    return resolve(Inventory(packages, requirements, gaps=gaps, settled=locks, own_projects=own))


def open_ends(inventory: Inventory) -> list[tuple[str, str, str]]:
    return [(gap.subject, gap.reason, gap.hint) for gap in inventory.gaps if gap.kind is GapKind.UNRESOLVED]


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


def test_packages_stay_sorted_and_each_once() -> None:
    twice = (requirement("package.json", "1.2.3", "b"), requirement("package.json", "1.2.3", "b", scope=Scope.TEST))
    found = resolved(*twice, requirement("package.json", "1.2.3", "a"), packages=(package("x.bin"),))
    assert [one.purl.name for one in found.packages] == ["a", "b", "locked"]
    assert found.packages[1].scope is Scope.RUNTIME


@pytest.mark.parametrize("constraint", ["^1.0.0", "1.0.0"])
def test_what_the_lock_file_of_a_manifest_names_is_dropped(constraint: str) -> None:
    locks = (settled("package-lock.json", "wanted"), settled("package-lock.json", "wanted", place="a/b"))
    found = resolved(requirement("package.json", constraint), requirement("a/b/package.json", constraint), locks=locks)
    assert (found.packages, found.requirements, found.gaps) == ((), (), ())


@pytest.mark.parametrize("path", ["Cargo.toml", "a/Cargo.toml", "a/b/c/Cargo.toml"])
def test_a_lock_file_for_all_below_it_is_one_for_each_manifest(path: str) -> None:
    lock = settled("Cargo.lock", "wanted", purl_type="cargo", below=True)
    assert resolved(requirement(path, "1", purl_type="cargo"), locks=(lock,)).gaps == ()


def test_a_lock_file_can_be_for_one_manifest() -> None:
    lock = settled("requirements.txt", "wanted", purl_type="pypi", place="requirements.in")
    paths = ("requirements.in", "pyproject.toml")
    found = resolved(*(requirement(path, ">=1", purl_type="pypi") for path in paths), locks=(lock,))
    assert [gap.subject for gap in found.gaps] == ["pyproject.toml"]


@pytest.mark.parametrize("path", ["package.json", "examples/package.json"])
def test_what_a_lock_file_does_not_name_it_does_not_lock(path: str) -> None:
    found = resolved(requirement(path), locks=(settled("package-lock.json", "other"),))
    assert [gap.subject for gap in found.gaps] == [path]


@pytest.mark.parametrize(
    ("lock", "purl_type", "below"),
    [
        ("a/package-lock.json", "npm", True),
        ("b/c/package-lock.json", "npm", True),
        ("bb/package-lock.json", "npm", True),
        ("package-lock.json", "npm", False),
        ("b/Cargo.lock", "cargo", True),
    ],
)
def test_a_lock_file_elsewhere_or_of_others_tells_nothing(lock: str, purl_type: str, below: bool) -> None:
    found = resolved(requirement("b/package.json"), locks=(settled(lock, "wanted", purl_type=purl_type, below=below),))
    assert [gap.kind for gap in found.gaps] == [GapKind.UNRESOLVED]


def test_a_name_in_a_namespace_is_another_one() -> None:
    scoped = Requirement(PackageURL("npm", "@scope", "wanted"), "^1", Location("package.json"))
    assert resolved(scoped, locks=(settled("package-lock.json", "wanted"),)).gaps
    assert resolved(scoped, locks=(settled("package-lock.json", "@scope/wanted"),)).gaps == ()


def test_a_manifest_with_exact_versions_is_no_lock_file_for_others() -> None:
    found = resolved(
        requirement("requirements-dev.txt", ">=1", purl_type="pypi"),
        packages=(package("requirements.txt", "pypi", "wanted"),),
    )
    assert [gap.subject for gap in found.gaps] == ["requirements-dev.txt"]


def test_what_a_lock_file_leaves_open_is_a_gap_of_it_alone() -> None:
    url = "git+https://example.com/a.git"
    found = resolved(
        requirement("package-lock.json", url),
        requirement("package.json", url),
        locks=(settled("package-lock.json", "wanted"),),
    )
    assert open_ends(found) == [
        (
            "package-lock.json",
            f"1 dependency without an exact version: wanted {url}",
            "see where they come from: the lock file names a place and no version",
        )
    ]


class TestWhatOthersMayTake:
    def test_it_is_not_needed_where_a_lock_file_does_not_name_it(self) -> None:
        offered = requirement("package.json", certain=False)
        assert resolved(offered, locks=(settled("package-lock.json", "other"),)).gaps == ()

    def test_it_may_be_needed_where_there_is_no_lock_file(self) -> None:
        offered = requirement("package.json", certain=False)
        assert [gap.subject for gap in resolved(offered, locks=(settled("a/package-lock.json"),)).gaps] == [
            "package.json"
        ]


class TestWhatExactVersionsNeed:
    def test_what_is_needed_in_turn_is_not_known_without_a_lock_file(self) -> None:
        found = resolved(requirement("package.json", "1.2.3", "a"), requirement("package.json", "1.2.3", "b"))
        hint = "commit package-lock.json (`npm install --package-lock-only` makes it)"
        assert open_ends(found) == [("package.json", "what its 2 dependencies need in turn is not known", hint)]

    def test_neither_is_it_for_a_model_of_maven(self) -> None:
        found = resolved(packages=(package("a/pom.xml", "maven"), package("b/c.jar", "maven")))
        hint = "scan what is built from it, too: its archives tell all versions"
        assert open_ends(found) == [("a/pom.xml", "what its one dependency needs in turn is not known", hint)]

    def test_a_dependency_without_a_version_is_reason_enough(self) -> None:
        found = resolved(requirement("package.json", "1.2.3", "a"), requirement("package.json", "*", "b"))
        assert [reason for _, reason, _ in open_ends(found)] == ["1 dependency without an exact version: b *"]

    @pytest.mark.parametrize("place", ["requirements.txt", "package-lock.json", "lib/a.jar", "go.mod", ""])
    def test_what_lists_all_leaves_nothing_open(self, place: str) -> None:
        assert resolved(packages=(package(place, "maven"), package(place, "pypi"))).gaps == ()


def test_an_archive_without_version_is_no_manifest() -> None:
    wanted = Requirement(PackageURL("maven", "org.example", "core"), "", Location("lib/core.jar"))
    assert open_ends(resolved(wanted)) == [
        (
            "lib/core.jar",
            "it does not tell its version: org.example:core",
            "find out which version it is: advisories are compared with one",
        )
    ]


class TestOwnProjects:
    OWN = (OwnProject(PackageURL("maven", "org.example", "core"), Location("core/pom.xml")),)

    def test_what_the_tree_makes_needs_no_version(self) -> None:
        wanted = Requirement(PackageURL("maven", "org.example", "core"), "", Location("app/pom.xml"))
        assert resolved(wanted, own=self.OWN).gaps == ()

    def test_another_of_the_same_name_does(self) -> None:
        wanted = Requirement(PackageURL("maven", "org.other", "core"), "", Location("app/pom.xml"))
        assert len(resolved(wanted, own=self.OWN).gaps) == 1

    def test_what_it_needs_is_in_the_tree(self) -> None:
        own = Package(PackageURL("maven", "org.example", "core", "1.0"), (Location("app/pom.xml"),), "app/pom.xml")
        assert resolved(packages=(own,), own=self.OWN).gaps == ()


class TestHints:
    def test_an_older_lock_file_is_to_be_brought_up_to_date(self) -> None:
        found = resolved(requirement("a/package.json"), locks=(settled("a/package-lock.json", "other"),))
        assert [hint for _, _, hint in open_ends(found)] == ["bring a/package-lock.json up to date with it"]

    def test_a_lock_file_that_is_not_read_may_tell(self) -> None:
        unread = Gap(GapKind.UNSUPPORTED, "web/yarn.lock", "lock file of Yarn, which is not read yet")
        found = resolved(requirement("web/app/package.json"), requirement("package.json"), gaps=(unread,))
        assert [hint for _, _, hint in open_ends(found)] == [
            "commit package-lock.json (`npm install --package-lock-only` makes it)",
            "web/yarn.lock may tell, but is not read yet",
        ]


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
