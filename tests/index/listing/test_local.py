"""Indexes and find-links that lie in folders."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from scanner.index.listing.local import fetch_local, read_links, read_local_listing
from scanner.model.errors import IndexAnswerError, IndexUnreachable

FOO = canonicalize_name("foo")
FOO_BAR = canonicalize_name("foo-bar")


def _write(path: Path, content: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def _folder(path: Path) -> str:
    return path.as_uri() + "/"


def test_a_page_in_a_folder_is_a_listing_with_local_files(tmp_path: Path) -> None:
    digest = "ab" * 32
    page = f'<a href="../../files/foo-1.0-py3-none-any.whl#sha256={digest}" data-yanked="why">foo</a>'
    _write(tmp_path / "simple/foo/index.html", page)
    listing = read_local_listing(_folder(tmp_path / "simple"), FOO)
    assert listing is not None
    release = listing.release(Version("1.0"))
    assert release is not None
    (artifact,) = release.artifacts
    assert artifact.url == (tmp_path / "files/foo-1.0-py3-none-any.whl").as_uri()
    assert (artifact.sha256, artifact.yanked) == (digest, "why")


def test_a_folder_without_a_page_lists_its_files(tmp_path: Path) -> None:
    _write(tmp_path / "foo/foo-1.0.tar.gz", "12345")
    _write(tmp_path / "foo/notes.txt")
    (tmp_path / "foo/foo-2.0.tar.gz").mkdir()
    listing = read_local_listing(_folder(tmp_path), FOO)
    assert listing is not None
    assert [str(version) for version in listing.versions] == ["1.0"]
    release = listing.release(Version("1.0"))
    assert release is not None
    assert release.artifacts[0].size_bytes == 5


def test_a_project_or_a_whole_index_that_is_not_there_is_not_there(tmp_path: Path) -> None:
    _write(tmp_path / "simple/bar", "a file where a folder could be")
    assert read_local_listing(_folder(tmp_path / "simple"), FOO) is None
    assert read_local_listing(_folder(tmp_path / "simple"), canonicalize_name("bar")) is None
    assert read_local_listing(_folder(tmp_path / "absent"), FOO) is None


def test_a_page_that_is_there_and_unreadable_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "foo/index.html").mkdir(parents=True)
    with pytest.raises(IndexUnreachable, match="IsADirectoryError"):
        read_local_listing(_folder(tmp_path), FOO)
    with pytest.raises(IndexUnreachable):
        read_local_listing("file://server/share/", FOO)


def test_a_local_login_page_is_no_listing(tmp_path: Path) -> None:
    _write(tmp_path / "foo/index.html", "<form></form>")
    with pytest.raises(IndexAnswerError, match="login"):
        read_local_listing(_folder(tmp_path), FOO)


def test_a_folder_of_links_gives_each_project_its_own_files(tmp_path: Path) -> None:
    for name in ("foo-1.0.tar.gz", "foo_bar-2.0-py3-none-any.whl", "Foo.Bar-1.0.zip", "foo-bar-3.0.tar.gz", "x.txt"):
        _write(tmp_path / name)
    links = read_links(tmp_path.as_uri())
    assert links is not None
    foo, foo_bar = links.listing(FOO), links.listing(FOO_BAR)
    assert foo is not None
    assert foo_bar is not None
    assert [str(version) for version in foo.versions] == ["1.0"]
    assert [str(version) for version in foo_bar.versions] == ["3.0", "2.0", "1.0"]
    assert links.listing(canonicalize_name("other")) is None


def test_a_page_of_links_may_hold_anything_besides(tmp_path: Path) -> None:
    _write(tmp_path / "links.html", '<form></form><a href="/">home</a><a href="foo-1.0.tar.gz">foo</a>')
    links = read_links((tmp_path / "links.html").as_uri())
    assert links is not None
    listing = links.listing(FOO)
    assert listing is not None
    assert listing.versions == (Version("1.0"),)


def test_links_that_are_not_there_are_none(tmp_path: Path) -> None:
    assert read_links((tmp_path / "absent").as_uri()) is None
    assert read_links("https://example.org/links") is None


def test_a_local_file_answers_like_a_server(tmp_path: Path) -> None:
    url = _write(tmp_path / "x", "0123456789").as_uri()
    whole = fetch_local(url, max_bytes=10)
    assert (whole.status, whole.body) == (200, b"0123456789")
    for byte_range, start, stop in (((2, 4), 2, 4), ((-3, None), 7, 10), ((8, 99), 8, 10), ((5, None), 5, 10)):
        part = fetch_local(url, max_bytes=10, byte_range=byte_range)
        assert (part.status, part.body) == (206, b"0123456789"[start:stop])
    assert fetch_local((tmp_path / "absent").as_uri(), max_bytes=1).is_absent
    assert fetch_local("https://example.org/x", max_bytes=1).is_absent


def test_a_local_file_has_the_same_bound_as_a_remote_one(tmp_path: Path) -> None:
    url = _write(tmp_path / "x", "0123456789").as_uri()
    with pytest.raises(IndexAnswerError, match="larger than 9 bytes"):
        fetch_local(url, max_bytes=9)
    with pytest.raises(IndexUnreachable):
        fetch_local(tmp_path.as_uri(), max_bytes=9)
