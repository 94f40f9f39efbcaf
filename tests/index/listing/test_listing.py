"""Listings: versions, releases and artifacts out of what an index answers, right or wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from scanner.index.listing import Listing, make_listing, merge_listings
from scanner.index.listing.pages import parse_rows
from scanner.index.listing.rows import FileRow
from scanner.model.artifact import ArtifactKind
from scanner.model.errors import IndexAnswerError
from scanner.model.filenames import FilenameReader, may_fit_webassembly

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "text/html; charset=utf-8"
URL = "https://user:secret@example.org/simple/foo/"
FOO = canonicalize_name("foo")


def _row(filename: str, **fields: object) -> dict[str, object]:
    return {"filename": filename, "url": f"https://files.example.org/{filename}", "hashes": {}, **fields}


def _body(*files: object, name: str = "foo", api_version: str = "1.1") -> bytes:
    return json.dumps({"meta": {"api-version": api_version}, "name": name, "files": files}).encode()


def parse_listing(body: bytes, *, content_type: str, url: str, name: NormalizedName) -> Listing:
    """An answer to the listing that becomes of it."""
    rows = parse_rows(body, content_type=content_type, url=url, name=name)
    return make_listing(rows, url=url, name=name)


def _parse(*files: object, **keywords: Any) -> Listing:
    return parse_listing(_body(*files, **keywords), content_type=JSON, url=URL, name=FOO)


def test_versions_come_newest_first_and_each_once() -> None:
    names = ["foo-1.9.tar.gz", "foo-1.10.tar.gz", "foo-2.0rc1.tar.gz", "foo-1.10-py3-none-any.whl"]
    listing = _parse(*map(_row, names))
    assert [str(version) for version in listing.versions] == ["2.0rc1", "1.10", "1.9"]


def test_an_artifact_carries_everything_that_the_index_states() -> None:
    listing = _parse(
        _row(
            "foo-1.0-cp313-cp313-pyemscripten_2025_0_wasm32.whl",
            hashes={"sha256": "AB" * 32},
            size=7,
            yanked="broken",
            **{
                "requires-python": "&gt;=3.9",
                "upload-time": "2026-01-02T03:04:05.678Z",
                "core-metadata": {"sha256": "cd" * 32},
            },
        )
    )
    release = listing.release(Version("1.0"))
    assert release is not None
    (artifact,) = release.artifacts
    assert artifact.kind is ArtifactKind.WHEEL
    assert [str(tag) for tag in artifact.tags] == ["cp313-cp313-pyemscripten_2025_0_wasm32"]
    assert (artifact.size_bytes, artifact.sha256, artifact.yanked) == (7, "ab" * 32, "broken")
    assert (artifact.requires_python, artifact.metadata_sha256) == (">=3.9", "cd" * 32)
    assert artifact.upload_time == datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)


def test_spellings_of_one_version_are_one_release() -> None:
    listing = _parse(_row("foo-1.0.tar.gz"), _row("foo-1.0.0-py3-none-any.whl"))
    assert len(listing.versions) == 1
    release = listing.release(Version("1"))
    assert release is not None
    assert len(release.artifacts) == 2
    assert listing.release(Version("1.0")) is release


def test_a_version_that_no_file_has_is_none() -> None:
    assert _parse(_row("foo-1.0.tar.gz")).release(Version("2.0")) is None


@pytest.mark.parametrize(
    ("filename", "kind"),
    [
        ("foo-1.0-py2.py3-none-any.whl", ArtifactKind.WHEEL),
        ("foo-1.0.tar.gz", ArtifactKind.SDIST),
        ("foo-1.0.zip", ArtifactKind.SDIST),
        ("foo-1.0-py2.7.egg", ArtifactKind.OTHER),
        ("foo-1.0.win32-py2.7.exe", ArtifactKind.OTHER),
        ("foo-1.0-x-py3-none-any.whl", ArtifactKind.OTHER),  # a build number begins with a digit
        ("foo-1.0-py3.whl", ArtifactKind.OTHER),
        ("foo-1.0-py3-none-äny.whl", ArtifactKind.OTHER),
    ],
)
def test_only_wheels_and_source_distributions_with_right_names_can_be_chosen(filename: str, kind: ArtifactKind) -> None:
    release = _parse(_row(filename)).release(Version("1.0"))
    assert release is not None
    assert [artifact.kind for artifact in release.artifacts] == [kind]


@pytest.mark.parametrize(
    "file",
    [
        _row("bar-1.0.tar.gz"),
        _row("foo-one.tar.gz"),
        _row("foo-1.0-alpha beta.tar.gz"),
        _row("foo-1.0.tar.gz", url="ftp://example.org/foo-1.0.tar.gz"),
        _row("foo-1.0.tar.gz", url="file:///etc/passwd"),
        _row("foo-1.0.tar.gz", url="//[x"),
        _row("foo-\ud800.tar.gz"),
    ],
)
def test_an_odd_file_is_set_aside_and_the_rest_lives(file: object) -> None:
    listing = _parse(file, _row("foo-2.0.tar.gz"))
    assert [str(version) for version in listing.versions] == ["2.0"]


def test_a_name_that_no_file_can_have_spoils_the_listing() -> None:
    with pytest.raises(IndexAnswerError, match="more than 300 characters"):
        _parse(_row(f"foo-1.0-py3-none-{'a' * 300}.whl"))


def test_a_wheel_whose_name_stands_for_too_many_tags_is_no_wheel() -> None:
    sets = "-".join(".".join(f"{letter}{number}" for number in range(14)) for letter in "abc")
    release = _parse(_row(f"foo-1.0-{sets}.whl")).release(Version("1.0"))
    assert release is not None
    assert [artifact.kind for artifact in release.artifacts] == [ArtifactKind.OTHER]


def test_relative_urls_are_resolved_and_no_url_carries_credentials() -> None:
    listing = _parse(
        _row("foo-1.0.tar.gz", url="../../files/foo-1.0.tar.gz#sha256=00"),
        _row("foo-2.0.tar.gz", url="https://user:secret@files.example.org/foo-2.0.tar.gz"),
        _row("foo-3.0.tar.gz", url="HTTP://files.example.org/foo-3.0.tar.gz"),
    )
    releases = [listing.release(version) for version in reversed(listing.versions)]
    assert [release.artifacts[0].url for release in releases if release] == [
        "https://example.org/files/foo-1.0.tar.gz",
        "https://files.example.org/foo-2.0.tar.gz",
        "HTTP://files.example.org/foo-3.0.tar.gz",
    ]
    assert listing.url == "https://example.org/simple/foo/"


def test_values_that_nobody_can_use_are_left_out() -> None:
    release = _parse(
        _row("foo-1.0.tar.gz", hashes={"sha256": "short"}, size=-1, **{"upload-time": "yesterday", "yanked": None})
    ).release(Version("1.0"))
    assert release is not None
    artifact = release.artifacts[0]
    assert (artifact.sha256, artifact.size_bytes, artifact.upload_time, artifact.yanked) == (None, None, None, None)


def test_candidates_for_webassembly_are_told_without_parsing_tags() -> None:
    listing = _parse(
        _row("foo-1.0-cp314-cp314-win_amd64.whl"),
        _row("foo-2.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl", yanked=True),
        _row("foo-3.0-py3-none-any.whl", yanked="why"),
        _row("foo-3.0.tar.gz"),
    )
    assert [listing.has_candidate(Version(text)) for text in ("1.0", "2.0", "3.0", "4.0")] == [False, True, True, False]
    assert listing.candidate_versions == (Version("3.0"), Version("2.0"))


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (_body(), "text/plain", "text/plain"),
        (_body(), "", "no content type"),
        (_body(), "application/vnd.pypi.simple.v2+json", "v2"),
        (_body(api_version="2.0"), JSON, "version 2.0"),
        (_body(name="bar"), JSON, "about bar"),
        (b"<html>", JSON, "cannot read"),
        (b"[]", JSON, "no object"),
        (b"[" * 100_000, JSON, "too deeply"),
        (b'<meta name="pypi:repository-version" content="2.0">', HTML, "version 2.0"),
        (b"<form>", HTML, "login"),
        (b'<a href="/imprint">', HTML, "login"),
    ],
)
def test_an_answer_that_is_no_listing_is_told_without_credentials(body: bytes, content_type: str, reason: str) -> None:
    with pytest.raises(IndexAnswerError) as caught:
        parse_listing(body, content_type=content_type, url=URL, name=FOO)
    assert reason in caught.value.reason
    assert "secret" not in str(caught.value)


def test_the_name_is_compared_in_its_normal_form() -> None:
    body = _body(_row("Foo_Bar-1.0.tar.gz"), name="Foo.Bar")
    listing = parse_listing(body, content_type="application/json", url=URL, name=canonicalize_name("foo-bar"))
    assert listing.versions == (Version("1.0"),)


def test_a_page_in_another_character_set_is_read() -> None:
    body = '<a href="foo-1.0.tar.gz" data-yanked="ä">x</a>'.encode("latin-1")
    unread = "\N{REPLACEMENT CHARACTER}"
    for charset, expected in (("iso-8859-1", "ä"), ("no-such-charset", unread), ("punycode", unread)):
        listing = parse_listing(body, content_type=f"text/html; charset={charset}", url=URL, name=FOO)
        release = listing.release(Version("1.0"))
        assert release is not None
        assert release.artifacts[0].yanked == expected


def _of(url: str, *rows: FileRow) -> Listing:
    return make_listing(rows, url=url, name=FOO)


def test_merged_listings_keep_the_first_of_files_with_the_same_name() -> None:
    first = _of("https://a.example.org/", FileRow("foo-1.0.tar.gz", "https://a.example.org/foo-1.0.tar.gz"))
    second = _of(
        "https://b.example.org/",
        FileRow("foo-1.0.tar.gz", "https://b.example.org/foo-1.0.tar.gz"),
        FileRow("foo-1.0-py3-none-any.whl", "https://b.example.org/foo-1.0-py3-none-any.whl"),
        FileRow("odd.tar.gz", "https://b.example.org/odd.tar.gz"),
    )
    merged = merge_listings([first, second])
    assert merged is not None
    release = merged.release(Version("1.0"))
    assert release is not None
    assert [artifact.url for artifact in release.artifacts] == [
        "https://a.example.org/foo-1.0.tar.gz",
        "https://b.example.org/foo-1.0-py3-none-any.whl",
    ]
    assert (merged.url, list(merged.rows)) == ("https://a.example.org/", ["1.0"])


def test_a_copy_with_the_same_hash_learns_what_only_the_other_index_says() -> None:
    digest, filename = "ab" * 32, "foo-1.0.tar.gz"
    local = FileRow(filename, f"file:///opt/{filename}", None, digest)
    uploaded = "2026-01-02T03:04:05Z"
    remote = FileRow(filename, f"https://b.example.org/{filename}", 5, digest, ">=3.9", "broken", uploaded, "")
    other = FileRow(filename, f"https://c.example.org/{filename}", 6, "cd" * 32, ">=3.10")
    merged = merge_listings([_of("file:///opt/", local), _of("https://b.example.org/", remote, other)])
    assert merged is not None
    release = merged.release(Version("1.0"))
    assert release is not None
    (artifact,) = release.artifacts
    assert artifact.url.startswith("file:")
    assert (artifact.size_bytes, artifact.requires_python, artifact.yanked) == (5, ">=3.9", "broken")
    assert artifact.upload_time is not None
    assert artifact.upload_time.isoformat() == "2026-01-02T03:04:05+00:00"
    assert artifact.metadata_sha256 is None


def test_nothing_merged_is_none() -> None:
    assert merge_listings([]) is None


def _exercise(body: bytes, content_type: str) -> None:
    try:
        listing = parse_listing(body, content_type=content_type, url=URL, name=FOO)
    except IndexAnswerError as error:
        str(error).encode()
        return
    for version in listing.versions:
        release = listing.release(version)
        assert release is not None
        assert release.name == FOO


NAME_PARTS = st.sampled_from(
    [
        "foo",
        "Foo",
        "foo_bar",
        "-",
        "1.0",
        "1",
        ".",
        "a",
        "-py3-none-any",
        ".whl",
        ".tar.gz",
        ".zip",
        "\u212a",
        "/",
        "\n",
    ]
)
FILE_NAMES = st.lists(NAME_PARTS, max_size=7).map("".join) | st.sampled_from(
    ["foo-1.0-py3-none-any.whl", "foo-1.0.tar.gz", "foo-1.0-1.tar.gz", "foo-1.0-1-py3-none-any.whl", "foo-1.0.zip"]
)


@given(st.lists(FILE_NAMES, max_size=6))
@example(["foo-1.0-py3-none-any.whl", "foo-1.0-1.tar.gz"])
@example(["foo-1.0\n-py3-none-any.whl", "foo-1.0\n.tar.gz"])
def test_files_are_grouped_by_their_own_names_whatever_stands_before_them(names: list[str]) -> None:
    listing = _of("https://example.org/", *(FileRow(name, f"https://example.org/{name}") for name in names))
    expected: dict[str, list[str]] = {}
    for name in names:
        version = FilenameReader(FOO).version_text(name)
        if version is not None:
            expected.setdefault(version, []).append(name)
    assert {text: [row.filename for row in rows] for text, rows in listing.rows.items()} == expected
    assert listing.fits == {text: any(map(may_fit_webassembly, found)) for text, found in expected.items()}
    assert listing.candidate_versions == tuple(filter(listing.has_candidate, listing.versions))


@given(
    st.binary(max_size=400), st.sampled_from([JSON, HTML, "text/html; charset=utf-16", "x", "text/html; charset=\x00"])
)
@example(b'{"name": "foo", "files": [{"filename": "\\ud800.whl", "url": "\\ud800"}]}', JSON)
@example(b"<!DOCTYPE [<!x", HTML)
@example(b'<a href="http://[/foo-1.tar.gz">', HTML)
def test_arbitrary_bytes_give_a_listing_or_an_answer_error(body: bytes, content_type: str) -> None:
    _exercise(body, content_type)


HTML_PARTS = st.sampled_from(
    ["<a href='", "foo-1.0.tar.gz", "'>", "</a>", "<base href=", "//[", "<![", "]]>", "&#x", "<!--"]
)


@given(st.lists(HTML_PARTS | st.text(max_size=3), max_size=12))
def test_broken_html_gives_a_listing_or_an_answer_error(parts: list[str]) -> None:
    _exercise("".join(parts).encode("utf-8", "surrogatepass"), HTML)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
JSON_VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.sampled_from(["sha256", "x"]), SCALARS)
JSON_FILES = st.fixed_dictionaries(
    {"filename": st.from_regex(r"foo-[0-9]\.[0-9](\.tar\.gz|-py3-none-any\.whl)", fullmatch=True) | JSON_VALUES},
    optional={"url": JSON_VALUES, "hashes": JSON_VALUES, "size": JSON_VALUES, "yanked": JSON_VALUES},
)


@given(st.lists(JSON_FILES, max_size=4))
def test_json_of_any_types_gives_a_listing(files: list[dict[str, Any]]) -> None:
    _exercise(_body(*files), JSON)


def test_a_project_name_is_kept_as_it_was_asked_for() -> None:
    name: NormalizedName = _parse(_row("foo-1.0.tar.gz")).name
    assert name == "foo"
