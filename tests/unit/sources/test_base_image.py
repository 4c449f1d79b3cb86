"""What an image is built on."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.simulators.images import BuiltImage, LayerFile, file, image, index, layer, layout_files, named, write_files
from tests.simulators.registry import serving_registry

from hullcheck.errors import ArchiveError, HullcheckError, ImageError, InvalidParameter
from hullcheck.model.layer import BaseEvidence, BaseImage, Image, Layer
from hullcheck.model.target import Target, TargetKind
from hullcheck.net.http import Http, HttpOptions
from hullcheck.net.keychain import CredentialOptions
from hullcheck.sources.base_image import claimed_base, found_base, given_base, name_to_remember, options_for_base
from hullcheck.sources.known_images import KnownImages
from hullcheck.sources.open import open_target
from hullcheck.sources.options import SourceOptions

ONE, TWO, THREE = (layer(file(f"{name}/status", name.encode())) for name in ("one", "two", "three"))


def stored(root: Path, built: BuiltImage) -> str:
    return str(write_files(root, layout_files(index(named(built, "1.0")), built)))


def record(reference: str) -> Image:
    with Http() as http, open_target(TargetKind.IMAGE, reference, http) as opened:
        assert opened.target.image is not None
        return opened.target.image


def compared(root: Path, base: tuple[LayerFile, ...], target: tuple[LayerFile, ...]) -> BaseImage:
    where = stored(root / "base", image(*base))
    with Http() as http:
        return given_base(where, record(stored(root / "target", image(*target))), http, SourceOptions())


def test_the_layers_of_the_given_base_are_the_lowest(tmp_path: Path) -> None:
    base = compared(tmp_path, (ONE, TWO), (ONE, TWO, THREE))
    assert (base.layers, base.evidence, base.name) == (2, BaseEvidence.GIVEN, str(tmp_path / "base"))
    assert base.digest == record(base.name).digest


def test_an_image_can_be_its_base_with_another_configuration(tmp_path: Path) -> None:
    assert compared(tmp_path, (ONE, TWO), (ONE, TWO)).layers == 2


@pytest.mark.parametrize("base", [(TWO,), (ONE, THREE), (ONE, TWO, THREE), (TWO, ONE), ()])
def test_a_base_that_is_not_the_beginning_has_no_layers_in_it(tmp_path: Path, base: tuple[LayerFile, ...]) -> None:
    assert compared(tmp_path, base, (ONE, TWO)).layers == 0


def test_how_the_layers_of_the_base_are_compressed_does_not_matter(tmp_path: Path) -> None:
    assert compared(tmp_path, (LayerFile(ONE.archive, "+zstd"),), (ONE, TWO)).layers == 1


def test_no_layer_of_the_base_is_read(tmp_path: Path) -> None:
    base, target = image(ONE), record(stored(tmp_path / "target", image(ONE, TWO)))
    where = Path(stored(tmp_path / "base", base))
    descriptor = ONE.descriptor()["digest"].partition(":")[2]
    (where / "blobs" / "sha256" / descriptor).unlink()
    with Http() as http:
        assert given_base(str(where), target, http, SourceOptions()).layers == 1


def test_the_base_is_that_for_the_platform_of_the_image(tmp_path: Path) -> None:
    arm = image(ONE, architecture="arm64", variant="v8")
    amd = image(TWO)
    listing = index(
        arm.descriptor(platform={"os": "linux", "architecture": "arm64", "variant": "v8"}),
        amd.descriptor(platform={"os": "linux", "architecture": "amd64"}),
    )
    where = str(write_files(tmp_path / "both", layout_files(listing, arm, amd)))
    target = record(stored(tmp_path / "target", image(ONE, THREE, architecture="arm64")))
    with Http() as http:
        assert given_base(where, target, http, SourceOptions()).layers == 1


def test_a_base_for_another_platform_is_a_mistake(tmp_path: Path) -> None:
    where = stored(tmp_path / "base", image(ONE, architecture="s390x"))
    with Http() as http, pytest.raises(InvalidParameter, match=r"base image: .*s390x") as caught:
        given_base(where, record(stored(tmp_path / "target", image(ONE, TWO))), http, SourceOptions())
    assert caught.value.hint == "name a base for linux/amd64"


def test_a_base_that_is_not_there_is_an_error_of_its_source(tmp_path: Path) -> None:
    target = record(stored(tmp_path / "target", image(ONE)))
    with Http() as http, pytest.raises(ArchiveError, match="no such file"):
        given_base("oci:nowhere", target, http, SourceOptions())


def test_an_error_says_that_it_is_about_the_base(tmp_path: Path) -> None:
    target = record(stored(tmp_path / "target", image(ONE)))
    for wrong in ("oci:nowhere", "no name"):
        with Http() as http, pytest.raises(HullcheckError, match=r"^base image: ") as caught:
            given_base(wrong, target, http, SourceOptions())
        assert caught.value.message.count("base image") == 1


LOGIN = CredentialOptions("user", "secret")


def given(reference: str, where: str, target: Image) -> BaseImage:
    options = options_for_base(SourceOptions(credentials=LOGIN), reference)
    with Http(HttpOptions(retries=0)) as http:
        return given_base(where, target, http, options)


@pytest.mark.parametrize("reference", ["{0}/app:1", "registry:{0}/team/app:1", "docker://{0}/app"])
def test_the_login_for_the_image_is_for_a_base_in_its_own_registry(tmp_path: Path, reference: str) -> None:
    target = record(stored(tmp_path / "target", image(ONE, TWO)))
    with serving_registry() as server:
        server.add("base", "1", image(ONE))
        server.authentication, server.users = "basic", {"user": "secret"}
        assert given(reference.format(server.host), f"{server.host}/base:1", target).layers == 1


@pytest.mark.parametrize(
    "reference", ["127.0.0.1:1/app:1", "docker:{0}/app:1", "app:1", "f" * 64, "-", "{1}", "oci:{1}:1"]
)
def test_no_other_registry_sees_the_login_for_the_image(tmp_path: Path, reference: str) -> None:
    where = stored(tmp_path / "target", image(ONE, TWO))
    with serving_registry() as server:
        server.add("base", "1", image(ONE))
        server.authentication, server.users = "basic", {"user": "secret"}
        with pytest.raises(ImageError, match="needs a login"):
            given(reference.format(server.host, where), f"{server.host}/base:1", record(where))
        assert not any("authorization" in it.headers for it in server.seen)


PLAIN = Image("id", "", (), "linux/amd64", "", "", (), tuple(Layer(it, "", 0, "", "") for it in "abc"))


def _claim(name: str = "", digest: str = "") -> tuple[tuple[str, str], ...]:
    found = {"org.opencontainers.image.base.name": name, "org.opencontainers.image.base.digest": digest}
    return tuple((key, value) for key, value in found.items() if value)


def test_what_an_image_claims_marks_nothing() -> None:
    claimed = BaseImage("debian:12", "sha256:1", 0, BaseEvidence.ANNOTATION)
    assert found_base(replace(PLAIN, annotations=_claim("debian:12", "sha256:1")), "app:1", None) == claimed
    assert found_base(replace(PLAIN, labels=_claim("debian:12", "sha256:1")), "app:1", None) == claimed
    assert found_base(PLAIN, "app:1", None) is None


def test_annotations_go_before_labels() -> None:
    both = replace(PLAIN, annotations=_claim("", "sha256:1"), labels=_claim("alpine", "sha256:2"))
    base = claimed_base(both)
    assert base is not None
    assert (base.name, base.digest) == ("", "sha256:1")


def test_layers_go_before_claims(tmp_path: Path) -> None:
    known = KnownImages(tmp_path)
    known.remember(replace(PLAIN, layers=PLAIN.layers[:2], digest="sha256:9"), "python:3.12")
    claiming = replace(PLAIN, annotations=_claim("debian:12"))
    assert found_base(claiming, "app:1", known) == BaseImage("python:3.12", "sha256:9", 2, BaseEvidence.KNOWN_LAYERS)


@pytest.mark.parametrize("claim", [_claim("c"), _claim("", "sha256:c"), _claim("other/c", "sha256:c")])
def test_of_images_with_the_same_layers_it_is_the_claimed_one(
    tmp_path: Path, claim: tuple[tuple[str, str], ...]
) -> None:
    known = KnownImages(tmp_path)
    for name in "abcd":
        known.remember(replace(PLAIN, layers=PLAIN.layers[:1], digest=f"sha256:{name}"), name)
    base = found_base(replace(PLAIN, labels=claim), "app:1", known)
    assert base is not None
    assert base.name == "c"
    unclaimed = found_base(PLAIN, "app:1", known)
    assert unclaimed is not None
    assert unclaimed.name == "a"


OTHER = "registry.example/sea/app"


@pytest.mark.parametrize("earlier", [f"{OTHER}:1", f"{OTHER}:2", f"{OTHER}@sha256:{'0' * 64}"])
def test_an_earlier_version_is_not_the_base(tmp_path: Path, earlier: str) -> None:
    known = KnownImages(tmp_path)
    known.remember(replace(PLAIN, layers=PLAIN.layers[:1], tags=("debian:12",)), "debian:12")
    known.remember(replace(PLAIN, layers=PLAIN.layers[:2], tags=(earlier,)), earlier)
    base = found_base(PLAIN, f"{OTHER}:2", known)
    assert base is not None
    assert (base.name, base.layers) == ("debian:12", 1)
    other = found_base(PLAIN, "registry.example/sea/other:2", known)
    assert other is not None
    assert (other.name, other.layers) == (earlier, 2)


def test_an_earlier_version_that_the_image_names_is_its_base(tmp_path: Path) -> None:
    known = KnownImages(tmp_path)
    known.remember(replace(PLAIN, layers=PLAIN.layers[:2], tags=(f"{OTHER}:core",)), f"{OTHER}:core")
    base = found_base(replace(PLAIN, labels=_claim(f"{OTHER}:core")), f"{OTHER}:java", known)
    assert base == BaseImage(f"{OTHER}:core", "", 2, BaseEvidence.KNOWN_LAYERS)
    assert found_base(PLAIN, f"{OTHER}:java", known) is None


def test_other_images_of_a_layout_may_be_the_base(tmp_path: Path) -> None:
    known = KnownImages(tmp_path)
    known.remember(replace(PLAIN, layers=PLAIN.layers[:1]), "./layout:base")
    base = found_base(PLAIN, "./layout:app", known)
    assert base is not None
    assert base.name == "./layout:base"
    assert found_base(PLAIN, "./layout:base", known) is None


def test_an_image_is_remembered_by_its_whole_name() -> None:
    tagged = replace(PLAIN, tags=("1.0", "registry.example/app:1.0"))
    assert name_to_remember(Target(TargetKind.IMAGE, "oci:layout", "oci-layout", tagged)) == "registry.example/app:1.0"
    assert name_to_remember(Target(TargetKind.IMAGE, "layout:1", "oci-layout", PLAIN)) == "layout:1"
