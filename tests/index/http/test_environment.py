"""Proxies as the usual variables name them."""

from __future__ import annotations

import pytest

from scanner.index.http.environment import read_proxies

PROXY = "http://proxy.example.org:3128"


@pytest.mark.parametrize(
    ("environ", "url", "proxy"),
    [
        ({}, "https://example.org/", None),
        ({"HTTPS_PROXY": PROXY}, "https://example.org/", PROXY),
        ({"HTTPS_PROXY": PROXY}, "http://example.org/", None),
        ({"HTTP_PROXY": PROXY}, "http://example.org/", PROXY),
        ({"ALL_PROXY": PROXY}, "https://example.org/", PROXY),
        ({"https_proxy": "http://small:1", "HTTPS_PROXY": PROXY}, "https://example.org/", "http://small:1"),
        ({"HTTPS_PROXY": "proxy.example.org:1"}, "https://example.org/", "http://proxy.example.org:1"),
        ({"HTTP_PROXY": PROXY, "REQUEST_METHOD": "GET"}, "http://example.org/", None),
        ({"HTTPS_PROXY": ""}, "https://example.org/", None),
        ({"ALL_PROXY": PROXY}, "file:///a", None),
    ],
)
def test_the_scheme_decides_which_variable_counts(environ: dict[str, str], url: str, proxy: str | None) -> None:
    assert read_proxies(environ).find(url) == proxy


@pytest.mark.parametrize(
    ("bypass", "url", "is_direct"),
    [
        ("*", "https://example.org/", True),
        ("example.org", "https://example.org/", True),
        ("example.org", "https://sub.example.org/", True),
        (".example.org", "https://sub.example.org/", True),
        ("example.org", "https://notexample.org/", False),
        ("example.org:8443", "https://example.org:8443/", True),
        ("example.org:8443", "https://example.org/", False),
        ("localhost, 127.0.0.1", "http://127.0.0.1:8080/", True),
        ("10.0.0.0/8", "http://10.1.2.3/", True),
        ("10.0.0.0/8", "http://11.1.2.3/", False),
        ("[::1]", "http://[::1]:8080/", True),
        ("", "https://example.org/", False),
        (" , ", "https://example.org/", False),
    ],
)
def test_no_proxy_names_hosts_suffixes_and_networks(bypass: str, url: str, *, is_direct: bool) -> None:
    assert (read_proxies({"ALL_PROXY": PROXY, "NO_PROXY": bypass}).find(url) is None) is is_direct


def test_a_setting_replaces_the_variables() -> None:
    proxies = read_proxies({"HTTPS_PROXY": PROXY}, "me:hunter2@other.example.org:1")
    assert proxies.find("https://example.org/") == "http://me:hunter2@other.example.org:1"
    assert "hunter2" not in repr(proxies)
