"""URLs lose their credentials whatever they look like, and origins are told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model.urls import file_path, find_origin, join_url, redact_url, split_credentials, with_slash


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.org/simple/", "https://example.org/simple/"),
        ("https://user:secret@example.org/simple/", "https://example.org/simple/"),
        ("https://secret@example.org/", "https://example.org/"),
        ("https://user:se@cret@example.org/", "https://example.org/"),
        ("https://user:se/cret@example.org/", "https://example.org/"),
        ("https://user:se?cret@example.org/", "https://example.org/"),
        ("https://user:se#cret@example.org/", "https://example.org/"),
        ("https://example.org/@scope/name", "https://example.org/@scope/name"),
        ("https://example.org:8443/@scope/", "https://example.org:8443/@scope/"),
        ("https://[::1]:8080/@scope/", "https://[::1]:8080/@scope/"),
        ("//user:secret@example.org/", "//example.org/"),
        ("file:///home/me@work/simple", "file:///home/me@work/simple"),
        ("no url at all", "no url at all"),
        ("", ""),
    ],
)
def test_a_redacted_url_shows_no_credentials(url: str, shown: str) -> None:
    assert redact_url(url) == shown


@given(st.text(), st.text(alphabet=st.characters(exclude_characters="@")))
def test_redacting_never_raises_and_changes_nothing_without_an_at_sign(user: str, url: str) -> None:
    redact_url(f"https://{user}@{url}")
    assert redact_url(url) == url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://user:secret@example.org/a", ("https://example.org/a", "user", "secret")),
        ("https://us%40er:s%2Fx@example.org/a", ("https://example.org/a", "us@er", "s/x")),
        ("https://token@example.org/a", ("https://example.org/a", "token", None)),
        ("https://:secret@example.org/a", ("https://example.org/a", "", "secret")),
        ("https://example.org/a", ("https://example.org/a", None, None)),
    ],
)
def test_credentials_are_set_apart_and_decoded(url: str, expected: tuple[str, str | None, str | None]) -> None:
    assert tuple(split_credentials(url)) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Example.org/a", ("https", "example.org", 443)),
        ("HTTP://example.org:8080", ("http", "example.org", 8080)),
        ("https://example.org:443/b", ("https", "example.org", 443)),
        ("ftp://example.org", None),
        ("file:///a", None),
        ("https://", None),
        ("https://example.org:port/", None),
        ("https://[::1/", None),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, expected: tuple[str, str, int] | None) -> None:
    assert find_origin(url) == expected


def test_file_urls_name_paths_of_this_machine_only() -> None:
    assert file_path("file:///a/b%20c") == "/a/b c"
    assert file_path("file://localhost/a") == "/a"
    assert file_path("file://server/share") is None
    assert file_path("https://example.org/a") is None
    assert file_path("file:///a%00b") is None
    assert file_path("file://[/a") is None


def test_urls_are_joined_and_made_folders() -> None:
    assert join_url("https://example.org/simple/foo/", "../../files/a.whl") == "https://example.org/files/a.whl"
    assert join_url("https://example.org/", "//[") is None
    assert with_slash("https://example.org/simple?x=1") == "https://example.org/simple/?x=1"
    assert with_slash("https://[") == "https://["
