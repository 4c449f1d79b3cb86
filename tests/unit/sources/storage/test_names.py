"""Which image is meant."""

import pytest

from hullcheck.errors import StorageError
from hullcheck.sources.storage.chain import chain_ids
from hullcheck.sources.storage.names import NotStored, Stored, find

ID, OTHER = "sha256:" + 64 * "a", "sha256:" + "ab" * 32
MANIFEST = "sha256:" + 64 * "1"
APP = Stored("app", 1, ("docker.io/library/app:1", "registry.example:5000/team/app:2"), ID, (MANIFEST,))
LOCAL = Stored("local", 2, ("localhost/built:latest",), OTHER)
NAMELESS = Stored("nameless", 3, (), "sha256:" + 64 * "c")
EVERY = (APP, LOCAL, NAMELESS)


def found(reference: str, *, ends: bool = False) -> int:
    return find(reference, EVERY, "here", ends=ends)[0].what


@pytest.mark.parametrize(
    ("reference", "what"),
    [
        ("app:1", 1),
        ("library/app:1", 1),
        ("docker.io/app:1", 1),
        ("registry.example:5000/team/app:2", 1),
        ("localhost/built", 2),
        (f"app@{MANIFEST}", 1),
        (f"app:7@{MANIFEST}", 1),
        (ID, 1),
        ("aaaa", 1),
        (64 * "a", 1),
        ("abab", 2),
        ("sha256:cccc", 3),
        (MANIFEST, 1),
    ],
)
def test_names_digests_and_ids_name_images(reference: str, what: int) -> None:
    assert found(reference) == what


@pytest.mark.parametrize(
    "reference",
    [
        "app",
        "app:2",
        "team/app:2",
        "built",
        "aaa",
        "aaab",
        f"other@{MANIFEST}",
        f"app@{ID}",
        "",
        "../x",
        "Upper",
        "p:1",
    ],
)
def test_what_is_called_otherwise_is_not_stored(reference: str) -> None:
    with pytest.raises(NotStored) as raised:
        found(reference)
    assert "localhost/built:latest" in raised.value.hint


def test_the_end_of_a_name_means_images_of_podman() -> None:
    assert found("built", ends=True) == found("built:latest", ends=True) == 2
    assert found("team/app:2", ends=True) == found("app:2", ends=True) == 1
    for reference in ("eam/app:2", "uilt", "app:3", f"built@{MANIFEST}"):
        with pytest.raises(NotStored):
            found(reference, ends=True)


def test_an_id_may_be_a_name_of_an_image_elsewhere() -> None:
    assert find("app:1", EVERY, "here", ids=False) == (APP,)
    for reference in ("aaaa", ID, MANIFEST):
        with pytest.raises(NotStored):
            find(reference, EVERY, "here", ids=False)


def test_several_images_are_told() -> None:
    with pytest.raises(StorageError, match="several images are meant by 'abab'") as raised:
        find("abab", (LOCAL, Stored("more", 4, ("other:1",), "sha256:abab" + 60 * "0")), "here")
    assert raised.value.hint == "name one of localhost/built:latest, other:1"


def test_one_image_may_be_listed_several_times() -> None:
    twice = (APP, Stored("app", 5, ("app:1",)))
    assert [it.what for it in find("app:1", twice, "here")] == [5]
    assert [it.what for it in find("docker.io/app:1", twice, "here")] == [1, 5]


def test_an_empty_storage_has_none() -> None:
    with pytest.raises(NotStored) as raised:
        find("app", (), "here")
    assert raised.value.hint == "it has none"


def test_long_lists_are_cut() -> None:
    with pytest.raises(NotStored) as raised:
        find("app", tuple(Stored(str(it), it, (f"image-{it:03}:1",)) for it in range(100)), "here")
    assert raised.value.hint.endswith("image-009:1 and 90 more")


def test_chain_ids_are_those_of_docker() -> None:
    """Of an image that Docker 20.10 stored."""
    layers = [
        "sha256:793bd2cc1a0e7b8a7417c77ffdb9b592c7b7a523ebe0fb722ebab2362db38766",
        "sha256:a1e588b2ace7b1ccf4ba7b3af6de9f67e3aba909cfc76cb63ce6539ec3d3bc65",
        "sha256:c05767c90ff4d611a0e1ddf121ed38ee3ed84cebdd102a1f2a1168574c4ab3e7",
    ]
    assert list(chain_ids(layers)) == [
        layers[0],
        "sha256:33d388995892f4f5d7c2dc7f73e431322334e32b7c57e3fabeae1fc03331d0af",
        "sha256:8ac565ec35a9d9b4b4f8e0accd843107bb4f4d8906bbac132d911fcf2c0d07b9",
    ]
