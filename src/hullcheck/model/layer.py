"""A container image as its manifest and configuration describe it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of an image.

    `diff_id` is the digest of the uncompressed tar, `digest` that of the blob as stored or transferred, `size`
    the bytes of that blob, `created_by` the build command from the image's history ("" where it has none).
    OCI image specification, config.md.
    """

    diff_id: str
    digest: str
    size: int
    media_type: str
    created_by: str


@dataclass(frozen=True, slots=True)
class Image:
    """An image: identity, configuration and layers, lowest first.

    `id` is the digest of the configuration, `digest` that of the manifest ("" for a docker archive, which has
    none), `platform` is "os/architecture[/variant]", `created` an RFC 3339 time or "".
    """

    id: str
    digest: str
    tags: tuple[str, ...]
    platform: str
    created: str
    user: str
    labels: tuple[tuple[str, str], ...]
    layers: tuple[Layer, ...]

    def layer(self, diff_id: str) -> Layer | None:
        """Return the first layer with `diff_id`."""
        return next((layer for layer in self.layers if layer.diff_id == diff_id), None)
