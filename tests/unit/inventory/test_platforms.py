"""What is in several platforms, together."""

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from hullcheck.inventory.platforms import joined, joined_gaps, joined_packages
from hullcheck.model.coverage import Examined
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.inventory import Inventory
from hullcheck.model.package import Distribution, Location, Package
from hullcheck.model.packages import combine
from hullcheck.model.platforms import Presence

NAMES = ("linux/amd64", "linux/arm64", "linux/s390x")
ARCHITECTURES = dict(zip(NAMES, ("amd64", "arm64", "s390x"), strict=True))
# All share the layer "s", the first two share "t", and each has one of its own.
PRESENCE = Presence(NAMES, {"s": NAMES, "t": NAMES[:2], **{f"own:{name}": (name,) for name in NAMES}})
LAYERS = {name: tuple(layer for layer, names in PRESENCE.layers.items() if name in names) for name in NAMES}


def deb(name: str, architecture: str, *layers: str, version: str = "1") -> Package:
    qualifiers = {"arch": architecture, "distro": "debian-12"} if architecture else {"distro": "debian-12"}
    purl = PackageURL("deb", "debian", name, version, qualifiers)
    return Package(purl, tuple(Location("var/lib/dpkg/status", layer) for layer in layers))


def npm(name: str, *layers: str, place: str = "") -> Package:
    return Package(PackageURL("npm", None, name, "1"), tuple(Location("a", layer) for layer in layers), place)


def test_a_package_of_a_shared_layer_is_one_and_says_nothing_more() -> None:
    (package,) = joined_packages({name: (npm("a", "s"),) for name in NAMES}, PRESENCE)
    assert package == npm("a", "s")


def test_a_package_that_one_platform_hides_says_which_have_it() -> None:
    found = {NAMES[0]: (npm("a", "s"),), NAMES[1]: (), NAMES[2]: (npm("a", "s"),)}
    (package,) = joined_packages(found, PRESENCE)
    assert package.locations == (Location("a", "s", platforms=(NAMES[0], NAMES[2])),)
    assert PRESENCE.of(package) == (NAMES[0], NAMES[2])


def test_a_package_in_different_layers_is_one_in_all_of_them() -> None:
    found = {name: (npm("a", f"own:{name}"),) for name in NAMES}
    (package,) = joined_packages(found, PRESENCE)
    assert {at.layer: at.platforms for at in package.locations} == {f"own:{name}": () for name in NAMES}


def test_packages_of_other_places_or_versions_are_others() -> None:
    found = {NAMES[0]: (npm("a", "s", place="x"),), NAMES[1]: (npm("a", "s", place="y"),)}
    assert [PRESENCE.of(it) for it in joined_packages(found, PRESENCE)] == [(NAMES[0],), (NAMES[1],)]
    versions = {NAMES[0]: (deb("tar", "amd64", "s"),), NAMES[1]: (deb("tar", "arm64", "s", version="2"),)}
    assert [it.purl.qualifiers["arch"] for it in joined_packages(versions, PRESENCE)] == ["amd64", "arm64"]


class TestArchitectures:
    def test_a_package_that_each_platform_has_in_its_own_is_one_without(self) -> None:
        found = {name: (deb("tar", ARCHITECTURES[name], f"own:{name}"),) for name in NAMES}
        (package,) = joined_packages(found, PRESENCE)
        assert package.purl == deb("tar", "").purl
        assert PRESENCE.of(package) == NAMES

    def test_one_that_only_one_platform_has_keeps_it(self) -> None:
        (package,) = joined_packages({NAMES[0]: (deb("tar", "amd64", "s"),), NAMES[1]: ()}, PRESENCE)
        assert package.purl == deb("tar", "amd64").purl

    def test_one_that_is_for_all_keeps_it(self) -> None:
        (package,) = joined_packages({name: (deb("tzdata", "all", "s"),) for name in NAMES}, PRESENCE)
        assert package.purl == deb("tzdata", "all").purl

    def test_where_a_platform_has_two_they_stay_apart(self) -> None:
        found = {
            NAMES[0]: (deb("libc6", "amd64", "s"), deb("libc6", "i386", "s")),
            NAMES[1]: (deb("libc6", "arm64", "s"),),
        }
        assert {it.purl.qualifiers["arch"]: PRESENCE.of(it) for it in joined_packages(found, PRESENCE)} == {
            "amd64": (NAMES[0],),
            "arm64": (NAMES[1],),
            "i386": (NAMES[0],),
        }


