"""What is scanned."""

from dataclasses import dataclass
from enum import StrEnum

from hullcheck.model.layer import Image


class TargetKind(StrEnum):
    """What the user asked to scan. It decides which analyzers run."""

    IMAGE = "image"
    REPOSITORY = "repo"
    ROOTFS = "rootfs"
    SBOM = "sbom"


@dataclass(frozen=True, slots=True)
class Target:
    """What is scanned: `source` is how it was read ("registry", "oci-layout", ...).

    `name` is as the user gave it; of an archive on stdin ("-") it is what the image is called in there, if it is.
    `image` is the one that is scanned, `images` are those for several platforms, where `image` is None.
    """

    kind: TargetKind
    name: str
    source: str
    image: Image | None = None
    images: tuple[Image, ...] = ()

    @property
    def every_image(self) -> tuple[Image, ...]:
        """Return the image, or those for several platforms; () where it is no image."""
        return (self.image,) if self.image else self.images

    @property
    def commands(self) -> dict[str, str]:
        """Return the build commands of all layers, by their diff IDs."""
        layers = [layer for image in self.every_image for layer in image.layers]
        return {layer.diff_id: layer.created_by for layer in reversed(layers)}
