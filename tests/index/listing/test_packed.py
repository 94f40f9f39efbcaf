"""Listings as bytes: the same files come back, nothing is said twice, and broken bytes are absent."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from scanner.index.listing import Listing, make_listing
from scanner.index.listing.packed import decode_rows, encode_rows, find_base, pack_listing, unpack_listing
from scanner.index.listing.rows import FileRow

FOO = canonicalize_name("foo")
BASE = "https://files.example.org/packages/"
HEAD = {"shape": 2, "url": "https://example.org", "base": "", "versions": ["1.0"], "fits": "0"}


def _listing(*rows: FileRow) -> Listing:
    return make_listing(rows, url="https://example.org/simple/foo/", name=FOO)


def _unpack(text: bytes) -> Listing | None:
    return unpack_listing(text, FOO)


def _rows() -> tuple[FileRow, ...]:
    wheel = "foo-1.0-py3-none-any.whl"
    return (
        FileRow(wheel, f"{BASE}aa/bb/{wheel}", 10, "a" * 64, ">=3.8", "broken", "2026-01-02T03:04:05Z", "b" * 64),
        FileRow("foo-1.0.tar.gz", f"{BASE}cc/foo-1.0.tar.gz", 20, "c" * 64),
        FileRow("foo-2.0rc1.tar.gz", f"{BASE}elsewhere", None, None, None, "", None, ""),
        FileRow("foo-2.0rc1-py3-none-any.whl", "http://other.example.org/x"),
        FileRow("foo-3-py3-none-any.whl", f"{BASE}a://b/foo-3-py3-none-any.whl"),
        FileRow("foo-4.tar.gz", "https://files.example.org/packages/foo-4.tar.gz"),
    )


def test_every_field_comes_back() -> None:
    listing = _listing(*_rows())
    packed = pack_listing(listing)
    assert packed.may_be_kept
    again = _unpack(packed.text)
    assert again is not None
    assert again.versions == listing.versions
    assert [row for text in again.rows for row in again.rows[text]] == list(_rows())
    for version in listing.versions:
        assert again.release(version) == listing.release(version)
        assert again.has_candidate(version) == listing.has_candidate(version)
    assert again.candidate_versions == listing.candidate_versions
    assert again.url == listing.url
    assert again.release(Version("5")) is None


def test_a_row_repeats_neither_its_name_nor_where_all_files_lie() -> None:
    rows = _rows()[1:2]
    line = encode_rows(rows, find_base(rows))
    assert line.count(b"foo-1.0.tar.gz") == 1
    assert b"example.org" not in line


@pytest.mark.parametrize("url", ["https://example.org/a.whl?token=x", "https://user:pass@example.org/a.whl"])
def test_a_listing_with_possible_secrets_is_not_for_the_cache(url: str) -> None:
    for rows in ([FileRow("foo-1.0.tar.gz", url)], [*_rows(), FileRow("foo-1.0.tar.gz", url)]):
        assert not pack_listing(_listing(*rows)).may_be_kept


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b"\xff",
        b'{"shape":0}',
        b'{"shape":2,"versions":3}',
        b"[" * 100000,
        json.dumps({**HEAD, "bytes": []}).encode(),
        json.dumps({**HEAD, "bytes": [2]}).encode() + b"\n[",
        json.dumps({**HEAD, "bytes": [2]}).encode() + b"\n[]\n[]",
        json.dumps({**HEAD, "bytes": ["x"]}).encode() + b"\n[]",
        json.dumps({**HEAD, "bytes": [2], "fits": ""}).encode() + b"\n[]",
        json.dumps({**HEAD, "bytes": [2], "versions": ["1.0", "2.0"]}).encode() + b"\n[]",
    ],
)
def test_what_is_no_stored_listing_is_absent(text: bytes) -> None:
    assert _unpack(text) is None


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[[]]",
        b"[3]",
        b'[["a"]]',
        b'[["a","b",1.5,null,null,null]]',
        b'[["a","b",1,2,null,null]]',
        b'[["a","b",1,null,null,null,null]]',
        b'[["a",null,1,null,null,null]]',
        b"[",
        b"\xff",
    ],
)
def test_a_broken_row_is_left_out(line: bytes) -> None:
    listing = _unpack(json.dumps({**HEAD, "bytes": [len(line)]}).encode() + b"\n" + line)
    assert listing is not None
    assert listing.rows["1.0"] == ()
    assert list(listing.rows) == ["1.0"]
    assert "2.0" not in listing.rows
    assert len(listing.rows) == 1


def test_a_project_without_files_comes_back() -> None:
    again = _unpack(pack_listing(_listing()).text)
    assert again is not None
    assert again.versions == ()


def test_both_encoders_write_the_same() -> None:
    pytest.importorskip("msgspec")
    strange = FileRow("foo-1.0.tar.gz", BASE + "ü\n\t", None, None, "<3\n", "why?\n\x00")
    program = (
        "import sys; sys.modules['msgspec'] = None\n"
        "from tests.index.listing.test_packed import BASE, FileRow, encode_rows\n"
        f"sys.stdout.buffer.write(encode_rows([{strange!r}], BASE))"
    )
    root = Path(__file__).resolve().parents[3]
    plain = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, check=True).stdout
    fast = encode_rows([strange], BASE)
    assert b"\n" not in fast
    assert json.loads(fast) == json.loads(plain)
    assert decode_rows(fast, BASE) == decode_rows(plain, BASE) == (strange,)


def test_half_of_a_surrogate_pair_is_stored_and_read_back() -> None:
    again = _unpack(pack_listing(_listing(FileRow("foo-1.0.tar.gz", BASE + "a", None, None, "\ud800"))).text)
    assert again is not None
    assert again.rows["1.0"][0].requires_python == "\ud800"
