"""The image that an image was built on: as the user says, as its layers show, or as it claims itself."""

import re
from dataclasses import replace

from hullcheck.errors import InvalidParameter, concerning
from hullcheck.model.layer import BaseEvidence, BaseImage, Image
from hullcheck.model.target import Target, TargetKind
from hullcheck.net.http import Http
from hullcheck.sources.image_reference import registry_of
from hullcheck.sources.known_images import KnownImage, KnownImages
from hullcheck.sources.open import open_target
from hullcheck.sources.options import SourceOptions
from hullcheck.sources.platforms import is_several

# OCI image specification, annotations.md.
_NAME = "org.opencontainers.image.base.name"
_DIGEST = "org.opencontainers.image.base.digest"

_VERSION = re.compile(r"(?::[^/:@]*)?(?:@.*)?$")


def given_base(reference: str, image: Image, http: Http, options: SourceOptions) -> BaseImage:
    """Return the image that `reference` names as the base of `image`, without layers if it is not.

    It is opened for its record only: none of its layers is read.
    """
    asked = "" if is_several(options.platform) else options.platform
    wanted = replace(options, platform=asked or image.platform)
    with concerning("base image"):
        try:
            with open_target(TargetKind.IMAGE, reference, http, wanted) as opened:
                return _compared(reference, opened.target.image, image)
        except InvalidParameter as error:
            raise InvalidParameter(error.message, hint=f"name a base for {image.platform}") from error


def options_for_base(options: SourceOptions, reference: str) -> SourceOptions:
    """Return `options` for the base of the image that the user calls `reference`.

    The login of the command is for the registry of that image, and no other one may see it.
    """
    host = registry_of(reference)
    login = options.credentials
    return replace(options, credentials=replace(login, host=host) if host else replace(login, username="", password=""))


def found_base(image: Image, name: str, known: KnownImages | None) -> BaseImage | None:
    """Return what `image`, called `name`, is built on: the `known` image with the longest chain, or what it claims.

    An earlier version of the image is not its base, unless it says so: builds that add a step at the end go on behind
    the layers of the last one. Of images with the same layers it is the one that the image names, if it does.
    """
    claimed = claimed_base(image)
    own = _repository(name)

    def is_claimed(it: KnownImage) -> bool:
        return claimed is not None and (it.name == claimed.name or it.digest == claimed.digest != "")

    def may_be_base(it: KnownImage) -> bool:
        return is_claimed(it) or (it.name != name and not (it.named and _repository(it.name) == own))

    candidates = known.below([layer.diff_id for layer in image.layers], may_be_base) if known else ()
    if not candidates:
        return claimed
    chosen = next(filter(is_claimed, candidates), candidates[0])
    return BaseImage(chosen.name, chosen.digest, chosen.layers, BaseEvidence.KNOWN_LAYERS)


def claimed_base(image: Image) -> BaseImage | None:
    """Return the base that the annotations of `image`, or else its labels, name; anybody can write them."""
    for told in (dict(image.annotations), dict(image.labels)):
        name, digest = told.get(_NAME, ""), told.get(_DIGEST, "")
        if name or digest:
            return BaseImage(name, digest, 0, BaseEvidence.ANNOTATION)
    return None


def name_to_remember(target: Target) -> str:
    """Return what an image is called for good: its whole name where it has one, else what the user calls it."""
    return next((image.whole_name for image in target.every_image if image.whole_name), "") or target.name


def _repository(name: str) -> str:
    """Return the name of an image without tag and digest."""
    return _VERSION.sub("", name)


def _compared(reference: str, base: Image | None, image: Image) -> BaseImage:
    chain = [layer.diff_id for layer in base.layers] if base else []
    is_below = chain == [layer.diff_id for layer in image.layers[: len(chain)]]
    return BaseImage(reference, base.digest if base else "", len(chain) if is_below else 0, BaseEvidence.GIVEN)
