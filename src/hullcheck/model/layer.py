"""A container image as its manifest and configuration describe it."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of an image.

    `diff_id` is the digest of the uncompressed tar, `digest` that of the blob as stored or transferred, `size`
    the bytes of that blob (0 where only reading it tells: an engine's), `created_by` the build command from the image's
    history ("" where it has none). OCI image specification, config.md.
    """

    diff_id: str
    digest: str
    size: int
    media_type: str
    created_by: str


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """A step of the build, as the image tells it: `created` is an RFC 3339 time or "".

    `created_by` is what the builder wrote, in its own form; secrets in it are redacted as in `Image.environment`. A
    step with `empty_layer` changed the configuration and made no layer. OCI image specification, config.md.
    """

    created: str = ""
    created_by: str = ""
    author: str = ""
    comment: str = ""
    empty_layer: bool = False


class BaseEvidence(StrEnum):
    """How the base of an image is known."""

    GIVEN = "given"
    KNOWN_LAYERS = "known layers"
    ANNOTATION = "annotation"


@dataclass(frozen=True, slots=True)
class BaseImage:
    """The image that another one was built on.

    `layers` is how many of the lowest layers are those of the base. It is 0 where that is not known: where only an
    annotation of the image names the base, and where the base that the user gave is not the beginning of the image.
    `digest` is that of its manifest, "" where it is not known.
    """

    name: str
    digest: str
    layers: int
    evidence: BaseEvidence


@dataclass(frozen=True, slots=True)
class Image:
    """An image: identity, configuration and layers, lowest first.

    `id` is the digest of the configuration, `digest` that of the manifest ("" for a docker archive, which has
    none), `platform` is "os/architecture[/variant]", `created` an RFC 3339 time or "". `labels` are of the
    configuration, `annotations` of the manifest.

    What a report holds is read by many: values of variables and options whose name says that they are secret, and
    users and passwords in addresses, are replaced by "(redacted)", in the environment and wherever a command, a step
    of the history, a label or an annotation tells them. Names stay, and so do empty values.
    """

    id: str
    digest: str
    tags: tuple[str, ...]
    platform: str
    created: str
    user: str
    labels: tuple[tuple[str, str], ...]
    layers: tuple[Layer, ...]
    os_version: str = ""
    author: str = ""
    annotations: tuple[tuple[str, str], ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    working_directory: str = ""
    exposed_ports: tuple[str, ...] = ()
    history: tuple[HistoryStep, ...] = ()
    base: BaseImage | None = None

    @property
    def whole_name(self) -> str:
        """Return the first of `tags` that names the image and not a version of it alone ("1.0"), "" without one."""
        return next((tag for tag in self.tags if "/" in tag or ":" in tag), "")

    def layer(self, diff_id: str) -> Layer | None:
        """Return the first layer with `diff_id`."""
        return next((layer for layer in self.layers if layer.diff_id == diff_id), None)
