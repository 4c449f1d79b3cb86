"""Registries as the installed command meets them: logins, certificates, mirrors, and connections that break."""

import base64
import json
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.conftest import Hullcheck, Run, manifest
from tests.simulators.cutting_proxy import cutting
from tests.simulators.images import digest, file, image, index, layer, layout_files, named, write_files
from tests.simulators.real_registry import RealRegistry, Tls, Tokens, serving_real_registry
from tests.simulators.token_server import TokenServer, serving_tokens
from tests.unit.net.conftest import ClientFiles, make_client_files, openssl
from tests.unit.net.test_credential_helper import RECORD, helper

pytestmark = pytest.mark.xdist_group("integration")

LOGIN = "sailor:se:cret"

# Layers of some megabytes that do not get smaller.
LAYERS = tuple(
    layer(
        file(f"srv/{name}/node_modules/{name}/package.json", manifest(name, version).encode()),
        file(f"srv/{name}/data", random.Random(name).randbytes(4_000_000)),
    )
    for name, version in (("lodash", "4.17.20"), ("minimist", "0.0.8"), ("axios", "0.21.0"))
)
BUILT = image(*LAYERS)
PURLS = {"pkg:npm/axios@0.21.0", "pkg:npm/lodash@4.17.20", "pkg:npm/minimist@0.0.8"}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return how skopeo calls the image."""
    root = write_files(tmp_path_factory.mktemp("image"), layout_files(index(named(BUILT, "1.0")), BUILT))
    return f"oci:{root}:1.0"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, source: str) -> Iterator[RealRegistry]:
    with serving_real_registry(tmp_path_factory.mktemp("registry")) as serving:
        serving.push(source, "team/app:1.0")
        serving.push(source, "hub/team/app:1.0")
        yield serving


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory, source: str) -> Iterator[RealRegistry]:
    with serving_real_registry(tmp_path_factory.mktemp("private"), LOGIN) as serving:
        serving.push(source, "team/app:1.0")
        serving.push(source, "other/app:1.0")
        yield serving


@pytest.fixture(scope="module")
def client_files(tmp_path_factory: pytest.TempPathFactory) -> ClientFiles:
    return make_client_files(tmp_path_factory.mktemp("client"))


@pytest.fixture(scope="module")
def server_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a key and its own certificate for 127.0.0.1, which may sign tokens, too."""
    root = tmp_path_factory.mktemp("server")
    name = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "36500")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", *name, "-keyout", root / "key", "-out", root / "crt")
    both = root / "server.pem"
    both.write_text((root / "key").read_text() + (root / "crt").read_text())
    return both


def scan(hullcheck: Hullcheck, host: str, *options: object, name: str = "team/app:1.0", **more: object) -> Run:
    words = [str(option) for option in options]
    return hullcheck("image", f"registry:{host}/{name}", "-f", "json", "--no-cache", *words, **more)  # type: ignore[arg-type]


def read(run: Run) -> set[str]:
    """Return the packages of a scan, which must have been possible."""
    assert run.out, run.err
    return {package["purl"] for package in run.json()["packages"]}


def refused(run: Run, *words: str) -> None:
    assert (run.code, run.out) == (6, ""), run.err
    assert run.err.count("\n") == 1
    for word in words:
        assert word in run.err
    assert "se:cret" not in run.err


def auths(host: str, login: str = LOGIN) -> str:
    return json.dumps({"auths": {host: {"auth": base64.b64encode(login.encode()).decode()}}})


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


