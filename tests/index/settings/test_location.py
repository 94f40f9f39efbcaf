"""One value of a setting becomes an index, a path or an error that says where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.index.settings.pip import read_flag
from scanner.model.errors import SettingsError
from scanner.model.index_settings import Place


def _place(**environ: str) -> Place:
    return Place(label="somewhere", directory=Path("/work"), environ=environ)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://example.org/simple", "https://example.org/simple/"),
        (" https://example.org/simple/ ", "https://example.org/simple/"),
        ("https://user:secret@example.org/simple", "https://example.org/simple/"),
        ("file:///opt/simple", "file:///opt/simple/"),
        ("/opt/simple", "file:///opt/simple/"),
        ("wheels", "file:///work/wheels/"),
        ("~/wheels", "file:///home/me/wheels/"),
        ("https://${HOST}/simple", "https://example.org/simple/"),
        ("https://example.org/${UNKNOWN}", "https://example.org/${UNKNOWN}/"),
        ("https://example.org/${lower}", "https://example.org/${lower}/"),
    ],
)
def test_urls_and_paths_name_an_index(text: str, url: str) -> None:
    place = _place(HOME="/home/me", HOST="example.org", lower="x")
    assert place.location(text, "index-url").url == url


def test_credentials_are_kept_apart_and_out_of_the_representation() -> None:
    location = _place(TOKEN="s%40cret").location("https://user:${TOKEN}@example.org/", "index-url")
    assert (location.username, location.password) == ("user", "s@cret")
    assert "s@cret" not in repr(location)
    assert "user" not in repr(location)


@pytest.mark.parametrize("text", ["ftp://user:secret@example.org/", "https://", "file://server/share", "a\0b"])
def test_what_is_no_index_is_an_error_with_its_place_and_without_credentials(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        _place().location(text, "index-url")
    assert str(caught.value).startswith("somewhere: index-url: ")
    assert "secret" not in str(caught.value)


def test_flags_are_read_as_pip_reads_them() -> None:
    assert [read_flag(text) for text in ("1", "Yes", " on ", "0", "FALSE", "maybe", "")] == [
        True,
        True,
        True,
        False,
        False,
        None,
        None,
    ]


@pytest.mark.parametrize("text", ["ftp://user:secret@example.org/", "a\0b", "https://${TOKEN}@example.org/"])
def test_a_scanned_file_withholds_only_the_index_that_is_none(text: str) -> None:
    location = Place(label="x.toml", directory=Path("/work"), is_own=False).location(text, "index")
    assert location.withheld
    assert "secret" not in location.url
