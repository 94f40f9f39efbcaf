"""Listings as text: the same files come back, and broken text is absent."""

from __future__ import annotations

import json

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from scanner.index.listing import Listing, make_listing
from scanner.index.rows import FileRow
from scanner.index.stored_listing import encode_plain, listing_from_text, listing_to_text

FOO = canonicalize_name("foo")
BASE = "https://files.example.org/packages/"


def _listing(*rows: FileRow) -> Listing:
    return make_listing(rows, url="https://example.org/simple/foo/", name=FOO, malformed=("odd\ud800",))


def _rows() -> tuple[FileRow, ...]:
    wheel = "foo-1.0-py3-none-any.whl"
    return (
        FileRow(wheel, BASE + wheel, 10, "a" * 64, ">=3.8", "broken", "2026-01-02T03:04:05Z", "b" * 64),
        FileRow("foo-1.0.tar.gz", BASE + "foo-1.0.tar.gz", 20, "c" * 64),
        FileRow("foo-2.0rc1.tar.gz", BASE + "elsewhere", None, None, None, "", None, ""),
    )


def test_every_field_comes_back() -> None:
    listing = _listing(*_rows())
    text = listing_to_text(listing)
    assert text is not None
    again = listing_from_text(text, FOO)
    assert again is not None
    assert again.versions == listing.versions
    for version in listing.versions:
        assert again.release(version) == listing.release(version)
        assert again.is_yanked(version) == listing.is_yanked(version)
    assert again.odd_files == listing.odd_files
    assert again.url == listing.url
    assert again.release(Version("3")) is None


@pytest.mark.parametrize("url", ["https://example.org/a.whl?token=x", "https://user:pass@example.org/a.whl"])
def test_a_listing_with_possible_secrets_is_not_stored(url: str) -> None:
    assert listing_to_text(_listing(FileRow("foo-1.0.tar.gz", url))) is None


@pytest.mark.parametrize(
    "text",
    ["", "[]", "null", "{}", '{"shape":0}', '{"shape":1,"versions":3}', '{"shape":1,"versions":["1.0"]}', "[" * 100000],
)
def test_what_is_no_stored_listing_is_absent(text: str) -> None:
    assert listing_from_text(text, FOO) is None


@pytest.mark.parametrize("line", ["", "{}", "[[]]", "[3]", '[["a"]]', '[["a","b",1.5,null,null,null,null,null]]', "["])
def test_a_broken_row_is_left_out(line: str) -> None:
    head = json.dumps({"shape": 1, "url": "https://example.org", "malformed": [], "versions": ["1.0"]})
    listing = listing_from_text(f"{head}\n{line}", FOO)
    assert listing is not None
    assert listing.rows["1.0"] == ()
    assert list(listing.rows) == ["1.0"]
    assert "2.0" not in listing.rows
    assert len(listing.rows) == 1


def test_the_faster_encoder_writes_what_the_plain_one_reads() -> None:
    typed_rows = pytest.importorskip("scanner.index.typed_rows")
    rows = _rows()
    assert json.loads(typed_rows.encode_rows(rows)) == json.loads(encode_plain(rows))
    strange = (FileRow("foo-1.0.tar.gz", BASE + "ü\n\t", None, None, "<3\n", "why?\n\x00"),)
    assert "\n" not in typed_rows.encode_rows(strange)
    assert json.loads(typed_rows.encode_rows(strange)) == json.loads(encode_plain(strange))


def test_half_of_a_surrogate_pair_is_stored_and_read_back() -> None:
    listing = _listing(FileRow("foo-1.0.tar.gz", BASE + "a", None, None, "\ud800"))
    text = listing_to_text(listing)
    assert text is not None
    again = listing_from_text(text, FOO)
    assert again is not None
    assert again.rows["1.0"][0].requires_python == "\ud800"