class TestLogins:
    def test_user_and_password_are_given_on_stdin(self, hullcheck: Hullcheck, private: RealRegistry) -> None:
        options = ("--username", "sailor", "--password-stdin")
        assert read(scan(hullcheck, private.host, *options, stdin="se:cret\n")) == PURLS
        refused(scan(hullcheck, private.host, *options, stdin="wrong\n"), "401", "from --username is not accepted")

    def test_user_and_password_are_given_as_variables(self, hullcheck: Hullcheck, private: RealRegistry) -> None:
        variables = {"HULLCHECK_USERNAME": "sailor", "HULLCHECK_PASSWORD": "se:cret"}
        assert read(scan(hullcheck, private.host, env=variables)) == PURLS

    @pytest.mark.parametrize(
        ("options", "variables", "words"),
        [
            (["--username", "sailor"], {}, "there is no password"),
            (["--password-stdin"], {}, "name the user"),
            ([], {"HULLCHECK_PASSWORD": "se:cret"}, "name the user"),
            (["--username", "a", "--password-stdin"], {}, "a password, but no user|nothing came on stdin"),
            (["--client-key", "x"], {}, "there is no certificate"),
            (["--registry-mirrors", "nonsense"], {}, "not a host and its mirror"),
        ],
    )
    def test_what_is_half_said_is_a_mistake(
        self, hullcheck: Hullcheck, options: list[str], variables: dict[str, str], words: str
    ) -> None:
        stdin = "" if "--username" in options else "se:cret"
        run = hullcheck("image", "127.0.0.1:1/x", *options, env=variables, stdin=stdin)
        assert (run.code, run.out) == (2, "")
        assert re.search(words, run.err)
        assert "se:cret" not in run.err

    def test_a_password_is_no_option_and_of_no_file(self, hullcheck: Hullcheck, tmp_path: Path) -> None:
        assert hullcheck("image", "x", "--password", "se:cret").code == 2
        file = write(tmp_path / "hullcheck.toml", 'password = "se:cret"\n')
        run = hullcheck("image", "x", "--config", file)
        assert run.code == 2
        assert "se:cret" not in run.err

    def test_stdin_cannot_be_password_and_image(self, hullcheck: Hullcheck) -> None:
        run = hullcheck("image", "-", "--username", "a", "--password-stdin", stdin="x")
        assert (run.code, run.out) == (2, "")
        assert "stdin is the image" in run.err

    def test_a_login_of_podman_is_used_before_that_of_docker(
        self, hullcheck: Hullcheck, private: RealRegistry, tmp_path: Path
    ) -> None:
        write(tmp_path / "run/containers/auth.json", auths(private.host))
        write(hullcheck.home / ".docker/config.json", auths(private.host, "sailor:wrong"))
        assert read(scan(hullcheck, private.host, env={"XDG_RUNTIME_DIR": str(tmp_path / "run")})) == PURLS
        refused(scan(hullcheck, private.host), f"from {hullcheck.home}/.docker/config.json is not accepted")
        write(hullcheck.home / ".config/containers/auth.json", auths(private.host))
        assert read(scan(hullcheck, private.host)) == PURLS

    def test_a_named_file_is_the_only_one(self, hullcheck: Hullcheck, private: RealRegistry, tmp_path: Path) -> None:
        named_file = write(tmp_path / "auth.json", auths(private.host))
        assert read(scan(hullcheck, private.host, env={"REGISTRY_AUTH_FILE": str(named_file)})) == PURLS
        write(hullcheck.home / ".docker/config.json", auths(private.host))
        named_file.write_text("{}")
        run = scan(hullcheck, private.host, env={"REGISTRY_AUTH_FILE": str(named_file)})
        refused(run, "401", f"no login is in {named_file}")

    def test_a_login_for_a_repository_is_for_no_other(self, hullcheck: Hullcheck, private: RealRegistry) -> None:
        write(hullcheck.home / ".config/containers/auth.json", auths(f"{private.host}/team"))
        assert read(scan(hullcheck, private.host)) == PURLS
        refused(scan(hullcheck, private.host, name="other/app:1.0"), "401", "log in first")

    @pytest.mark.parametrize("key", ["credHelpers", "credsStore"])
    def test_a_credential_helper_is_asked_once(
        self, hullcheck: Hullcheck, private: RealRegistry, tmp_path: Path, key: str
    ) -> None:
        """As those of ECR, GAR and ACR are, which are named in the same places."""
        program = helper(tmp_path, "cloud", f"""{RECORD}echo '{{"Username":"sailor","Secret":"se:cret"}}'\n""")
        value = {private.host: "cloud"} if key == "credHelpers" else "cloud"
        write(hullcheck.home / ".docker/config.json", json.dumps({key: value}))
        path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
        assert read(scan(hullcheck, private.host, env=path)) == PURLS
        assert Path(f"{program}.log").read_text() == f"get {private.host}\n"

    def test_a_credential_helper_is_not_asked_where_no_login_is_needed(
        self, hullcheck: Hullcheck, registry: RealRegistry, private: RealRegistry, tmp_path: Path
    ) -> None:
        program = helper(tmp_path, "cloud", f"{RECORD}exit 3\n")
        write(hullcheck.home / ".docker/config.json", '{"credsStore": "cloud"}')
        path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
        assert read(scan(hullcheck, registry.host, env=path)) == PURLS
        assert not Path(f"{program}.log").exists()
        refused(scan(hullcheck, private.host, env=path), "401", "docker-credential-cloud fails (3)")


