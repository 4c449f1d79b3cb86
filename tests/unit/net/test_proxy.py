"""Which proxy a request goes through."""

import pytest

from hullcheck.net.proxy import is_loopback, proxy_for

PROXIES = {"HTTPS_PROXY": "http://secure:1", "http_proxy": "plain:2"}


@pytest.mark.parametrize(
    ("url", "environment", "expected"),
    [
        ("https://registry.example/v2/", PROXIES, "http://secure:1"),
        ("http://registry.example/v2/", PROXIES, "http://plain:2"),
        ("https://registry.example/", {}, ""),
        ("https://registry.example/", {"ALL_PROXY": "http://all:3"}, "http://all:3"),
        ("https://registry.example/", {"https_proxy": "http://low:1", "HTTPS_PROXY": "http://up:1"}, "http://low:1"),
        ("https://localhost:5000/", PROXIES, ""),
        ("https://127.0.0.1:5000/", PROXIES, ""),
        ("https://[::1]:5000/", PROXIES, ""),
    ],
)
def test_the_variables_are_those_of_curl(url: str, environment: dict[str, str], expected: str) -> None:
    assert proxy_for(url, environment) == expected


def test_an_option_goes_before_the_variables() -> None:
    assert proxy_for("https://registry.example/", PROXIES, "http://mine:9") == "http://mine:9"
    assert proxy_for("https://registry.example/", {"NO_PROXY": "registry.example"}, "http://mine:9") == ""


@pytest.mark.parametrize(
    ("exceptions", "host", "direct"),
    [
        ("*", "registry.example", True),
        ("registry.example", "registry.example", True),
        ("registry.example", "sub.registry.example", True),
        ("registry.example", "otherregistry.example", False),
        (".registry.example", "sub.registry.example", True),
        ("*.registry.example", "sub.registry.example", True),
        ("a, registry.example ,b", "registry.example", True),
        ("REGISTRY.example", "registry.example", True),
        ("registry.example:5000", "registry.example:5000", True),
        ("registry.example:5000", "registry.example:5001", False),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.1.2.3", "10.1.2.3:443", True),
        ("fd00::/8", "[fd00::1]", True),
        ("[fd00::1]", "[fd00::1]:443", True),
        ("", "registry.example", False),
        (",,", "registry.example", False),
    ],
)
def test_exceptions_are_asked_directly(exceptions: str, host: str, direct: bool) -> None:
    environment = {"HTTPS_PROXY": "http://p:1", "NO_PROXY": exceptions}
    assert (proxy_for(f"https://{host}/", environment) == "") is direct


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("registry.localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("notlocalhost", False),
        ("localhost.example", False),
        ("128.0.0.1", False),
        ("127.0.0.1.example", False),
        ("", False),
    ],
)
def test_loopback_hosts_are_this_machine(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
