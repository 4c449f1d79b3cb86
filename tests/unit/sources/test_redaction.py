"""What of an image's configuration is secret."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.sources.redaction import REDACTED, command, is_secret, variable, words


@pytest.mark.parametrize(
    "name",
    [
        "TOKEN",
        "GITHUB_TOKEN",
        "NPM_TOKEN",
        "npm_config__authToken",
        "POSTGRES_PASSWORD",
        "MYSQL_ROOT_PASSWORD",
        "PGPASSWORD",
        "DB_PASS",
        "MYSQL_PWD",
        "SECRET_KEY_BASE",
        "CLIENT_SECRET",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "API_KEY",
        "APIKEY",
        "STRIPE_KEY",
        "KEY",
        "SIGNING_KEYS",
        "GH_PAT",
        "REGISTRY_CREDENTIALS",
        "spring.datasource.password",
        "ssh-passphrase",
    ],
)
def test_names_that_say_secret(name: str) -> None:
    assert is_secret(name)
    assert variable(name, "hush") == (name, REDACTED)


@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "HOME",
        "PWD",
        "OLDPWD",
        "LANG",
        "KEYBOARD_LAYOUT",
        "MONKEY",
        "COMPASS_URL",
        "PYTHON_VERSION",
        "POSTGRES_PASSWORD_FILE",
        "SSL_KEY_PATH",
        "SECRETS_DIR",
        "",
    ],
)
def test_names_that_do_not(name: str) -> None:
    assert variable(name, "open") == (name, "open")


def test_that_a_secret_is_empty_is_none() -> None:
    assert variable("TOKEN", "") == ("TOKEN", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ENV A=1 TOKEN=hush B=2", "ENV A=1 TOKEN=(redacted) B=2"),
        ("ENV TOKEN='hu sh' B=2", "ENV TOKEN=(redacted) B=2"),
        ('ENV TOKEN="hu \\" sh" B=2', "ENV TOKEN=(redacted) B=2"),
        ("ENV TOKEN=hu\\ sh B=2", "ENV TOKEN=(redacted) B=2"),
        ("ENV TOKEN='hush", "ENV TOKEN=(redacted)"),
        ("/bin/sh -c #(nop)  ENV TOKEN hu sh", "/bin/sh -c #(nop)  ENV TOKEN (redacted)"),
        ("ENV PATH hu sh", "ENV PATH hu sh"),
        ("printENV TOKEN hush", "printENV TOKEN hush"),
        ("ENV TOKEN=hush A=b c", "ENV TOKEN=(redacted) A=b c"),
        ("|2 A=1 NPM_TOKEN=hush /bin/sh -c npm ci", "|2 A=1 NPM_TOKEN=(redacted) /bin/sh -c npm ci"),
        ("TOKEN=hush; make", "TOKEN=(redacted); make"),
        ("TOKEN=hush&&make", "TOKEN=(redacted)&&make"),
        ("mysqld --password=hush --port=1", "mysqld --password=(redacted) --port=1"),
        ("java -Ddb.password=hush -jar a.jar", "java -Ddb.password=(redacted) -jar a.jar"),
        ("git clone https://me:hush@git.example/a", "git clone https://(redacted)@git.example/a"),
        ("git clone https://hush@git.example/a", "git clone https://(redacted)@git.example/a"),
        ("curl https://a.example/?a=1&token=hush&b=2", "curl https://a.example/?a=1&token=(redacted)&b=2"),
        ("https://a.example/@scope/name", "https://a.example/@scope/name"),
        ("RUN make KEYBOARD=de", "RUN make KEYBOARD=de"),
        ("deploy --token hush --quiet", "deploy --token (redacted) --quiet"),
        ("deploy --api-key 'hu sh' now", "deploy --api-key (redacted) now"),
        ('CMD ["deploy" "--token" "hush" "--quiet"]', 'CMD ["deploy" "--token" (redacted) "--quiet"]'),
        ('CMD ["deploy", "--password", "hush"]', 'CMD ["deploy", "--password", (redacted)]'),
        ("deploy --token --quiet", "deploy --token --quiet"),
        ("deploy --token; make", "deploy --token; make"),
        ("deploy --token && make", "deploy --token && make"),
        ("gpg --passphrase '' --export", "gpg --passphrase '' --export"),
        ("gpg --batch --recv-keys ABCD", "gpg --batch --recv-keys ABCD"),
        ("docker login --password-stdin a.example", "docker login --password-stdin a.example"),
        ("deploy --token-file a --monkey b", "deploy --token-file a --monkey b"),
        ("TOKEN=", "TOKEN="),
        ("TOKEN= a", "TOKEN= a"),
        ("", ""),
    ],
)
def test_what_a_command_assigns_to_secrets_is_left_out(text: str, expected: str) -> None:
    assert command(text) == expected


def test_the_value_of_an_option_may_be_a_word_of_its_own() -> None:
    line = ("deploy", "--token", "hu sh", "--password=hush", "--secret", "--user", "me", "--api-key", "", "--key")
    told = (
        "deploy",
        "--token",
        REDACTED,
        f"--password={REDACTED}",
        "--secret",
        "--user",
        "me",
        "--api-key",
        "",
        "--key",
    )
    assert words(line) == told
    assert words(["sh", "-c", "deploy --token hush"]) == ("sh", "-c", f"deploy --token {REDACTED}")
    assert words([]) == ()


@given(st.text(alphabet="ENV TOK=\"'\\ :/@&;-.\n", max_size=60))
def test_a_command_is_redacted_once_and_for_all(text: str) -> None:
    assert command(command(text)) == command(text)


@pytest.mark.parametrize(
    "text",
    [
        "TOKEN" * 400_000,
        "://" * 700_000,
        "TOKEN='" * 300_000,
        "a=" * 1_000_000,
        "ENV A " * 300_000,
        "\\" * 10**6,
        "--token " * 300_000,
        "--token" + "," * 10**6,
        '"--token" "' * 200_000,
        "-" * 10**6,
    ],
)
def test_the_longest_command_takes_no_longer_than_its_length(text: str) -> None:
    start = time.process_time()
    command(f'TOKEN="{text}')
    command(text)
    assert time.process_time() - start < 2
