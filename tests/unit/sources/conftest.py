"""Real registries, which run as long as the tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.simulators.images import (
    LayerFile,
    digest,
    file,
    image,
    index,
    layer,
    layout_files,
    named,
    platform,
    write_files,
)
from tests.simulators.real_registry import RealRegistry, serving_real_registry

BASE = layer(file("var/status", b"base"), file("etc/passwd"))
TOP = layer(file("app/status", b"top"), packing="+zstd")
HISTORY = [{"created_by": "ADD base"}, {"created_by": "ENV x", "empty_layer": True}, {"created_by": "COPY top"}]
AMD = image(BASE, TOP, history=HISTORY, architecture="amd64")
ARM = image(layer(file("arm/status", b"arm")), architecture="arm64", variant="v8")


@pytest.fixture(scope="session")
def layouts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the layouts "single", "gzipped" and "multi"."""
    root = tmp_path_factory.mktemp("layouts")
    write_files(root / "single", layout_files(index(named(AMD, "1.0")), AMD))
    gzipped = image(BASE, LayerFile(TOP.archive), history=HISTORY)
    write_files(root / "gzipped", layout_files(index(named(gzipped, "1.0")), gzipped))
    both = index(AMD.descriptor(platform=platform("linux/amd64")), ARM.descriptor(platform=platform("linux/arm64/v8")))
    nested = index(
        {
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "digest": digest(both),
            "size": len(both),
            "annotations": {"org.opencontainers.image.ref.name": "1.0"},
        }
    )
    write_files(root / "multi", layout_files(nested, AMD, ARM, blobs={digest(both): both}))
    return root


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory, layouts: Path) -> Iterator[RealRegistry]:
    """Run a registry with images in the formats of OCI and Docker."""
    with serving_real_registry(tmp_path_factory.mktemp("registry")) as real:
        real.push(f"oci:{layouts}/single:1.0", "team/app:1.0")
        real.push(f"oci:{layouts}/gzipped:1.0", "docker:1.0", "--format=v2s2")
        real.push(f"oci:{layouts}/multi:1.0", "multi:1.0", "--all")
        yield real


@pytest.fixture(scope="session")
def private_registry(tmp_path_factory: pytest.TempPathFactory, layouts: Path) -> Iterator[RealRegistry]:
    """Run a registry that wants a login."""
    with serving_real_registry(tmp_path_factory.mktemp("private"), login="user:pass:word") as real:
        real.push(f"oci:{layouts}/single:1.0", "team/app:1.0")
        yield real