PACKAGES = st.builds(
    lambda purl_type, name, version, place, architecture: Package(
        PackageURL(purl_type, None, name, version, {"arch": architecture} if architecture else {}), (), place
    ),
    st.sampled_from(("deb", "npm")),
    st.sampled_from("ab"),
    st.sampled_from("12"),
    st.sampled_from(("", "x")),
    st.sampled_from(("", "amd64", "arm64", "all")),
)


@st.composite
def platforms(draw: st.DrawFn) -> dict[str, tuple[Package, ...]]:
    """Return packages of several platforms, each in some of the platform's layers."""
    drawn: dict[str, tuple[Package, ...]] = {}
    for name, layers in LAYERS.items():
        places = st.lists(st.builds(Location, st.sampled_from("pq"), st.sampled_from(layers)), min_size=1, max_size=3)
        drawn[name] = combine(
            replace(package, locations=tuple(draw(places))) for package in draw(st.lists(PACKAGES, max_size=6))
        )
    return drawn


def told(packages: Mapping[str, tuple[Package, ...]]) -> dict[str, list[tuple[str, str, frozenset[Location]]]]:
    """Return what is known of each platform's packages but for their architecture."""
    return {
        name: sorted(
            (_plain(it.purl), it.place, frozenset(replace(at, platforms=()) for at in it.locations)) for it in found
        )
        for name, found in packages.items()
    }


def _plain(purl: PackageURL) -> str:
    return f"{purl.type}/{purl.name}@{purl.version}"


@given(platforms())
def test_each_platform_has_its_packages_where_it_has_them(found: dict[str, tuple[Package, ...]]) -> None:
    together = joined_packages(found, PRESENCE)
    divided = {
        name: tuple(
            replace(it, locations=tuple(at for at in it.locations if name in PRESENCE.at(at)))
            for it in together
            if name in PRESENCE.of(it)
        )
        for name in NAMES
    }
    assert {name: _counted(it) for name, it in told(divided).items()} == {
        name: _counted(it) for name, it in told(found).items()
    }


@given(platforms())
def test_no_package_is_there_twice(found: dict[str, tuple[Package, ...]]) -> None:
    together = joined_packages(found, PRESENCE)
    assert len({(it.purl.to_string(), it.place) for it in together}) == len(together)
    assert len(together) <= sum(map(len, found.values()))
    assert together == joined_packages(found, PRESENCE)


def _counted(told: list[tuple[str, str, frozenset[Location]]]) -> dict[object, int]:
    return {entry: told.count(entry) for entry in told}


def gap(subject: str) -> Gap:
    return Gap(GapKind.MALFORMED, subject, "not JSON")


def test_a_gap_says_which_platforms_it_is_of_unless_it_is_of_all() -> None:
    found = {NAMES[0]: (gap("a"), gap("b")), NAMES[1]: (gap("a"), gap("a"), gap("c")), NAMES[2]: (gap("a"), gap("c"))}
    told = {it.subject: it.platforms for it in joined_gaps(found)}
    assert told == {"a": (), "b": NAMES[:1], "c": NAMES[1:]}


def debian(version: str, layer: str) -> Distribution:
    return Distribution("debian", version, "Debian", "", (), Location("etc/os-release", layer))


def test_a_distribution_that_all_have_is_told_wherever_they_have_it() -> None:
    def distribution(*found: Distribution | None) -> Distribution | None:
        inventories = {name: Inventory((), distribution=it) for name, it in zip(NAMES, found, strict=True)}
        return joined(inventories, PRESENCE).distribution

    assert distribution(debian("12", "a"), debian("12", "b"), debian("12", "c")) == debian("12", "a")
    assert distribution(debian("12", "a"), debian("11", "b"), debian("12", "c")) is None
    assert distribution(debian("12", "a"), None, debian("12", "c")) is None
    assert distribution(None, None, None) is None


def test_what_was_examined_is_added_up() -> None:
    inventories = {
        NAMES[0]: Inventory((), examined=(Examined("npm", 2, 3), Examined("deb", 1, 1))),
        NAMES[1]: Inventory((), examined=(Examined("npm", 1, 1),)),
    }
    assert joined(inventories, PRESENCE).examined == (Examined("deb", 1, 1), Examined("npm", 3, 4))
