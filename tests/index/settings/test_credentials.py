"""Credentials go to the index they were configured for, and nowhere else."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from scanner.index.settings.credentials import Credentials, collect_credentials
from scanner.model.index_settings import IndexLocation


def _location(url: str, username: str | None = None, password: str | None = None) -> IndexLocation:
    return IndexLocation(url=url, source="test", username=username, password=password)


OWN = frozenset({"example.org", "other.example.org"})


def _collect(*locations: IndexLocation, home: Path, environ: dict[str, str] | None = None) -> Credentials:
    return collect_credentials(locations, environ=environ or {}, home=home, own_hosts=OWN)


def _basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("url", "is_sent"),
    [
        ("https://example.org/simple/foo/", True),
        ("https://EXAMPLE.org:443/files/foo.whl", True),
        ("http://example.org/simple/foo/", False),
        ("https://example.org:8443/simple/foo/", False),
        ("https://files.example.org/foo.whl", False),
        ("https://example.org.evil.example/", False),
        ("file:///simple/foo", False),
    ],
)
def test_only_the_same_origin_is_sent_anything(tmp_path: Path, url: str, *, is_sent: bool) -> None:
    credentials = _collect(_location("https://example.org/simple/", "me", "secret"), home=tmp_path)
    assert credentials.header_for(url) == (_basic("me:secret") if is_sent else None)


def test_of_two_indexes_of_one_origin_the_path_decides(tmp_path: Path) -> None:
    credentials = _collect(
        _location("https://example.org/a/simple/", "a", "1"),
        _location("https://example.org/b/simple/", "b", "2"),
        home=tmp_path,
    )
    assert credentials.header_for("https://example.org/b/simple/foo/") == _basic("b:2")
    assert credentials.header_for("https://example.org/files/foo.whl") == _basic("a:1")


def test_netrc_serves_indexes_without_credentials_of_their_own(tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine example.org login net password rc\n", encoding="utf-8")
    credentials = _collect(
        _location("https://example.org/simple/"), _location("https://other.example.org/"), home=tmp_path
    )
    assert credentials.header_for("https://example.org/simple/foo/") == _basic("net:rc")
    assert credentials.header_for("https://other.example.org/foo/") is None
    own = _collect(_location("https://example.org/simple/", "me", None), home=tmp_path)
    assert own.header_for("https://example.org/simple/foo/") == _basic("me:")


def test_netrc_serves_hosts_of_files_that_it_names(tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine files.example.net login net password rc\n", encoding="utf-8")
    credentials = _collect(_location("https://example.org/simple/"), home=tmp_path)
    assert credentials.header_for("https://files.example.net/foo.whl") == _basic("net:rc")
    assert credentials.header_for("https://other.example.net/foo.whl") is None


def test_netrc_sends_nothing_over_http_to_a_host_that_the_settings_do_not_name(tmp_path: Path) -> None:
    text = "machine files.example.net login net password rc\nmachine example.org login a password b\n"
    (tmp_path / ".netrc").write_text(text, encoding="utf-8")
    credentials = _collect(_location("https://example.org/simple/"), home=tmp_path)
    assert credentials.header_for("http://files.example.net/foo.whl") is None
    assert credentials.header_for("http://example.org/foo.whl") == _basic("a:b")


def test_the_default_entry_of_netrc_is_for_hosts_that_the_settings_name(tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("default login net password rc\n", encoding="utf-8")
    credentials = _collect(_location("https://example.org/simple/"), home=tmp_path)
    assert credentials.header_for("https://example.org/foo.whl") == _basic("net:rc")
    assert credentials.header_for("https://files.example.net/foo.whl") is None


def test_the_keyring_is_asked_for_the_password_of_a_user_at_a_host_of_the_settings(tmp_path: Path) -> None:
    asked: list[tuple[str, str]] = []

    def ask(service: str, username: str) -> str | None:
        asked.append((service, username))
        return "ring" if service == "example.org" else None

    places = [_location(f"https://{host}/simple/", "me") for host in ("example.org", "elsewhere.example.net")]
    credentials = collect_credentials(places, environ={}, home=tmp_path, own_hosts=OWN, ask_keyring=ask)
    assert credentials.header_for("https://example.org/simple/foo/") == _basic("me:ring")
    assert credentials.header_for("https://elsewhere.example.net/simple/") == _basic("me:")
    assert asked == [("https://example.org/simple/", "me"), ("example.org", "me")]


def test_the_netrc_file_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("machine example.org login a password b\n", encoding="utf-8")
    environ = {"NETRC": str(tmp_path / "mine")}
    credentials = _collect(_location("https://example.org/"), home=tmp_path / "nowhere", environ=environ)
    assert credentials.header_for("https://example.org/") == _basic("a:b")


@pytest.mark.parametrize("content", [b"machine", b"\xff\xfe\x00", b"nonsense here\n"])
def test_a_netrc_that_cannot_be_parsed_gives_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".netrc").write_bytes(content)
    credentials = _collect(_location("https://example.org/"), _location("file:///opt/"), home=tmp_path)
    assert credentials.header_for("https://example.org/") is None


def test_no_secret_is_in_a_representation(tmp_path: Path) -> None:
    credentials = _collect(_location("https://example.org/", "me", "hunter2"), home=tmp_path)
    assert "hunter2" not in repr(vars(credentials))
    assert _basic("me:hunter2") not in repr(vars(credentials))
