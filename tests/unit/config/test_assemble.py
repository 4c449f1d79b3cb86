import os
from pathlib import Path

import pytest

from hullcheck.config.assemble import cache_directory, database_directory, source_options
from hullcheck.config.options import COMMANDS
from hullcheck.config.settings import settle
from hullcheck.errors import InvalidParameter
from hullcheck.formats.tar import TarLimits
from hullcheck.sources.options import Limits
from hullcheck.sources.providers import PROVIDERS
from hullcheck.sources.search import FINDERS


def test_a_user_without_home_is_told_what_to_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that runs under a number that nobody gave a name."""
    for name in ("HOME", "XDG_CACHE_HOME", "HULLCHECK_DB_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    with pytest.raises(InvalidParameter, match="no home directory") as caught:
        database_directory(settle("db status", {}, {}, {}, ""))
    assert "--db-dir" in caught.value.hint
    assert str(database_directory(settle("db status", {"db-dir": "here"}, {}, {}, ""))) == "here"


def test_the_cache_is_in_the_users_cache_unless_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert cache_directory(settle("image", {}, {}, {}, "")) == Path("/caches/hullcheck")
    assert cache_directory(settle("image", {"cache-dir": "here"}, {}, {}, "")) == Path("here")


@pytest.mark.parametrize("environment", [{}, {"HULLCHECK_CACHE_DIR": "here"}])
def test_without_a_cache_no_directory_is_used(environment: dict[str, str]) -> None:
    assert cache_directory(settle("image", {"cache": False}, environment, {}, "")) is None
    assert cache_directory(settle("image", {}, {"HULLCHECK_CACHE": "0", **environment}, {}, "")) is None


def test_a_user_without_home_scans_without_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    assert cache_directory(settle("image", {}, {}, {}, "")) is None


def test_the_limits_of_the_options_are_those_of_the_sources() -> None:
    for command in ("image", "repo", "rootfs", "sbom"):
        assert source_options(settle(command, {}, {}, {}, ""), {}).limits == Limits()


def test_limits_are_set_as_sizes_and_numbers() -> None:
    file = {"max-layer-size": "1GiB", "max-file-size": 5000}
    found = source_options(
        settle("image", {"max-entries": 7}, {"HULLCHECK_MAX_FILE_SIZE": "3 MB"}, file, ""), {}
    ).limits
    assert found == Limits(layer=1 << 30, file=3_000_000, archive=TarLimits(members=7))


@pytest.mark.parametrize("text", ["much", "-1", "0", "1.5GiB"])
def test_what_is_no_size_is_a_mistake(text: str) -> None:
    with pytest.raises(InvalidParameter, match="HULLCHECK_MAX_LAYER_SIZE: "):
        settle("image", {}, {"HULLCHECK_MAX_LAYER_SIZE": text}, {}, "")
    with pytest.raises(InvalidParameter, match=r"hullcheck\.toml: max-layer-size: "):
        settle("image", {}, {}, {"max-layer-size": text}, "hullcheck.toml")


def test_where_images_are_looked_for_is_a_list_of_known_places() -> None:
    settings = settle("image", {}, {"HULLCHECK_IMAGE_SOURCE": "podman, registry"}, {}, "")
    options = source_options(settings, {"DOCKER_HOST": "unix:///x"})
    assert options.image_sources == ("podman", "registry")
    assert options.environment == {"DOCKER_HOST": "unix:///x"}
    assert source_options(settle("image", {}, {}, {}, ""), {}).image_sources == ()
    with pytest.raises(InvalidParameter, match="--image-source: 'dockr' is none of docker, podman, "):
        settle("image", {"image-source": ("registry", "dockr")}, {}, {}, "")


def test_every_place_where_images_are_looked_for_can_be_named() -> None:
    (choices,) = (option.choices for option in COMMANDS["image"] if option.name == "image-source")
    assert choices == tuple(FINDERS)
    assert frozenset(choices) == PROVIDERS
