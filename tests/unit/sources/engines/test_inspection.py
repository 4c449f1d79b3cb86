"""What an engine tells of an image."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.simulators.images import digest, encoded

from hullcheck.errors import InvalidParameter, MalformedFile
from hullcheck.sources.engines.inspection import Inspected, check_name, read_inspected

ID = digest(b"id")
MANIFEST = digest(b"manifest")


def told(layers: int = 0, **more: Any) -> Inspected:
    diff_ids = [digest(bytes([number])) for number in range(layers)]
    return read_inspected(encoded({"Id": ID, "RootFS": {"Type": "layers", "Layers": diff_ids}, **more}), "app")


def history(*steps: tuple[str, int]) -> bytes:
    return encoded([{"CreatedBy": by, "Size": size} for by, size in reversed(steps)])


def made(layers: int, *steps: tuple[str, int]) -> list[bool] | None:
    """Return which of `steps` are taken to have made a layer."""
    content = told(layers).configuration(history(*steps), "app")
    return None if content is None else [not it["empty_layer"] for it in json.loads(content)["history"]]


def test_steps_with_a_size_made_a_layer() -> None:
    assert made(2, ("RUN a", 5), ("RUN true", 0), ("COPY b", 7)) == [True, False, True]


def test_steps_without_a_size_made_one_where_all_are_needed() -> None:
    steps = (("ADD a", 5), ("/bin/sh -c #(nop)  ENV A=1", 0), ("WORKDIR /x", 0), ("RUN rm a", 0), ("USER x", 0))
    assert made(3, *steps) == [True, False, True, True, False]
    assert made(1, *steps) == [True, False, False, False, False]


def test_which_of_several_steps_made_a_layer_may_not_be_told() -> None:
    assert made(2, ("ADD a", 5), ("RUN rm a", 0), ("RUN true", 0)) is None
    assert made(1) is None
    assert made(0) == []


@given(st.lists(st.tuples(st.sampled_from(["RUN x", "ENV x", "LABEL=", "USERS", "CMD", ""]), st.integers(0, 2))))
def test_as_many_steps_are_taken_as_there_are_layers(steps: list[tuple[str, int]]) -> None:
    for layers in range(len(steps) + 1):
        found = made(layers, *steps)
        assert found is None or (sum(found) == layers and len(found) == len(steps))


def test_an_old_id_is_a_digest() -> None:
    assert told(Id=ID.removeprefix("sha256:")).id == ID


def test_what_the_engine_does_not_know_is_not_there() -> None:
    document = json.loads(
        told(Created="0001-01-01T00:00:00Z", Author="", Variant="").configuration(b"[]", "app") or b""
    )
    assert document == {"config": None, "rootfs": {"type": "layers", "diff_ids": []}, "history": []}
    nameless = told(RepoTags=["<none>:<none>"], RepoDigests=["<none>@<none>"])
    assert (nameless.tags, nameless.digests) == ((), ())


def test_an_id_that_is_the_digest_of_a_name_is_of_a_manifest() -> None:
    assert told(RepoDigests=[f"app@{MANIFEST}"]).has_config_id
    assert not told(RepoDigests=[f"app@{ID}"]).has_config_id
    assert not told(Descriptor={"digest": ID}).has_config_id


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("app", ["app:latest"]),
        ("app:1", ["docker.io/library/app:1"]),
        ("docker.io/app:1", ["app:1"]),
        ("app:1", ["localhost/app:1"]),
        ("team/app:1", ["other:2", "localhost/team/app:1"]),
        ("quay.example/app:1", ["quay.example/app:1"]),
        ("cafe", ["cafe:latest"]),
        (ID, []),
        (ID.removeprefix("sha256:"), []),
        (ID.removeprefix("sha256:")[:12], []),
        (f"app@{MANIFEST}", []),
        (f"app:1@{MANIFEST}", []),
        (f"app@{ID}", []),
    ],
)
def test_an_image_is_called_by_its_names(name: str, tags: list[str]) -> None:
    assert told(RepoTags=tags, RepoDigests=[f"app@{MANIFEST}"]).is_called(name)


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        # Podman finds these.
        ("app:1", ["quay.example/team/app:1"]),
        ("app:1", ["localhost/team/app:1"]),
        ("quay.example/app:1", ["localhost/app:1"]),
        ("quay.example/app:1", ["app:1"]),
        ("app", ["app:1"]),
        # A name, which is the beginning of the id as well.
        (ID.removeprefix("sha256:")[:6], []),
        ("0" * 12, []),
        (f"app@{digest(b'other')}", ["app:latest"]),
        ("app", ["no name at all"]),
    ],
)
def test_an_image_is_not_called_by_what_only_engines_take_for_its_name(name: str, tags: list[str]) -> None:
    assert not told(RepoTags=tags, RepoDigests=[f"app@{MANIFEST}"]).is_called(name)


@given(st.text())
def test_names_and_ids_are_told_from_all_else(text: str) -> None:
    try:
        check_name(text)
    except InvalidParameter:
        return
    assert not set("/".join(f" {text} ".split("/"))).intersection("?#%\\\r\n")
    assert ".." not in text.split("/")


@given(st.recursive(st.none() | st.integers() | st.text(), lambda it: st.dictionaries(st.text(), it) | st.lists(it)))
def test_any_document_is_read_or_malformed(document: Any) -> None:
    for content in ({"Id": document}, {"Id": ID, "RepoTags": document}, {"Id": ID, "RootFS": document}, document):
        try:
            read_inspected(encoded(content), "app")
        except MalformedFile:
            continue
