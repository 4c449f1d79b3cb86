"""What an image has from its base."""

from packageurl import PackageURL

from hullcheck.model.decision import Counts
from hullcheck.model.finding import Finding
from hullcheck.model.inheritance import inheritance, origins
from hullcheck.model.layer import BaseEvidence, BaseImage, Image, Layer
from hullcheck.model.package import Location, Package
from hullcheck.model.severity import Severity
from hullcheck.model.target import Target, TargetKind


def image(diff_ids: str, base: int | None = None) -> Image:
    layers = tuple(Layer(name, "", 0, "", "") for name in diff_ids)
    known = None if base is None else BaseImage("base", "", base, BaseEvidence.GIVEN)
    return Image("id", "", (), "linux/amd64", "", "", (), layers, base=known)


def target(diff_ids: str, base: int | None = None) -> Target:
    return Target(TargetKind.IMAGE, "app", "registry", image(diff_ids, base))


def package(*layers: str) -> Package:
    return Package(PackageURL("deb", "debian", "tar", "1"), tuple(Location(f"at/{it}", it) for it in layers))


def finding(where: Package, severity: Severity = Severity.HIGH) -> Finding:
    return Finding("f", "CVE-1", (), where, severity, "", (), "", "", ())


def test_a_package_of_the_lowest_layers_is_inherited() -> None:
    inherited = inheritance(target("abcd", base=2))
    assert [inherited.of(package(layer)) for layer in "abcd"] == [True, True, False, False]


def test_a_package_that_is_in_a_layer_above_too_was_added() -> None:
    inherited = inheritance(target("abcd", base=2))
    assert inherited.of(package("a", "b")) is True
    assert inherited.of(package("a", "c")) is False


def test_a_package_that_is_nowhere_is_not_said_to_be_inherited() -> None:
    assert inheritance(target("ab", base=1)).of(package()) is False


def test_without_a_base_whose_layers_are_known_nothing_is_said() -> None:
    directory = Target(TargetKind.ROOTFS, ".", "directory")
    for unknown in (directory, target("ab"), target("ab", base=0)):
        assert inheritance(unknown).of(package("a")) is None
        assert origins(unknown, [finding(package("a"))]) is None


def test_a_layer_that_comes_again_above_the_base_is_not_the_bases() -> None:
    """What lies between may have removed what it brings: locations name both by one diff ID."""
    inherited = inheritance(target("abca", base=2))
    assert inherited.of(package("a")) is False
    assert inherited.of(package("b")) is True
    assert inheritance(target("aa", base=1)).of(package("a")) is False


def test_an_image_that_adds_no_layer_has_all_from_its_base() -> None:
    assert inheritance(target("ab", base=2)).of(package("b")) is True


def test_findings_are_counted_by_origin_and_severity() -> None:
    base, above = package("a"), package("b")
    found = [finding(base), finding(base, Severity.LOW), finding(above, Severity.CRITICAL), finding(above)]
    counted = origins(target("ab", base=1), found)
    assert counted is not None
    assert counted.inherited == Counts(0, 1, 0, 1, 0, 0)
    assert counted.added == Counts(1, 1, 0, 0, 0, 0)
