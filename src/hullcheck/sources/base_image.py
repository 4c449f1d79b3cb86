"""The image that an image was built on: as the user says, as its layers show, or as it claims itself."""

from dataclasses import replace

from hullcheck.errors import InvalidParameter
from hullcheck.model.layer import BaseEvidence, BaseImage, Image
from hullcheck.model.target import Target, TargetKind
from hullcheck.net.http import Http
from hullcheck.sources.known_images import KnownImages
from hullcheck.sources.open import open_target
from hullcheck.sources.options import SourceOptions

# OCI image specification, annotations.md.
_NAME = "org.opencontainers.image.base.name"
_DIGEST = "org.opencontainers.image.base.digest"


def given_base(reference: str, image: Image, http: Http, options: SourceOptions) -> BaseImage:
    """Return the image that `reference` names as the base of `image`, without layers if it is not.

    It is opened for its record only: none of its layers is read.
    """
    wanted = replace(options, platform=options.platform or image.platform)
    try:
        with open_target(TargetKind.IMAGE, reference, http, wanted) as opened:
            return _compared(reference, opened.target.image, image)
    except InvalidParameter as error:
        raise InvalidParameter(f"base image: {error.message}", hint=f"name a base for {image.platform}") from error


def found_base(image: Image, known: KnownImages | None) -> BaseImage | None:
    """Return what `image` was built on: the `known` image with the longest chain, or else what it claims."""
    claimed = claimed_base(image)
    candidates = known.below([layer.diff_id for layer in image.layers]) if known else ()
    if not candidates:
        return claimed
    # Of images with the same layers it is the one that the image names, if it does.
    named = {claimed.name, claimed.digest} - {""} if claimed else set()
    chosen = next((it for it in candidates if {it.name, it.digest} & named), candidates[0])
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
    return (target.image.whole_name if target.image else "") or target.name


def _compared(reference: str, base: Image | None, image: Image) -> BaseImage:
    chain = [layer.diff_id for layer in base.layers] if base else []
    is_below = chain == [layer.diff_id for layer in image.layers[: len(chain)]]
    return BaseImage(reference, base.digest if base else "", len(chain) if is_below else 0, BaseEvidence.GIVEN)
