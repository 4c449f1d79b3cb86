"""Indexes, manifests and configurations."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.simulators.images import OCI_CONFIG, OCI_LAYER, encoded

from hullcheck.errors import MalformedFile
from hullcheck.sources.documents import (
    DOCKER_INDEX,
    DOCKER_MANIFEST,
    OCI_INDEX,
    OCI_MANIFEST,
    Index,
    Manifest,
    images,
    read_document,
)

DIGEST = "sha256:" + "a" * 64
CONFIG = {"mediaType": OCI_CONFIG, "digest": DIGEST, "size": 2}
LAYER = {"mediaType": OCI_LAYER, "digest": DIGEST, "size": 3}
MANIFEST: dict[str, Any] = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": CONFIG, "layers": [LAYER]}
INDEX: dict[str, Any] = {
    "schemaVersion": 2,
    "mediaType": OCI_INDEX,
    "manifests": [{**LAYER, "mediaType": OCI_MANIFEST}],
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda it: st.lists(it, max_size=3) | st.dictionaries(st.text(max_size=5), it, max_size=3),
)


def document(content: Any, media_type: str = "") -> Index | Manifest:
    return read_document(encoded(content), media_type, "m")


@pytest.mark.parametrize("media_type", [OCI_MANIFEST, DOCKER_MANIFEST])
def test_manifests_of_oci_and_docker_are_read(media_type: str) -> None:
    for content in ({**MANIFEST, "mediaType": media_type}, {k: v for k, v in MANIFEST.items() if k != "mediaType"}):
        read = document(content, media_type)
        assert isinstance(read, Manifest)
        assert [layer.size for layer in read.layers] == [3]


@pytest.mark.parametrize("media_type", [OCI_INDEX, DOCKER_INDEX])
def test_indexes_of_oci_and_docker_are_read(media_type: str) -> None:
    for content in ({**INDEX, "mediaType": media_type}, {k: v for k, v in INDEX.items() if k != "mediaType"}):
        assert isinstance(document(content, media_type), Index)


@pytest.mark.parametrize(
    "media_type", ["", "application/json", "application/json; charset=utf-8", "application/octet-stream"]
)
def test_a_document_that_nobody_names_is_what_it_looks_like(media_type: str) -> None:
    assert isinstance(document({k: v for k, v in MANIFEST.items() if k != "mediaType"}, media_type), Manifest)
    assert isinstance(document({k: v for k, v in INDEX.items() if k != "mediaType"}, media_type), Index)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({"schemaVersion": 1, "fsLayers": []}, "schema 1"),
        ({**MANIFEST, "manifests": []}, "both an index and a manifest"),
        ({**INDEX, "layers": []}, "both an index and a manifest"),
        ({**MANIFEST, "mediaType": "application/vnd.example"}, "unknown type 'application/vnd.example'"),
        ({"schemaVersion": 2}, "neither an index nor a manifest"),
        ({k: v for k, v in MANIFEST.items() if k != "layers"}, "expected a list of layers"),
        ({**MANIFEST, "layers": {}}, "expected a list of layers"),
        ({**MANIFEST, "layers": ["x"]}, "expected an object"),
        ({**INDEX, "manifests": None}, "expected a list of manifests"),
        ({**MANIFEST, "config": None}, "expected an object"),
        ({**MANIFEST, "config": {**CONFIG, "digest": "sha256:abc"}}, "is no digest"),
        ({**MANIFEST, "config": {**CONFIG, "digest": "../../etc/passwd"}}, "is no digest"),
        ({**MANIFEST, "config": {**CONFIG, "digest": "md5:" + "a" * 32}}, "is no digest"),
        ({**MANIFEST, "config": {**CONFIG, "digest": DIGEST.upper()}}, "is no digest"),
        ({**MANIFEST, "config": {**CONFIG, "size": -1}}, "below zero"),
        (
            {**MANIFEST, "config": {**CONFIG, "mediaType": "application/vnd.cncf.helm.config.v1+json"}},
            "no container image but 'application/vnd.cncf.helm",
        ),
        (
            {
                **MANIFEST,
                "artifactType": "application/spdx",
                "config": {**CONFIG, "mediaType": "application/vnd.oci.empty.v1+json"},
            },
            "no container image but 'application/spdx'",
        ),
        ({**MANIFEST, "layers": [{**LAYER, "mediaType": "text/plain"}]}, "layer of the unknown type 'text/plain'"),
        ({**MANIFEST, "layers": [{**LAYER, "mediaType": OCI_LAYER + "+gzip+encrypted"}]}, "encrypted"),
    ],
)
def test_what_is_no_document_of_an_image_is_malformed(content: Any, problem: str) -> None:
    with pytest.raises(MalformedFile, match=problem):
        document(content)


def test_another_type_than_the_servers_goes_before_it() -> None:
    assert isinstance(document(MANIFEST, "text/html"), Manifest)
    with pytest.raises(MalformedFile, match="unknown type 'text/html'"):
        document({k: v for k, v in MANIFEST.items() if k != "mediaType"}, "text/html")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"<html>", b"[" * 100_000])
def test_what_is_no_json_object_is_malformed(content: bytes) -> None:
    with pytest.raises(MalformedFile):
        read_document(content, "", "m")


def test_an_image_without_layers_is_one() -> None:
    assert document({**MANIFEST, "layers": []}) == Manifest(config=document(MANIFEST).config, layers=())  # type: ignore[union-attr]


@given(st.dictionaries(st.sampled_from([*MANIFEST, *INDEX, "annotations"]), json_values))
def test_arbitrary_documents_are_malformed_and_nothing_else(content: Any) -> None:
    with suppress(MalformedFile):
        read_document(json.dumps(content).encode(), "", "m")


def test_the_annotations_of_a_manifest_are_kept_by_name() -> None:
    read = document({**MANIFEST, "annotations": {"b": "2", "a": "1"}})
    assert isinstance(read, Manifest)
    assert read.annotations == (("a", "1"), ("b", "2"))
    with pytest.raises(MalformedFile, match="annotations"):
        document({**MANIFEST, "annotations": {"a": 1}})


def test_attestations_are_no_images() -> None:
    entries = [
        {**LAYER, "mediaType": OCI_MANIFEST, "platform": {"os": "linux", "architecture": "amd64"}},
        {**LAYER, "mediaType": OCI_MANIFEST, "platform": {"os": "unknown", "architecture": "unknown"}},
        {**LAYER, "mediaType": OCI_MANIFEST, "annotations": {"vnd.docker.reference.type": "attestation-manifest"}},
    ]
    read = document({**INDEX, "manifests": entries})
    assert isinstance(read, Index)
    assert [str(it.platform) for it in images(read)] == ["linux/amd64"]
