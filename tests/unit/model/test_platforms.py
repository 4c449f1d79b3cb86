"""Which platforms have what."""

from packageurl import PackageURL

from hullcheck.model.decision import Counts
from hullcheck.model.finding import Finding
from hullcheck.model.inheritance import inheritance, origins
from hullcheck.model.layer import BaseEvidence, BaseImage, Image, Layer
from hullcheck.model.package import Location, Package
from hullcheck.model.platforms import Presence, platform_names, presence
from hullcheck.model.severity import Severity
from hullcheck.model.target import Target, TargetKind

NAMES = ("linux/amd64", "linux/arm64")


def image(platform: str, diff_ids: str, base: int | None = None, version: str = "", identity: str = "") -> Image:
    layers = tuple(Layer(name, "", 0, "", "") for name in diff_ids)
    known = None if base is None else BaseImage("base", "", base, BaseEvidence.GIVEN)
    return Image(identity or f"sha256:{platform}", "", (), platform, "", "", (), layers, os_version=version, base=known)


def target(amd: str, arm: str, *bases: int | None) -> Target:
    pairs = zip(NAMES, (amd, arm), bases or (None, None), strict=True)
    images = tuple(image(name, diff_ids, base) for name, diff_ids, base in pairs)
    return Target(TargetKind.IMAGE, "app", "registry", images=images)


def package(*locations: Location) -> Package:
    return Package(PackageURL("deb", "debian", "tar", "1"), locations)


def at(layer: str, *platforms: str) -> Location:
    return Location(f"in/{layer}", layer, platforms=platforms)


def finding(where: Package, severity: Severity = Severity.HIGH) -> Finding:
    return Finding("f", "CVE-1", (), where, severity, "", (), "", "", ())


def test_the_layer_tells_which_platforms_have_a_package() -> None:
    whose = presence(target("sa", "sb"))
    found = {layer: whose.of(package(at(layer))) for layer in "sab"}
    assert found == {"s": NAMES, "a": NAMES[:1], "b": NAMES[1:]}
    assert whose.of(package(at("b"), at("a"))) == NAMES


def test_a_location_that_says_more_is_believed() -> None:
    whose = presence(target("sa", "sb"))
    assert whose.of(package(at("s", "linux/arm64"))) == ("linux/arm64",)
    assert whose.of(package(at("s", "linux/arm64"), at("a"))) == NAMES


def test_what_has_no_place_or_an_unknown_one_is_of_all() -> None:
    whose = presence(target("sa", "sb"))
    assert whose.of(package()) == whose.of(package(at("?"))) == whose.of(package(Location(""))) == NAMES


def test_a_platform_that_is_none_of_the_target_is_not_told() -> None:
    assert presence(target("a", "b")).of(package(at("a", "plan9/mips"))) == ()


def test_with_one_platform_nothing_is_told() -> None:
    one = Target(TargetKind.IMAGE, "app", "registry", image("linux/amd64", "a"))
    assert presence(one) == Presence()
    assert presence(one).of(package(at("a"))) == ()
    assert presence(one).counts([finding(package(at("a")))]) == {}


def test_findings_are_counted_for_each_platform() -> None:
    both, arm = package(at("s")), package(at("b"))
    counted = presence(target("sa", "sb")).counts([finding(both), finding(arm, Severity.LOW), finding(both)])
    assert counted == {"linux/amd64": Counts(0, 2, 0, 0, 0, 0), "linux/arm64": Counts(0, 2, 0, 1, 0, 0)}


def test_names_tell_platforms_apart() -> None:
    windows = [image("windows/amd64", "a", version=version) for version in ("1", "2")]
    assert platform_names(windows) == ("windows/amd64 1", "windows/amd64 2")
    alike = [image("linux/amd64", "a", identity=f"sha256:{digit * 64}") for digit in "ab"]
    assert platform_names(alike) == (f"linux/amd64 {'a' * 12}", f"linux/amd64 {'b' * 12}")
    assert platform_names([*windows[:1], image("", "b")]) == ("windows/amd64", "unknown")
    assert (platform_names(windows[:1]), platform_names([])) == (("",), ())


def test_commands_are_those_of_all_layers() -> None:
    layers = (Layer("a", "", 0, "", "ADD a"), Layer("b", "", 0, "", "ADD b"))
    both = tuple(Image("", "", (), "", "", "", (), (layer,)) for layer in layers)
    assert Target(TargetKind.IMAGE, "app", "", images=both).commands == {"a": "ADD a", "b": "ADD b"}


class TestInheritance:
    def test_what_each_platform_has_from_its_base_is_inherited(self) -> None:
        inherited = inheritance(target("sxa", "syb", 2, 2))
        assert inherited.of(package(at("s"))) is True
        assert inherited.of(package(at("x"), at("y"))) is True
        assert inherited.of(package(at("x"), at("b"))) is False
        assert inherited.of(package(at("a"))) is False

    def test_a_platform_without_the_package_has_no_say(self) -> None:
        inherited = inheritance(target("sxa", "syb", 2, None))
        assert inherited.of(package(at("x"))) is True
        assert inherited.of(package(at("s"))) is None
        assert inherited.of(package(at("a"), at("b"))) is False
        assert inherited.of(package(at("s", "linux/amd64"))) is True

    def test_findings_are_counted_where_all_bases_are_known(self) -> None:
        found = [finding(package(at("s"))), finding(package(at("b")))]
        assert origins(target("sa", "sb", 1, None), found) is None
        counted = origins(target("sa", "sb", 1, 1), found)
        assert counted is not None
        assert (counted.inherited.high, counted.added.high) == (1, 1)
