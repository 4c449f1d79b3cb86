import pytest

from hullcheck.formats.urls import without_credentials


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.com/a.tgz", "https://example.com/a.tgz"),
        ("git+https://user:secret@example.com/a.git#v1", "git+https://example.com/a.git#v1"),
        ("git+https://user:p@ss@example.com/a@1", "git+https://example.com/a@1"),
        ("https://example.com/a.tgz?token=secret#sha1=12", "https://example.com/a.tgz#sha1=12"),
        ("git+ssh://git@example.com/a/b.git", "git+ssh://example.com/a/b.git"),
        ("git@example.com:a/b.git", "git@example.com:a/b.git"),
        ("^1.2 || 2", "^1.2 || 2"),
    ],
)
def test_a_url_is_shown_without_secrets(url: str, shown: str) -> None:
    assert without_credentials(url) == shown