@pytest.fixture(scope="module")
def tokens(server_file: Path) -> Iterator[TokenServer]:
    user, _, password = LOGIN.partition(":")
    with serving_tokens(server_file, {user: password}, frozenset({"refresh-me"})) as serving:
        yield serving


@pytest.fixture(scope="module")
def guarded(
    tmp_path_factory: pytest.TempPathFactory, source: str, tokens: TokenServer, server_file: Path
) -> Iterator[RealRegistry]:
    root = tmp_path_factory.mktemp("guarded")
    with serving_real_registry(root, LOGIN, tokens=Tokens(tokens.realm, server_file)) as serving:
        serving.push(source, "team/app:1.0")
        yield serving


class TestTokens:
    def test_a_token_is_had_with_a_login_and_used_for_all(
        self, hullcheck: Hullcheck, guarded: RealRegistry, tokens: TokenServer
    ) -> None:
        tokens.issued.clear()
        write(hullcheck.home / ".docker/config.json", auths(guarded.host))
        assert read(scan(hullcheck, guarded.host)) == PURLS
        assert tokens.issued == [["repository:team/app:pull"]]

    def test_a_token_is_had_with_an_identity_token(self, hullcheck: Hullcheck, guarded: RealRegistry) -> None:
        entry = {"auth": base64.b64encode(b"<token>:").decode(), "identitytoken": "refresh-me"}
        write(hullcheck.home / ".docker/config.json", json.dumps({"auths": {guarded.host: entry}}))
        assert read(scan(hullcheck, guarded.host)) == PURLS

    def test_a_helper_may_have_an_identity_token(
        self, hullcheck: Hullcheck, guarded: RealRegistry, tmp_path: Path
    ) -> None:
        helper(tmp_path, "acr-env", """cat > /dev/null; echo '{"Username":"<token>","Secret":"refresh-me"}'\n""")
        write(hullcheck.home / ".docker/config.json", json.dumps({"credHelpers": {guarded.host: "acr-env"}}))
        assert read(scan(hullcheck, guarded.host, env={"PATH": f"{tmp_path}:/usr/bin:/bin"})) == PURLS

    def test_who_is_not_known_gets_no_token(self, hullcheck: Hullcheck, guarded: RealRegistry) -> None:
        refused(scan(hullcheck, guarded.host), "401", "no token", "log in first")
        write(hullcheck.home / ".docker/config.json", auths(guarded.host, "sailor:wrong"))
        refused(scan(hullcheck, guarded.host), "401", "no token", "is not accepted")


@pytest.fixture(scope="module")
def strict(
    tmp_path_factory: pytest.TempPathFactory, source: str, client_files: ClientFiles, server_file: Path
) -> Iterator[RealRegistry]:
    root = tmp_path_factory.mktemp("strict")
    push = ("--dest-cert-dir", str(certs_d(root / "certs.d", server_file, client_files)))
    tls = Tls(server_file, client_files.authority)
    with serving_real_registry(root, tls=tls, push=push) as serving:
        serving.push(source, "team/app:1.0")
        yield serving


