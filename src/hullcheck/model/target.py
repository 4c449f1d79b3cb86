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
    """

    kind: TargetKind
    name: str
    source: str
    image: Image | None = None
