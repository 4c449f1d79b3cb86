"""Configurations of images."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.simulators.images import encoded

from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.model.layer import HistoryStep
from hullcheck.sources.configuration import MAX_ENTRIES, MAX_STEPS, Config, cleaned, read_config

DIGEST = "sha256:" + "a" * 64

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda it: st.lists(it, max_size=3) | st.dictionaries(st.text(max_size=5), it, max_size=3),
)

CONFIGURATION: dict[str, Any] = {
    "architecture": "arm64",
    "variant": "v8",
    "os": "linux",
    "created": "2024-01-01T00:00:00Z",
    "config": {"User": "1000", "Labels": {"b": "2", "a": "1"}},
    "rootfs": {"type": "layers", "diff_ids": [DIGEST, DIGEST]},
    "history": [
        {"created_by": "/bin/sh -c #(nop) ADD file:123 in / "},
        {"created_by": '/bin/sh -c #(nop)  CMD ["bash"]', "empty_layer": True},
        {"created_by": "RUN /bin/sh -c apt-get update # buildkit", "comment": "buildkit.dockerfile.v0"},
    ],
}


def test_a_configuration_is_read() -> None:
    read = read_config(encoded(CONFIGURATION), "c")
    assert str(read.platform) == "linux/arm64/v8"
    assert (read.created, read.runtime.user) == ("2024-01-01T00:00:00Z", "1000")
    assert read.runtime.labels == (("a", "1"), ("b", "2"))
    assert read.created_by == ("ADD file:123 in /", "RUN apt-get update")


@pytest.mark.parametrize("history", [None, [], [{"created_by": "one"}], [{"created_by": "x"}] * 3])
def test_a_history_that_does_not_fit_tells_nothing(history: Any) -> None:
    assert read_config(encoded({**CONFIGURATION, "history": history}), "c").created_by == ("", "")


def test_the_least_that_a_configuration_must_have_are_its_layers() -> None:
    read = read_config(encoded({"rootfs": {"diff_ids": []}}), "c")
    assert (read.diff_ids, read.created, read.runtime.labels, str(read.platform)) == ((), "", (), "")
    with pytest.raises(MalformedFile, match="rootfs"):
        read_config(b"{}", "c")
    with pytest.raises(MalformedFile, match="diff_ids"):
        read_config(encoded({"rootfs": {"diff_ids": ["x"]}}), "c")


def test_nulls_are_as_if_nothing_was_said() -> None:
    nothing = {"config": None, "created": None, "history": None}
    assert read_config(encoded({**CONFIGURATION, **nothing}), "c").runtime.user == ""
    assert read_config(encoded({**CONFIGURATION, "config": {"Labels": None, "User": None}}), "c").runtime.labels == ()


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("/bin/sh -c #(nop) COPY dir:1 in /app ", "COPY dir:1 in /app"),
        ("/bin/sh -c apt-get install -y curl", "RUN apt-get install -y curl"),
        ("RUN /bin/sh -c make # buildkit", "RUN make"),
        ("RUN |1 VERSION=2 /bin/sh -c make # buildkit", "RUN |1 VERSION=2 /bin/sh -c make"),
        ("COPY /a /b # buildkit", "COPY /a /b"),
        ("umoci insert", "umoci insert"),
        ("", ""),
    ],
)
def test_build_commands_are_as_in_the_dockerfile(command: str, expected: str) -> None:
    assert cleaned(command) == expected


def configured(**config: Any) -> Config:
    return read_config(encoded({**CONFIGURATION, "config": config}), "c")


def test_how_a_container_runs_is_read() -> None:
    runtime = configured(
        Env=["PATH=/usr/bin:/bin", "EMPTY=", "A=b=c"],
        Entrypoint=["/entry", "--fast"],
        Cmd=["serve"],
        WorkingDir="/srv",
        ExposedPorts={"8080/tcp": {}, "53/udp": {}, "443": None, "9000-9010/tcp": {}},
    ).runtime
    assert runtime.environment == (("A", "b=c"), ("EMPTY", ""), ("PATH", "/usr/bin:/bin"))
    assert (runtime.entrypoint, runtime.command) == (("/entry", "--fast"), ("serve",))
    assert runtime.working_directory == "/srv"
    assert runtime.exposed_ports == ("53/udp", "443", "8080/tcp", "9000-9010/tcp")


def test_who_made_an_image_and_for_which_version_of_its_system() -> None:
    read = read_config(encoded({**CONFIGURATION, "author": "sea <sea@shop.example>", "os.version": "10.0.1"}), "c")
    assert (read.author, read.os_version) == ("sea <sea@shop.example>", "10.0.1")


def test_the_last_of_several_variables_of_a_name_counts() -> None:
    assert configured(Env=["A=1", "B=2", "A=3"]).runtime.environment == (("A", "3"), ("B", "2"))


def test_a_variable_without_a_value_has_an_empty_one() -> None:
    assert configured(Env=["ALONE", "=odd"]).runtime.environment == (("", "odd"), ("ALONE", ""))


def test_a_command_that_is_text_is_one_word() -> None:
    """Docker reads it as one, and old images have it."""
    runtime = configured(Entrypoint="/start me", Cmd=None).runtime
    assert (runtime.entrypoint, runtime.command) == (("/start me",), ())


@pytest.mark.parametrize(
    "config",
    [{"Env": {"A": "b"}}, {"Env": [1]}, {"Cmd": [None]}, {"ExposedPorts": ["80"]}, {"WorkingDir": 1}, {"Cmd": 7}],
)
def test_what_no_engine_would_run_is_malformed(config: Any) -> None:
    with pytest.raises(MalformedFile, match=next(iter(config))):
        configured(**config)


def test_the_whole_history_is_kept_in_its_order_and_words() -> None:
    assert read_config(encoded(CONFIGURATION), "c").history == (
        HistoryStep(created_by="/bin/sh -c #(nop) ADD file:123 in / "),
        HistoryStep(created_by='/bin/sh -c #(nop)  CMD ["bash"]', empty_layer=True),
        HistoryStep(created_by="RUN /bin/sh -c apt-get update # buildkit", comment="buildkit.dockerfile.v0"),
    )


def test_a_history_without_end_is_refused() -> None:
    with pytest.raises(LimitExceeded, match="history"):
        read_config(encoded({**CONFIGURATION, "history": [{}] * (MAX_STEPS + 1)}), "c")


def test_no_secret_of_the_configuration_is_kept() -> None:
    document = {
        **CONFIGURATION,
        "config": {"Env": ["API_TOKEN=hush", "PROXY=http://me:hush@proxy.example"], "Cmd": ["--db-password=hush"]},
        "history": [
            {"created_by": "/bin/sh -c #(nop)  ENV API_TOKEN=hush"},
            {"created_by": "RUN |1 NPM_TOKEN=hush /bin/sh -c npm ci # buildkit", "comment": "SECRET=hush"},
        ],
    }
    read = read_config(encoded(document), "c")
    assert "hush" not in repr(read)
    assert read.runtime.environment[0] == ("API_TOKEN", "(redacted)")
    assert read.created_by == ("ENV API_TOKEN=(redacted)", "RUN |1 NPM_TOKEN=(redacted) /bin/sh -c npm ci")


@pytest.mark.parametrize("key", ["Env", "Cmd", "Entrypoint", "Labels"])
def test_more_entries_than_anybody_has_are_refused(key: str) -> None:
    names = [f"A{number}" for number in range(MAX_ENTRIES + 1)]
    whole: Any = dict.fromkeys(names, "x") if key == "Labels" else names
    with pytest.raises(LimitExceeded, match=key):
        configured(**{key: whole})
    few: Any = dict.fromkeys(names[1:], "x") if key == "Labels" else names[1:]
    configured(**{key: few})


def test_a_password_in_the_address_of_a_label_is_not_kept() -> None:
    runtime = configured(Labels={"source": "https://me:hush@git.example/a", "token": "of the sea"}).runtime
    assert runtime.labels == (("source", "https://(redacted)@git.example/a"), ("token", "of the sea"))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"<html>", b"[" * 100_000])
def test_what_is_no_json_object_is_malformed(content: bytes) -> None:
    with pytest.raises(MalformedFile):
        read_config(content, "c")


_KEYS = ("Env", "Cmd", "Entrypoint", "ExposedPorts", "Labels", "User", "WorkingDir")


@given(
    st.dictionaries(st.sampled_from([*CONFIGURATION, "author", "os.version"]), json_values),
    st.dictionaries(st.sampled_from(_KEYS), json_values),
)
def test_arbitrary_configurations_are_malformed_and_nothing_else(content: Any, config: Any) -> None:
    with suppress(MalformedFile):
        read_config(json.dumps({"config": config, "rootfs": {}, **content}).encode(), "c")