class TestCertificates:
    def test_a_certificate_is_shown_that_the_user_names(
        self, hullcheck: Hullcheck, strict: RealRegistry, client_files: ClientFiles, server_file: Path
    ) -> None:
        own = ("--client-cert", client_files.cert, "--client-key", client_files.key)
        assert read(scan(hullcheck, strict.host, "--ca-bundle", server_file, *own)) == PURLS
        run = scan(hullcheck, strict.host, "--skip-verify-tls", *own)
        assert read(run) == PURLS
        assert "certificates are not verified" in run.err

    def test_a_certificate_is_shown_that_is_kept_for_the_host(
        self, hullcheck: Hullcheck, strict: RealRegistry, client_files: ClientFiles, server_file: Path
    ) -> None:
        certs_d(hullcheck.home / ".config/containers/certs.d" / strict.host, server_file, client_files)
        assert read(scan(hullcheck, strict.host)) == PURLS

    def test_without_a_certificate_it_is_one_clear_line(
        self, hullcheck: Hullcheck, strict: RealRegistry, server_file: Path
    ) -> None:
        run = scan(hullcheck, strict.host, "--ca-bundle", server_file)
        refused(run, "refuses TLS with us", "--client-cert")
        refused(scan(hullcheck, strict.host), "is not trusted", "--ca-bundle")


def certs_d(place: Path, certificate: Path, client: ClientFiles) -> Path:
    place.mkdir(parents=True)
    shutil.copy(certificate, place / "ca.crt")
    shutil.copy(client.cert, place / "client.cert")
    shutil.copy(client.key, place / "client.key")
    return place


class TestMirrors:
    def test_a_mirror_is_asked_first_and_named(self, hullcheck: Hullcheck, registry: RealRegistry) -> None:
        run = scan(hullcheck, "registry.example", "--registry-mirrors", f"registry.example={registry.host}/hub")
        assert read(run) == PURLS
        assert f"is read from the mirror {registry.host}" in run.err

    def test_the_registry_is_asked_where_a_mirror_fails(self, hullcheck: Hullcheck, registry: RealRegistry) -> None:
        mirrors = f"{registry.host}=127.0.0.1:1,{registry.host}={registry.host}/nothing"
        options = ("--registry-mirrors", mirrors, "--max-network-retries", "0")
        run = scan(hullcheck, registry.host, *options)
        assert read(run) == PURLS
        assert run.err.count("the next place is asked") == 2

    def test_a_mirror_that_breaks_off_is_continued_at_the_registry(
        self, hullcheck: Hullcheck, registry: RealRegistry
    ) -> None:
        with cutting(registry.host, *[1_500_000] * 8) as proxy:
            options = ("--registry-mirrors", f"{registry.host}={proxy.host}", "--max-network-retries", "0")
            run = scan(hullcheck, registry.host, *options)
        assert read(run) == PURLS
        assert "cut short" in run.err


class TestTransport:
    def test_each_blob_is_transferred_once(self, hullcheck: Hullcheck, registry: RealRegistry) -> None:
        before = len(registry.requests())
        assert read(scan(hullcheck, registry.host)) == PURLS
        assert transferred(registry.requests()[before:]) == {digest(it.blob): [(200, len(it.blob))] for it in LAYERS}

    def test_broken_connections_are_resumed_where_they_broke(
        self, hullcheck: Hullcheck, registry: RealRegistry
    ) -> None:
        before = len(registry.requests())
        with cutting(registry.host, *[1_200_000] * 8) as proxy:
            run = scan(hullcheck, proxy.host)
        assert read(run) == PURLS
        answers = [answer for of in transferred(registry.requests()[before:]).values() for answer in of]
        assert sum(status == 206 for status, _ in answers) >= 3, (answers, proxy.made)

    def test_a_connection_that_always_breaks_is_given_up(self, hullcheck: Hullcheck, registry: RealRegistry) -> None:
        with cutting(registry.host, *[50_000] * 50) as proxy:
            refused(scan(hullcheck, proxy.host, "--max-network-retries", "1"), "cut short")


def transferred(log: str) -> dict[str, list[tuple[int, int]]]:
    """Return status and bytes of the answers that the log of a registry tells of, by the digest of the layer."""
    layers = {digest(it.blob) for it in LAYERS}
    line = re.compile(r'"GET /v2/\S+/blobs/(\S+) HTTP/1\.1" (\d+) (\d+)')
    found: dict[str, list[tuple[int, int]]] = {}
    for name, status, size in line.findall(log):
        if name in layers:
            found.setdefault(name, []).append((int(status), int(size)))
    return found
